import type { EventAddress } from '../address';
import type { Customer, Routing } from '../model';
import type { InboundConversation } from './inbound';
import { rankPool } from './rank';

/** The rules of the routing data that name workers, in the order they are tried. */
export const routeRules = ['customer_entry', 'customer_worker', 'number', 'pool', 'default_worker'] as const;
export type RouteRule = (typeof routeRules)[number];

export interface Candidate {
  worker: string;
  rule: RouteRule;
  /** Whether this worker gets the conversation when away too. */
  evenIfUnavailable: boolean;
}

/** A rule or candidate that did not get the conversation, and why; no identities, for the log. */
export interface PassedOver {
  rule: RouteRule;
  why: string;
}

export interface RoutePlan {
  /** Who may get the conversation, best first. */
  candidates: Candidate[];
  passedOver: PassedOver[];
}

/**
 * Plans who gets an inbound conversation. It is a function of the conversation and the data alone, so that the same
 * event delivered twice plans the same.
 *
 * @param customer the customer who writes, if known
 */
export function planRoute(
  conversation: Pick<InboundConversation, 'sid' | 'senders' | 'twilioAddress'>,
  customer: Customer | undefined,
  { routing }: Routing,
): RoutePlan {
  const plan: RoutePlan = { candidates: [], passedOver: [] };
  const owner = !routing.respectAvailability || routing.unavailableOwner === 'assign';
  const anybody = !routing.respectAvailability;

  const offer = (rule: RouteRule, workers: string[], evenIfUnavailable: boolean, otherwise: string): void => {
    if (workers.length === 0) plan.passedOver.push({ rule, why: otherwise });
    for (const worker of workers) plan.candidates.push({ worker, rule, evenIfUnavailable });
  };

  const [sender, ...others] = conversation.senders;
  const entry =
    (sender && entryFor(sender, routing)) ??
    customer?.assigned_workers?.[0] ??
    others.map((address) => entryFor(address, routing)).find(Boolean);
  offer('customer_entry', entry ? [entry] : [], owner, 'no entry for this customer');
  offer(
    'customer_worker',
    customer?.worker ? [customer.worker] : [],
    owner,
    customer ? 'the customer has no worker' : 'the customer is not known',
  );
  const answering = routing.numbers[conversation.twilioAddress?.address?.key ?? ''] ?? [];
  offer('number', rankPool(answering, conversation.sid), anybody, 'no workers for this number');
  offer('pool', rankPool(routing.pool, conversation.sid), anybody, 'the pool is empty');
  offer(
    'default_worker',
    routing.defaultWorker ? [routing.defaultWorker] : [],
    anybody || routing.nobodyAvailable === 'assign',
    'there is no default worker',
  );
  return plan;
}

/** @returns the worker of the entry for this address on its channel, else of the one that holds on every channel */
function entryFor({ address }: EventAddress, { addresses }: Routing['routing']): string | undefined {
  return address && (addresses[`${address.type}:${address.key}`] ?? addresses[address.key]);
}
