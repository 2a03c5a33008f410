import { parseTree } from 'jsonc-parser';
import { findNearestWorker } from '../data/nearest-worker';
import type { OtherSources } from './check-draft';
import type { CustomersFile } from './customers-file';
import { editJson, type JsonEdit } from './edit-json';
import { listOf, type RawRouting, type RoutingText, readRouting, routingFile } from './read-routing';
import { type Draft, editCustomer, writeCustomers } from './write-customers';

/** What giving one worker's customers to another changes. */
export interface Reassignment {
  /** The customers whose `worker` changes. */
  customers: { customer_id: string; name: string }[];
  /** How many entries of `routing.customers` change. */
  entries: number;
  /** Where the routing data still names the old worker: not about customers, so it is left as it is. */
  stillNamed: string[];
  /** The new content of the two files; undefined where nothing changes. */
  customersDraft: Draft | undefined;
  routingText: string | undefined;
}

/** An identity that the routing data does not list, and that no customer has. */
export class UnlistedIdentity extends Error {}

/** How many customers are read before other work has its turn. */
const slice = 5_000;

/**
 * Gives the customers of one worker to another: on their cards, and in `routing.customers`.
 *
 * @param draftPath where the new customers' file is written
 * @throws UnlistedIdentity when `to` is not listed, or `from` neither is nor owns anybody
 */
export async function reassign(
  file: CustomersFile,
  others: OtherSources,
  { from, to }: { from: string; to: string },
  draftPath: string,
): Promise<Reassignment> {
  const { text, raw, workers } = readRouting(others);
  requireListed(to, workers, ': add the worker there first');

  const customers: Reassignment['customers'] = [];
  const owned = new Uint8Array(file.count);
  for (let position = 0; position < file.count; position++) {
    if (position % slice === 0) await new Promise(setImmediate);
    const { worker, customer_id: id, display_name: name } = file.customer(position);
    if (worker !== from) continue;
    customers.push({ customer_id: String(id), name: String(name) });
    owned[position] = 1;
  }
  const entryEdits = listOf(raw.routing?.customers).flatMap((entry, index): JsonEdit[] =>
    Object(entry).worker === from ? [{ path: ['routing', 'customers', index, 'worker'], value: to }] : [],
  );
  const stillNamed = placesOf(raw, from);
  if (customers.length + entryEdits.length + stillNamed.length === 0) {
    requireListed(from, workers, ', and no customer has this worker');
  }
  const change = {
    textAt: (position: number) =>
      owned[position] === 1 ? editCustomer(file, position, [{ path: ['worker'], value: to }]) : undefined,
    isRemoved: () => false,
    added: [],
  };
  return {
    customers,
    entries: entryEdits.length,
    stillNamed,
    customersDraft: customers.length > 0 ? await writeCustomers(file, change, draftPath) : undefined,
    routingText: entryEdits.length > 0 && parseTree(text) ? editJson(text, entryEdits) : undefined,
  };
}

/** @param hint what is said where nobody else can be meant */
function requireListed(identity: string, workers: RoutingText['workers'], hint: string): void {
  if (workers.some((worker) => worker.identity === identity)) return;
  const nearest = findNearestWorker(identity, workers);
  const meant = nearest === undefined ? hint : `: did you mean ${JSON.stringify(nearest)}?`;
  throw new UnlistedIdentity(
    `${JSON.stringify(identity)} is not one of the workers of assets/${routingFile}${meant}`,
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
