import { createHash } from 'node:crypto';
import {
  type BindingFields,
  type EventAddress,
  isAmong,
  readParties,
  readServiceSid,
  type ServiceFields,
} from '../address';
import type { Customer, Routing } from '../model';
import { compareText } from '../text';
import type { ConversationRef } from '../twilio/conversations';

/** The rules of the routing data that name workers, in the order they are tried. */
export const routeRules = ['customer_entry', 'customer_worker', 'number', 'pool', 'default_worker'] as const;
export type RouteRule = (typeof routeRules)[number];

/** A worker who may get the conversation. */
export interface Candidate {
  /** The identity. */
  worker: string;
  rule: RouteRule;
  /** Whether this worker gets the conversation even when away. */
  evenIfUnavailable: boolean;
}

/** A rule or candidate that did not get the conversation, and why. It is for the log and has no identities. */
export interface PassedOver {
  rule: RouteRule;
  why: string;
}

/** The result of applying the rules to a conversation. */
export interface RoutePlan {
  /** Who may get the conversation, best first. */
  candidates: Candidate[];
  passedOver: PassedOver[];
}

/**
 * Plans who gets an inbound conversation. The plan depends only on the conversation and the data, so that two deliveries
 * of the same event have the same plan.
 *
 * @param customer the sender's card, if there is one
 * @returns the candidates of all rules, in order, and the rules that name nobody
 */
export function planRoute(
  conversation: Pick<InboundConversation, 'sid' | 'senders' | 'twilioAddress'>,
  customer: Customer | undefined,
  { routing }: Routing,
): RoutePlan {
  const plan: RoutePlan = { candidates: [], passedOver: [] };
  const anybodyWhenAway = !routing.respectAvailability;
  const ownerWhenAway = anybodyWhenAway || routing.unavailableOwner === 'assign';

  const offer = (rule: RouteRule, workers: string[], evenIfUnavailable: boolean, whyNobody: string): void => {
    if (workers.length === 0) plan.passedOver.push({ rule, why: whyNobody });
    for (const worker of workers) plan.candidates.push({ worker, rule, evenIfUnavailable });
  };

  const [sender, ...others] = conversation.senders;
  const entry =
    (sender && findEntry(sender, routing)) ??
    customer?.assigned_workers?.[0] ??
    others.map((address) => findEntry(address, routing)).find(Boolean);
  offer('customer_entry', entry ? [entry] : [], ownerWhenAway, 'no entry for this customer');
  offer(
    'customer_worker',
    customer?.worker ? [customer.worker] : [],
    ownerWhenAway,
    customer ? 'the customer has no worker' : 'the customer is not known',
  );
  const workersOfNumber = routing.numbers[conversation.twilioAddress?.address?.key ?? ''] ?? [];
  offer('number', rankPool(workersOfNumber, conversation.sid), anybodyWhenAway, 'no workers for this number');
  offer('pool', rankPool(routing.pool, conversation.sid), anybodyWhenAway, 'the pool is empty');
  offer(
    'default_worker',
    routing.defaultWorker ? [routing.defaultWorker] : [],
    anybodyWhenAway || routing.nobodyAvailable === 'assign',
    'there is no default worker',
  );
  return plan;
}

/** @returns the worker of the entry for this address on its channel, or else of the one for every channel */
function findEntry({ address }: EventAddress, { addresses }: Routing['routing']): string | undefined {
  return address && (addresses[`${address.type}:${address.key}`] ?? addresses[address.key]);
}

/** An event that routing handles: `onConversationRoute`, or `onConversationAdded` on accounts without Frontline. */
export interface RoutableEvent extends BindingFields, ServiceFields {
  ConversationSid: string;
}

/** What routing needs to know about an inbound conversation. */
export interface InboundConversation extends ConversationRef {
  /** The customers' addresses, the sender first. */
  senders: EventAddress[];
  /** Our address that was written to; undefined in a group where the data does not have it. */
  twilioAddress: EventAddress | undefined;
  isGroup: boolean;
}

/** Reads from an event what routing needs to know about its conversation. */
export function readInbound(event: RoutableEvent, routing: Routing): InboundConversation {
  const { people, ours, isGroup } = readParties(event, routing.ownAddresses);
  return {
    sid: event.ConversationSid,
    serviceSid: readServiceSid(event, routing),
    senders: people,
    twilioAddress: ours,
    isGroup,
  };
}

/**
 * Decides whether `onConversationAdded` routes a conversation: the event also comes for conversations that apps and Flex
 * create, and on accounts where Frontline routes.
 *
 * @returns why this conversation is not routed, for the log; undefined if it is
 */
export function reasonNotToRoute(event: RoutableEvent, routing: Routing): string | undefined {
  if (routing.routing.on !== 'onConversationAdded') return 'onConversationRoute does it';
  if (event['MessagingBinding.Address'].length === 0) return 'no inbound conversation';
  const { ours } = readParties(event, routing.ownAddresses);
  return ours && isAmong(ours, routing.ownAddresses) ? undefined : 'not to an address of the routing data';
}

/**
 * Ranks workers for one conversation by rendezvous hashing: the same conversation gets the same ranking every time,
 * conversations spread evenly, and when a worker leaves the pool, only that worker's conversations move.
 *
 * @param workers identities, in any order
 * @param key what the ranking is for: the conversation's SID
 * @returns the identities, first choice first
 */
export function rankPool(workers: readonly string[], key: string): string[] {
  return workers
    .map((worker) => ({ worker, weight: weigh(worker, key) }))
    .sort((a, b) => compareText(b.weight, a.weight) || compareText(a.worker, b.worker))
    .map(({ worker }) => worker);
}

function weigh(worker: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([worker, key]))
    .digest('hex');
}
