import type { Address } from '../address';
import type { Customer, Routing } from '../model';
import type { TwilioApi } from '../twilio/api';
import { findWorker } from '../twilio/flex';
import type { OutboundWorker } from './plan';
import { ownAddress } from './recipient';

/**
 * Checks that a chat does not go to a worker. Twilio finds open conversations by identity: the agent's own conversation
 * with another customer would be found, and the message sent to that customer.
 *
 * @param worker who starts the conversation
 * @throws Unprocessable `own_address`; as `findWorker`, which is asked about identities that are in no data
 */
export async function requireNoWorker(
  api: TwilioApi,
  workspaceSid: string,
  { to, customer }: { to: Address; customer: Customer | undefined },
  worker: OutboundWorker,
  routing: Routing,
): Promise<void> {
  if (to.type !== 'chat') return;
  const forms = formsOf(to.value);
  const workers = [worker.identity, worker.name, ...routing.workers.map(({ identity }) => identity)];
  if (workers.some((one) => isSameIdentity(one, to.value))) throw ownAddress();
  if (customer) return;
  const found = await Promise.all(forms.map((form) => findWorker(api, workspaceSid, form)));
  if (found.some((one) => one !== undefined)) throw ownAddress();
}

/** Compares without case, because Twilio does not say whether it matters. */
function isSameIdentity(a: string, b: string): boolean {
  const forms = formsOf(a).map((form) => form.toLowerCase());
  return formsOf(b).some((form) => forms.includes(form.toLowerCase()));
}

/**
 * An identity as it is given, and what it stands for where it has Flex's form: in `bob_40example_2Ecom`, every character
 * but letters and digits is `_` and two hexadecimal digits.
 */
function formsOf(identity: string): string[] {
  const escaped = identity.replaceAll('%', '%25').replace(/_([0-9a-f]{2})/gi, '%$1');
  try {
    return [...new Set([identity, decodeURIComponent(escaped)])];
  } catch {
    return [identity];
  }
}
