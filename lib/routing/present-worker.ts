import type { Routing } from '../model';
import type { Participant } from '../twilio/conversations';
import { markedWorkers } from './mark';

/**
 * Finds a worker who is already in a conversation. An identity alone does not make a worker: chat customers and bots
 * have one too. A worker is somebody whom routing added, whom the routing data lists, or whom Frontline knows. Frontline
 * is asked last, and never on accounts without Frontline.
 *
 * @param isFrontlineUser false when Frontline cannot tell: two workers are better than none
 * @returns the identity of the earliest worker, or undefined when there is none
 */
export async function findPresentWorker(
  participants: readonly Participant[],
  { workers, routing }: Routing,
  isFrontlineUser: (identity: string) => Promise<boolean>,
): Promise<string | undefined> {
  const [marked] = markedWorkers(participants);
  if (marked) return marked.identity;

  const identities = [...participants]
    .sort((a, b) => a.createdAt - b.createdAt || (a.sid < b.sid ? -1 : 1))
    .flatMap(({ identity }) => identity ?? []);
  const listed = new Set(workers.map(({ identity }) => identity));
  const worker = identities.find((identity) => listed.has(identity));
  if (worker !== undefined || routing.on === 'onConversationAdded') return worker;

  const known = await Promise.all(identities.map(isFrontlineUser));
  return identities.find((_identity, index) => known[index]);
}
