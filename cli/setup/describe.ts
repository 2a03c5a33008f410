import { hideSecretsIn } from '../hide-secrets';
import type { Paint } from '../output';
import { type Change, type Fields, isSameValue, listOf } from './change';
import { keyVariable } from './env-file';
import { callbackPaths, type Needs } from './needs';
import type { Conflict } from './plan';

/** Where somebody pastes what no API can set. */
export interface ManualStep {
  where: string;
  field: string;
  value: string;
}

const titles = {
  webhooks: 'Conversations webhooks',
  address: 'Autocreation for',
  frontline: 'Simulated Frontline Console',
  env: 'Variables in',
};

/** The names of fields as the Console has them. */
export const fieldNames: Record<string, string> = {
  preWebhookUrl: 'Pre-Event URL',
  postWebhookUrl: 'Post-Event URL',
  method: 'Method',
  target: 'Target',
  enabled: 'Autocreate a conversation',
  type: 'Type',
  conversationServiceSid: 'Conversation service',
  crm: 'CRM Callback URL',
  outgoingConversation: 'Outgoing Conversations Callback URL',
  templates: 'Templates Callback URL',
  routing: 'Routing Callback URL',
  routingMode: 'Routing',
};

/** @returns changes as a diff */
export function formatChanges(changes: readonly Change[], paint: Paint): string {
  return changes.map((change) => formatChange(change, paint)).join('\n\n');
}

function formatChange({ kind, id, before, after }: Change, paint: Paint): string {
  const title = paint('bold', `${titles[kind]}${kind === 'frontline' ? '' : ` ${id}`}`);
  const names = Object.keys({ ...before, ...after });
  const lines = names.flatMap((name) => {
    if (before && after && (!(name in after) || isSameValue(before[name], after[name]))) return [];
    return formatField(name, before, after);
  });
  const painted = lines.map((line) => paint(line.startsWith('-') ? 'red' : 'green', `  ${line}`));
  return [title, ...painted].join('\n');
}

function formatField(name: string, before: Fields | null, after: Fields | null): string[] {
  const label = fieldNames[name] ?? name;
  if (name === 'filters') {
    const old = listOf(before?.filters);
    const now = listOf(after?.filters);
    return [
      ...old.filter((event) => !now.includes(event)).map((event) => `- Filter: ${event}`),
      ...now.filter((event) => !old.includes(event)).map((event) => `+ Filter: ${event}`),
    ];
  }
  const isSet = (fields: Fields | null): boolean => !isSameValue(fields?.[name], null);
  const show = (fields: Fields | null): string =>
    name === keyVariable ? '(a key, shown nowhere)' : hideSecretsIn(String(fields?.[name]));
  return [
    ...(isSet(before) ? [`- ${label}: ${show(before)}`] : []),
    ...(isSet(after) ? [`+ ${label}: ${show(after)}`] : []),
  ];
}

/** @returns changes as `--json` prints them, without secrets */
export function withoutSecrets(changes: readonly Change[]): Change[] {
  const hide = (fields: Fields | null): Fields | null =>
    fields &&
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        if (typeof value !== 'string') return [name, value];
        return [name, name === keyVariable ? '(secret)' : hideSecretsIn(value)];
      }),
    );
  return changes.map((change) => ({ ...change, before: hide(change.before), after: hide(change.after) }));
}

/** @returns conflicts as `--json` prints them, without secrets */
export function withoutUrlSecrets(conflicts: readonly Conflict[]): Conflict[] {
  return conflicts.map((one) => ({ ...one, found: hideSecretsIn(one.found) }));
}

/** @returns what somebody has to set in Frontline's Console, which has no API */
export function listManualSteps(
  { functionsUrl, isForFrontline }: Needs,
  routingMode: 'custom' | 'pool' | 'none' = 'custom',
): ManualStep[] {
  if (!isForFrontline) return [];
  const url = (name: keyof typeof callbackPaths): string => `${functionsUrl}${callbackPaths[name]}`;
  const callbacks = 'Frontline → Manage → Callbacks';
  const routing = 'Frontline → Manage → Routing';
  return [
    { where: callbacks, field: 'CRM Callback URL', value: url('crm') },
    { where: callbacks, field: 'Outgoing Conversations Callback URL', value: url('outgoingConversation') },
    { where: callbacks, field: 'Templates Callback URL', value: url('templates') },
    ...(routingMode === 'custom'
      ? [
          { where: routing, field: 'Routing', value: 'Custom routing' },
          { where: routing, field: 'Callback URL', value: url('routing') },
        ]
      : [
          {
            where: routing,
            field: 'Routing',
            value: routingMode === 'pool' ? 'Pool routing' : 'Do not route',
          },
        ]),
  ];
}

/** @returns the manual steps as a table */
export function formatManualSteps(steps: readonly ManualStep[]): string {
  const places = [...new Set(steps.map(({ where }) => where))];
  return places
    .map((place) => {
      const rows = steps.filter(({ where }) => where === place);
      const width = Math.max(...rows.map(({ field }) => field.length));
      return [place, ...rows.map(({ field, value }) => `  ${field.padEnd(width)}  ${value}`)].join('\n');
    })
    .join('\n');
}
