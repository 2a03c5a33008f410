import type { Twilio } from 'twilio';
import { addressId, type Fields } from './change';
import type { Needs } from './needs';
import { type NumberState, readNumbers } from './number-answers';
import type { Resources } from './resources';

/** What setup compares with what the callbacks need. */
export interface AccountState {
  webhooks: Fields;
  /** The other scope's webhooks: those of the service in the data, or of the account. */
  otherWebhooks: { id: string; fields: Fields } | undefined;
  /** By `addressId`; null for an address without a configuration. */
  addresses: ReadonlyMap<string, Fields | null>;
  /** By phone number; null for one that the account does not own; undefined when the credentials may not list them. */
  numbers: ReadonlyMap<string, NumberState | null> | undefined;
  /** `unknown`: none of the first workers in the data is a Frontline user. */
  frontline: 'found' | 'none' | 'unknown';
  /** The simulated Frontline Console; null in the cloud. */
  console: Fields | null;
  env: Fields;
}

/** Conversations (classic) is not enabled on the account. */
class ConversationsNotEnabled extends Error {
  constructor(cause: unknown) {
    super(
      'The Conversations API refuses this account: Conversations (classic) is not enabled. Enable it in the Twilio ' +
        'Console under Conversations → Manage → Overview, then run setup again. If you use an API key, check that it ' +
        'may use Conversations.',
      { cause },
    );
  }
}

/**
 * Reads the account.
 *
 * @param report called with what is being read
 * @throws ConversationsNotEnabled, or the SDK's error
 */
export async function readAccountState(
  client: Twilio,
  resources: Resources,
  needs: Needs,
  report: (text: string) => void = () => {},
): Promise<AccountState> {
  report('Reading phone numbers');
  const numbers = await readOwnNumbers(client, needs);
  report('Reading webhooks');
  await readConfiguration(client);
  const { scope, serviceSid } = needs;
  for (const sid of new Set([serviceSid, scope])) {
    if (sid !== undefined && sid !== 'account') await requireService(client, sid);
  }
  const webhooks = (await resources.read({ kind: 'webhooks', id: scope })) ?? {};
  const other = scope === 'account' ? serviceSid : 'account';
  const otherFields = other === undefined ? null : await resources.read({ kind: 'webhooks', id: other });
  const addresses = new Map<string, Fields | null>();
  for (const { type, address } of needs.addresses) {
    report(`Reading ${type} ${address}`);
    const id = addressId({ type, address });
    addresses.set(id, await resources.read({ kind: 'address', id }));
  }
  report('Asking Frontline');
  return {
    webhooks,
    otherWebhooks: other !== undefined && otherFields ? { id: other, fields: otherFields } : undefined,
    addresses,
    numbers,
    frontline: await findFrontline(client, needs.workers),
    console: await resources.read({ kind: 'frontline', id: 'console' }),
    env: (await resources.read({ kind: 'env', id: '.env' })) ?? {},
  };
}

async function readOwnNumbers(client: Twilio, needs: Needs): Promise<AccountState['numbers']> {
  const wanted = needs.addresses.filter(({ type }) => type === 'sms').map(({ address }) => address);
  try {
    return await readNumbers(client, wanted);
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}

/**
 * Reads the account's configuration of Conversations. What an account without Conversations answers is not documented.
 *
 * @throws ConversationsNotEnabled when the API refuses the account
 */
export async function readConfiguration({
  conversations,
}: Twilio): Promise<{ defaultChatServiceSid: string }> {
  try {
    return await conversations.v1.configuration().fetch();
  } catch (error) {
    if ([403, 404].includes(statusOf(error) ?? 0)) throw new ConversationsNotEnabled(error);
    throw error;
  }
}

async function requireService({ conversations: { v1 } }: Twilio, sid: string): Promise<void> {
  try {
    await v1.services(sid).fetch();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `The account has no conversation service ${sid}: correct "conversationServiceSid" in assets/routing.private.json, or remove it.`,
      { cause: error },
    );
  }
}

/** Frontline's API finds single users only, and answers 404 both for an unknown user and without Frontline. */
async function findFrontline(
  { frontlineApi }: Twilio,
  workers: readonly string[],
): Promise<AccountState['frontline']> {
  for (const identity of workers) {
    try {
      await frontlineApi.v1.users(encodeURIComponent(identity)).fetch();
      return 'found';
    } catch (error) {
      const status = statusOf(error);
      if (status === 401 || status === 403) return 'none';
      if (status !== 404) throw error;
    }
  }
  return 'unknown';
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error ? (error as { status?: number }).status : undefined;
}
