import type { TwilioApi } from '../twilio/api';
import { addWorker, listWorkers, removeParticipant } from '../twilio/conversations';
import { fetchAvailability } from '../twilio/frontline';
import { type Assignment, assign } from './assign';
import type { InboundConversation } from './inbound';
import type { RoutePlan } from './plan';

/**
 * Puts the first worker of a plan who is available, and whom Twilio takes, into the conversation, and sees to it
 * that nobody else is.
 *
 * @returns the assignment; `worker` is who is in the conversation now
 * @throws NotFound when there is no such conversation; TwilioUnavailable; Misconfigured
 */
export async function assignWorker(
  api: TwilioApi,
  conversation: InboundConversation,
  plan: RoutePlan,
): Promise<Assignment> {
  const assignment = await assign(plan, {
    availability: (worker) => fetchAvailability(api, worker),
    add: async (worker) => {
      const outcome = await addWorker(api, conversation.sid, worker, conversation.projectedAddress);
      return outcome === 'added' ? undefined : `refused by Twilio: ${JSON.stringify(outcome.facts)}`;
    },
  });
  if (!assignment.worker || !assignment.byChance) return assignment;
  return { ...assignment, worker: await keepOne(api, conversation.sid, assignment.worker) };
}

/**
 * Two deliveries of one event can see a worker's availability change between them and add two workers. There was
 * none when this delivery began, so the earliest stays, whichever delivery added that one, and the others go.
 */
async function keepOne(api: TwilioApi, conversationSid: string, added: string): Promise<string> {
  const [first, ...others] = await listWorkers(api, conversationSid);
  for (const { sid } of others) await removeParticipant(api, conversationSid, sid);
  return first?.identity ?? added;
}
