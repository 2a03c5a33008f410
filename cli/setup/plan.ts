import { hideSecretsIn } from '../hide-secrets';
import type { AccountState } from './account-state';
import { addressId, type Change, type Fields, hasFields, listOf } from './change';
import { type FlexChoice, planFlex } from './flex';
import { callbackPaths, type Needs, type WebhookSide } from './needs';
import { answersWithDemo, handlerOf, howToEndAnswers, type NumberState } from './number-answers';

/** Something that may belong to somebody else: a person has to decide. */
export interface Conflict {
  /** What `--keep` and `--replace` take, e.g. `pre-url`. */
  id: string;
  /** What is there, with the secrets of its URL: never printed. */
  found: string;
  /** What it is, and what happens when it is replaced; without secrets. */
  text: string;
}

export type Decision = 'keep' | 'replace';

export interface Plan {
  changes: Change[];
  /** Undecided. Nothing is changed as long as there is one. */
  conflicts: Conflict[];
  /** Decided: these stay. */
  kept: Conflict[];
  /** Decided: somebody replaces these in the Console, because setup does not. */
  leftToReplace: Conflict[];
  /** What else somebody should know. */
  notices: string[];
}

export interface PlanOptions {
  needs: Needs;
  state: AccountState;
  /** Whether functions of ours are at a URL. */
  isOurs(url: string): boolean;
  /** Whether setup wrote these fields of an address. */
  isWrittenByUs(id: string, fields: Fields): boolean;
  decide(conflict: Conflict): Decision | undefined;
  /** Which routing the Frontline Console is set to; undefined leaves the simulated one as it is. */
  routingMode?: 'custom' | 'pool' | 'none' | undefined;
  /** For Flex; undefined without `--flex`. */
  flex?: FlexChoice | undefined;
}

/** @returns what setup changes in the account, and what it leaves to somebody */
export function planSetup(options: PlanOptions): Plan {
  const plan: Plan = { changes: [], conflicts: [], kept: [], leftToReplace: [], notices: [] };
  const ask = (given: Conflict): Decision | undefined => {
    const conflict = { ...given, text: hideSecretsIn(given.text) };
    const decision = options.decide(conflict);
    if (decision === undefined) plan.conflicts.push(conflict);
    else if (decision === 'keep') plan.kept.push(conflict);
    return decision;
  };
  planWebhooks(options, ask, plan);
  for (const { type, address } of options.needs.addresses) planAddress(options, { type, address }, ask, plan);
  planConsole(options, plan);
  planFlex(options.state.env, options.flex, plan);
  addNotices(options, plan);
  return plan;
}

/** @returns the ids of all conflicts that there can be */
export function listConflicts({ addresses }: Needs): string[] {
  return [
    ...['pre-url', 'post-url', 'method', 'target'],
    ...addresses.map((one) => `address:${addressId(one)}`),
    ...addresses.flatMap(({ type, address }) => (type === 'sms' ? `number:${address}` : [])),
  ];
}

type Ask = (conflict: Conflict) => Decision | undefined;

const urlFields = { pre: 'preWebhookUrl', post: 'postWebhookUrl' } as const;

function planWebhooks({ needs, state, isOurs }: PlanOptions, ask: Ask, plan: Plan): void {
  const { webhooks } = state;
  const after: Record<string, Fields[string]> = {};
  if (webhooks.target === 'flex') {
    const text =
      'The webhooks go to Flex (Target=flex). Replaced, Flex no longer gets them, and loses its inbound traffic.';
    if (ask({ id: 'target', found: 'flex', text }) !== 'replace') return;
    after.target = 'webhook';
  }
  const url = `${needs.functionsUrl}${callbackPaths.conversations}`;
  const taken = (['pre', 'post'] as const).filter((side) => {
    const found = webhooks[urlFields[side]];
    if (typeof found === 'string' && found !== '' && !isOurs(found)) {
      const text =
        `The ${side}-event URL of the Conversations webhooks is ${found}. There is only one: replaced, ` +
        `${needs.events[side].join(', ')} and all other ${side}-events go to ${url}. Kept, that program has to forward ` +
        'them.';
      if (ask({ id: `${side}-url`, found, text }) !== 'replace') return false;
    }
    after[urlFields[side]] = url;
    return true;
  });
  if (taken.length === 0) return;
  if (webhooks.method !== 'POST' && isMethodOurs(webhooks, taken, ask)) after.method = 'POST';
  const filters = listOf(webhooks.filters);
  const missing = taken.flatMap((side) => needs.events[side]).filter((event) => !filters.includes(event));
  if (missing.length > 0) {
    after.filters = [...filters, ...missing];
    // Undo removes a filter only where the URL is still this one.
    for (const field of Object.values(urlFields)) after[field] ??= webhooks[field] ?? null;
  }
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, webhooks[name] ?? null]));
  if (!hasFields(before, after)) plan.changes.push({ kind: 'webhooks', id: needs.scope, before, after });
}

/** One method holds for both URLs. */
function isMethodOurs(webhooks: Fields, taken: readonly WebhookSide[], ask: Ask): boolean {
  const kept = (['pre', 'post'] as const).find((side) => !taken.includes(side) && webhooks[urlFields[side]]);
  if (!kept) return true;
  const text = `The webhooks' method is ${webhooks.method}, also for ${webhooks[urlFields[kept]]}. The callbacks need POST.`;
  return ask({ id: 'method', found: String(webhooks.method), text }) === 'replace';
}

function planAddress(
  { needs, state, isWrittenByUs }: PlanOptions,
  { type, address }: { type: string; address: string },
  ask: Ask,
  plan: Plan,
): void {
  const id = addressId({ type, address });
  const existing = state.addresses.get(id) ?? null;
  const number = type === 'sms' ? state.numbers?.get(address) : undefined;
  const after: Fields = {
    enabled: true,
    type: 'default',
    ...(needs.serviceSid && { conversationServiceSid: needs.serviceSid }),
  };
  const runs = existing?.enabled === true;
  let isChanged = !hasFields(existing, after);
  if (isChanged && existing && !isWrittenByUs(id, existing)) {
    const found = describeAddress(existing);
    const text = `${address} has an address configuration of somebody else: ${found}. Replaced, its messages create conversations for these callbacks instead.`;
    const decision = ask({ id: `address:${id}`, found, text });
    isChanged = decision === 'replace';
    if (decision === undefined || (!isChanged && !runs)) return;
  }
  if (number === null && isChanged) {
    plan.notices.push(
      `${address} is in the data, but the account does not own it: buy it, or correct the data.`,
    );
    return;
  }
  const isWanted = !number || askAboutNumber(address, number, runs, ask, plan);
  if (isChanged && (isWanted || runs)) plan.changes.push({ kind: 'address', id, before: existing, after });
}

/**
 * @param runs whether autocreation answers the number's messages already
 * @returns whether it may
 */
function askAboutNumber(address: string, number: NumberState, runs: boolean, ask: Ask, plan: Plan): boolean {
  const found = handlerOf(number);
  if (found === undefined) return true;
  const end = howToEndAnswers(address, number);
  const text = runs
    ? `Messages to ${address} are answered by ${found}. Autocreation gets them too, and customers may get two ` +
      `answers. Keep it if both should answer. Setup never changes the number itself: to replace it, ${end}.`
    : `Messages to ${address} are answered by ${found}. With autocreation both get them, and customers may get two ` +
      'answers. If you replace it, autocreation is set up too; setup never changes the number itself.';
  const conflict = { id: `number:${address}`, found, text };
  if (ask(conflict) !== 'replace') return false;
  plan.leftToReplace.push(conflict);
  plan.notices.push(
    hideSecretsIn(`Messages to ${address} are also answered by ${found}: to end that, ${end}.`),
  );
  return true;
}

/** @returns what an address configuration does, in words */
export function describeAddress({
  enabled,
  type,
  studioFlowSid,
  webhookUrl,
  conversationServiceSid,
}: Fields): string {
  if (enabled !== true) return 'autocreation is off';
  const target = studioFlowSid ?? webhookUrl;
  return `autocreation of type ${type}${target ? ` (${target})` : ''} in ${conversationServiceSid ?? 'the default service'}`;
}

/** Only the local Twilio's Console can be set; Twilio's has no API. */
function planConsole({ needs, state, routingMode }: PlanOptions, plan: Plan): void {
  if (!state.console || !needs.isForFrontline) return;
  const { conversations: _conversations, ...paths } = callbackPaths;
  const urls = Object.entries(paths).map(([name, path]) => [name, `${needs.functionsUrl}${path}`]);
  const after: Fields = { ...Object.fromEntries(urls), ...(routingMode && { routingMode }) };
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, state.console?.[name] ?? null]));
  if (!hasFields(before, after)) plan.changes.push({ kind: 'frontline', id: 'console', before, after });
}

function addNotices({ needs, state, isOurs }: PlanOptions, plan: Plan): void {
  const { frontline, numbers, otherWebhooks } = state;
  if (needs.isForFrontline && frontline !== 'found') {
    plan.notices.push(
      frontline === 'none'
        ? 'The account has no Frontline, but the data routes on onConversationRoute: set "routing": { "on": "onConversationAdded" }.'
        : `None of ${needs.workers.join(', ')} is a Frontline user. On an account without Frontline, set "routing": { "on": "onConversationAdded" } in the data.`,
    );
  }
  if (!needs.isForFrontline && frontline === 'found') {
    plan.notices.push(
      'The account has Frontline, but the data routes on onConversationAdded: choose "Do not route" under Frontline → Manage → Routing, or two would route.',
    );
  }
  const owner = otherWebhooks?.id === 'account' ? 'The account' : `Service ${otherWebhooks?.id}`;
  for (const side of ['pre', 'post'] as const) {
    const url = otherWebhooks?.fields[urlFields[side]];
    if (typeof url === 'string' && isOurs(url)) {
      plan.notices.push(
        `${owner}'s ${side}-event URL also points to these functions: its events would come twice. Clear one of them.`,
      );
    }
  }
  for (const [address, number] of numbers ?? []) {
    if (number?.service && !number.service.leavesToNumber) {
      plan.notices.push(
        `${address} is in the Messaging Service ${number.service.sid}: there, choose "Autocreate a conversation" under Integration.`,
      );
    } else if (number && answersWithDemo(number)) {
      plan.notices.push(
        `${address} also answers with Twilio's demo text: ${howToEndAnswers(address, number)}.`,
      );
    }
  }
  if (!numbers)
    plan.notices.push('The credentials may not list phone numbers: who answers them was not checked.');
}
