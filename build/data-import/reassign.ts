import { parseTree } from 'jsonc-parser';
import type { Sources } from '../data/compile';
import { findNearestWorker } from '../data/nearest-worker';
import { editJson, type JsonEdit } from './edit-json';
import { readCustomers } from './read-customers';
import { listOf, type RawRouting, type RoutingText, readRouting, routingFile } from './read-routing';

/** What giving one worker's customers to another changes. */
export interface Reassignment {
  /** The customers whose `worker` changes. */
  customers: { customer_id: string; name: string }[];
  /** How many entries of `routing.customers` change. */
  entries: number;
  /** Where the routing data still names the old worker: not about customers, so it is left as it is. */
  stillNamed: string[];
  /** The new content of the two files; undefined where nothing changes. */
  customersText: string | undefined;
  routingText: string | undefined;
}

/** An identity that the routing data does not list, and that no customer has. */
export class UnlistedIdentity extends Error {}

/**
 * Gives the customers of one worker to another: on their cards, and in `routing.customers`.
 *
 * @throws UnlistedIdentity when `to` is not listed, or `from` neither is nor owns anybody
 */
export function reassign(sources: Sources, from: string, to: string): Reassignment {
  const { text, raw, workers } = readRouting(sources);
  const customers = readCustomers(sources);
  requireListed(to, workers, ': add the worker there first');

  const owned: Reassignment['customers'] = [];
  const cardEdits: JsonEdit[] = [];
  for (const [index, one] of customers.raw.customers.entries()) {
    const { worker, customer_id: id, display_name: name } = Object(one) as Record<string, unknown>;
    if (worker !== from) continue;
    owned.push({ customer_id: String(id), name: String(name) });
    cardEdits.push({ path: ['customers', index, 'worker'], value: to });
  }
  const entryEdits = listOf(raw.routing?.customers).flatMap((entry, index): JsonEdit[] =>
    Object(entry).worker === from ? [{ path: ['routing', 'customers', index, 'worker'], value: to }] : [],
  );
  const stillNamed = placesOf(raw, from);
  if (owned.length + entryEdits.length + stillNamed.length === 0) {
    requireListed(from, workers, ', and no customer has this worker');
  }
  return {
    customers: owned,
    entries: entryEdits.length,
    stillNamed,
    customersText: cardEdits.length > 0 ? editJson(customers.text, cardEdits) : undefined,
    routingText: entryEdits.length > 0 && parseTree(text) ? editJson(text, entryEdits) : undefined,
  };
}

/** @param hint what is said where nobody else can be meant */
function requireListed(identity: string, workers: RoutingText['workers'], hint: string): void {
  if (workers.some((worker) => worker.identity === identity)) return;
  const nearest = findNearestWorker(identity, workers);
  const meant = nearest === undefined ? hint : `: did you mean ${JSON.stringify(nearest)}?`;
  throw new UnlistedIdentity(
    `${JSON.stringify(identity)} is not among the workers of assets/${routingFile}${meant}`,
  );
}

function placesOf({ proxyAddresses, routing }: RawRouting, identity: string): string[] {
  const places: string[] = [];
  const look = (list: unknown, path: string): void => {
    const index = listOf(list).indexOf(identity);
    if (index >= 0) places.push(`${path}[${index}]`);
  };
  for (const [index, rule] of listOf(proxyAddresses?.rules).entries()) {
    look(Object(rule).workers, `proxyAddresses.rules[${index}].workers`);
  }
  for (const [index, number] of listOf(routing?.numbers).entries()) {
    look(Object(number).workers, `routing.numbers[${index}].workers`);
  }
  look(routing?.pool, 'routing.pool');
  if (routing?.defaultWorker === identity) places.push('routing.defaultWorker');
  return places;
}
