import { readEventAddress } from '../address';
import { type CustomerDirectory, findCustomer } from '../customers/directory';
import type { Routing } from '../model';
import type { TwilioApi } from '../twilio/api';
import { listParticipants, type Participant, removeParticipant } from '../twilio/conversations';
import { fetchFrontlineUser } from '../twilio/frontline';
import {
  type AssignEffects,
  type Assignment,
  assign,
  joinConversation,
  keepOne,
  markedWorkers,
  previewAssignment,
} from './assign';
import { type InboundConversation, planRoute, type RoutableEvent, readInbound } from './plan';

/** What routing needs besides the event. */
export interface RoutingContext {
  customers(): Promise<CustomerDirectory>;
  routing(): Promise<Routing>;
  twilio(): TwilioApi;
  /** What the log has in place of an identity. */
  hash(identity: string): string;
  /** Adds facts to the request's log line. */
  addToLog(facts: Record<string, unknown>, level?: 'info' | 'warn' | 'error'): void;
}

/** The answer of routing. Twilio ignores it; people and tests read it. */
export type RouteAnswer = { routed: true; worker: string; rule: string } | { routed: false; reason: string };

/**
 * Gives an inbound conversation a worker, unless it has one.
 *
 * @returns who is in the conversation and by which rule, or why nobody is
 * @throws NotFound when there is no such conversation; TwilioUnavailable; Misconfigured
 */
export async function routeConversation(event: RoutableEvent, context: RoutingContext): Promise<RouteAnswer> {
  const assignment = await assignWorker(event, context, []);
  const { worker, rule = '', reason = '', passedOver, unchecked } = assignment;
  if (unchecked) context.addToLog({ duplicates: 'not checked' }, 'error');
  if (worker === undefined) {
    context.addToLog({ unrouted: reason, passedOver }, 'error');
    return { routed: false, reason };
  }
  const more = rule === alreadyThere ? {} : { passedOver };
  context.addToLog({ rule, worker: context.hash(worker), ...more });
  return { routed: true, worker, rule };
}

/** The rule of a worker whom routing found in the conversation. */
export const alreadyThere = 'already_in_conversation';

/**
 * Gives a conversation a worker, unless it has one: list the participants → look the customer up → plan → add the first
 * candidate who can take it.
 *
 * @param departed identities who do not count as workers and get nothing: they may still be in the conversation
 * @param how what is done with the plan, and with the workers who are there
 * @throws as `routeConversation`
 */
export async function assignWorker(
  event: RoutableEvent,
  { customers, routing, twilio }: Pick<RoutingContext, 'customers' | 'routing' | 'twilio'>,
  departed: readonly string[],
  how = { assign, keepOne },
): Promise<Assignment> {
  const data = await routing();
  const opened = twilio();
  // One request that hangs must leave time for two more tries.
  const api = opened.withRequestLimit(opened.deadline.remaining() / 3);
  const conversation = readInbound(event, data);
  const participants = await listParticipants(api, conversation);
  const present = await findPresentWorker(
    participants.filter(({ identity }) => identity === undefined || !departed.includes(identity)),
    data,
    async (identity) => (await fetchFrontlineUser(api, identity, 'several')).is === 'user',
  );
  const effects = createEffects(api, conversation, participants);
  if (present !== undefined) {
    const left = await how.keepOne(effects, present, participants);
    return { worker: present, rule: alreadyThere, passedOver: [], ...left };
  }

  const projected = findProjected(participants)?.projectedAddress;
  const twilioAddress =
    conversation.twilioAddress ?? (projected === undefined ? undefined : readEventAddress(projected));
  const customer = await findCustomer(await customers(), conversation.senders);
  const plan = planRoute({ ...conversation, twilioAddress }, customer, data);
  const candidates = plan.candidates.filter((one) => !departed.includes(one.worker));
  return how.assign({ ...plan, candidates }, effects);
}

/**
 * Says who would get a conversation right now, or why nobody would; changes nothing.
 *
 * @param departed as for `assignWorker`
 * @throws as `routeConversation`
 */
export function previewWorker(
  event: RoutableEvent,
  context: Pick<RoutingContext, 'customers' | 'routing' | 'twilio'>,
  departed: readonly string[],
): Promise<Assignment> {
  return assignWorker(event, context, departed, {
    assign: previewAssignment,
    keepOne: async () => ({}),
  });
}

/** The pause before the participants are listed again, in milliseconds. */
const pauseMs = 300;

function createEffects(
  api: TwilioApi,
  conversation: InboundConversation,
  participants: readonly Participant[],
): AssignEffects {
  const projectedParticipant = findProjected(participants);
  const isGroup = conversation.isGroup || projectedParticipant !== undefined;
  const projectedAddress = projectedParticipant?.projectedAddress ?? conversation.twilioAddress?.raw;
  const joinable = { ...conversation, ...(isGroup && { projectedAddress, projectedParticipant }) };
  return {
    async availability(worker) {
      const user = await fetchFrontlineUser(api, worker, 'once');
      if (user.is === 'no_user') return 'unavailable';
      if (user.is === 'unknown' || user.available === undefined) return 'unknown';
      return user.available ? 'available' : 'unavailable';
    },
    join: (worker, mark) => joinConversation(api, joinable, worker, mark),
    list: () => listParticipants(api, conversation),
    remove: (sid) => removeParticipant(api, conversation, sid),
    async pause() {
      if (api.deadline.remaining() < 2 * pauseMs) return false;
      await api.sleep(pauseMs);
      return true;
    },
  };
}

/** @returns in a group MMS, the participant for our number, if no worker has it yet */
function findProjected(participants: readonly Participant[]): Participant | undefined {
  return participants.find(
    ({ identity, projectedAddress }) => identity === undefined && projectedAddress !== undefined,
  );
}

/**
 * Finds a worker who is already in a conversation. An identity alone does not make a worker: chat customers and bots
 * have one too. A worker is somebody whom routing added, whom the routing data lists, or whom Frontline knows. Frontline
 * is asked last, and never on accounts without Frontline.
 *
 * @param isFrontlineUser false when Frontline cannot tell: two workers are better than none
 * @returns the identity of the earliest worker, or undefined when there is none
 */
async function findPresentWorker(
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
