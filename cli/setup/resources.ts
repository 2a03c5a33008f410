import type { Twilio } from 'twilio';
import type { FrontlineUrls, Settings, Snapshot } from '../../simulator/api';
import { type Change, type Fields, listOf } from './change';
import type { EnvFile } from './env-file';

/** What setup reads and writes. */
export interface Resources {
  /** @returns all fields of a resource; null when it does not exist */
  read(resource: Pick<Change, 'kind' | 'id'>): Promise<Fields | null>;
  /** Makes a change. */
  write(change: Change): Promise<void>;
}

/** Webhooks as the SDK has them; only those of the account have a target. */
interface Webhooks {
  preWebhookUrl: string;
  postWebhookUrl: string;
  method: string;
  filters: string[];
  target?: string;
}

/**
 * Opens an account's resources.
 *
 * @param controlUrl where the local Twilio is controlled; undefined in the cloud
 */
export function openResources(client: Twilio, env: EnvFile, controlUrl: string | undefined): Resources {
  return {
    read: async ({ kind, id }) => {
      if (kind === 'webhooks') return readWebhooks(await webhooksOf(client, id).fetch());
      if (kind === 'address') return (await findAddress(client, id))?.fields ?? null;
      if (kind === 'env') return env.read();
      return controlUrl === undefined ? null : readConsole(controlUrl);
    },
    write: async (change) => {
      const { kind, id, after } = change;
      if (kind === 'webhooks') await writeWebhooks(client, id, after ?? {});
      else if (kind === 'address') await writeAddress(client, id, after);
      else if (kind === 'env') env.write(after ?? {});
      else if (controlUrl !== undefined) await writeConsole(controlUrl, after ?? {});
    },
  };
}

function webhooksOf({ conversations: { v1 } }: Twilio, scope: string) {
  return scope === 'account' ? v1.configuration.webhooks() : v1.services(scope).configuration.webhooks();
}

function readWebhooks(webhooks: Webhooks): Fields {
  const { preWebhookUrl, postWebhookUrl, method, filters, target } = webhooks;
  return {
    ...(target !== undefined && { target }),
    preWebhookUrl: preWebhookUrl || null,
    postWebhookUrl: postWebhookUrl || null,
    method: method || null,
    filters: filters ?? [],
  };
}

async function writeWebhooks(client: Twilio, scope: string, fields: Fields): Promise<void> {
  const { preWebhookUrl, postWebhookUrl, method, target } = fields as Record<string, string | null>;
  const filters = listOf(fields.filters);
  const change = {
    ...(preWebhookUrl !== undefined && { preWebhookUrl: preWebhookUrl ?? '' }),
    ...(postWebhookUrl !== undefined && { postWebhookUrl: postWebhookUrl ?? '' }),
    ...(method && { method: method as never }),
    // The SDK leaves an empty list out, so that the list would stay.
    ...(fields.filters !== undefined && { filters: filters.length > 0 ? [...filters] : [''] }),
  };
  const { v1 } = client.conversations;
  if (scope !== 'account') await v1.services(scope).configuration.webhooks().update(change);
  else await v1.configuration.webhooks().update({ ...change, ...(target && { target: target as never }) });
}

async function findAddress(
  { conversations: { v1 } }: Twilio,
  id: string,
): Promise<{ sid: string; fields: Fields } | undefined> {
  const { type, address } = splitAddress(id);
  const all = await v1.addressConfigurations.list({ type });
  const found = all.find((one) => one.address === address);
  return found && { sid: found.sid, fields: readAutoCreation(found.autoCreation) };
}

/** @returns the type and the address in the id of a resource */
function splitAddress(id: string): { type: string; address: string } {
  const [type = '', rest = ''] = id.split(/:(.*)/);
  return { type, address: type === 'sms' ? rest : id };
}

/** The fields of an address configuration: ours, Twilio's in answers, and the SDK's. */
const autoCreationFields = [
  ['enabled', 'enabled', 'autoCreation.enabled'],
  ['type', 'type', 'autoCreation.type'],
  ['conversationServiceSid', 'conversation_service_sid', 'autoCreation.conversationServiceSid'],
  ['studioFlowSid', 'studio_flow_sid', 'autoCreation.studioFlowSid'],
  ['webhookUrl', 'webhook_url', 'autoCreation.webhookUrl'],
  ['webhookMethod', 'webhook_method', 'autoCreation.webhookMethod'],
  ['webhookFilters', 'webhook_filters', 'autoCreation.webhookFilters'],
] as const;

/** @returns the fields of an address configuration, as Twilio answers them */
export function readAutoCreation(given: unknown): Fields {
  const autoCreation = (given ?? {}) as Fields;
  const found = autoCreationFields
    .map(([name, served]) => [name, autoCreation[served] ?? null] as const)
    .filter(([name, value]) => value !== null || name === 'conversationServiceSid');
  return { enabled: false, type: null, ...Object.fromEntries(found) };
}

async function writeAddress(client: Twilio, id: string, fields: Fields | null): Promise<void> {
  const { v1 } = client.conversations;
  const existing = await findAddress(client, id);
  if (fields === null) {
    if (existing) await v1.addressConfigurations(existing.sid).remove();
    return;
  }
  const autoCreation = Object.fromEntries(
    autoCreationFields
      .filter(([name]) => fields[name] !== undefined)
      .map(([name, , given]) => [given, fields[name] ?? '']),
  );
  if (existing) await v1.addressConfigurations(existing.sid).update(autoCreation);
  else {
    const { type, address } = splitAddress(id);
    await v1.addressConfigurations.create({ type: type as 'sms', address, ...autoCreation });
  }
}

export async function readConsole(controlUrl: string): Promise<Fields> {
  const response = await fetch(`${controlUrl}/api/state`);
  const { settings } = (await response.json()) as Snapshot;
  return { ...settings.frontlineUrls, routingMode: settings.routingMode };
}

async function writeConsole(controlUrl: string, fields: Fields): Promise<void> {
  const { routingMode, ...frontlineUrls } = fields;
  const change = {
    frontlineUrls: frontlineUrls as Partial<FrontlineUrls>,
    ...(routingMode !== undefined && { routingMode: routingMode as Settings['routingMode'] }),
  };
  const response = await fetch(`${controlUrl}/api/settings`, {
    method: 'PATCH',
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(`The local Twilio answered ${response.status}: ${await response.text()}`);
}
