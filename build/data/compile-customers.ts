import { customerDetailsAnswer, frontlineAnswerLimit } from '../../lib/customers/cards';
import type { HashKey } from '../../lib/customers/packed-format';
import type { Customer } from '../../lib/model';
import { countryOf } from '../../lib/proxy-addresses/choose';
import { byteLength } from '../../lib/text';
import { textsOfUnread, valueAt } from './customers';
import type { CheckReports, CustomersFile } from './customers-file';
import { HashIndex } from './hash-index';
import { workerFixes } from './nearest-worker';
import type { Report } from './problems';
import { type ReadCustomer, readCustomer } from './read-customer';
import type { CustomerSource } from './schema/sources';
import { type CustomerClaim, chooseOwners } from './shared-addresses';
import type { CustomerSorter } from './sort-customers';

export interface CompiledCustomers {
  /** How many the file has, including those that cannot be read. */
  count: number;
  /** Whether any has an owner. */
  isOwned: boolean;
  /** How many have numbers in these countries, which are joined by commas in the order of the channels. */
  countries: ReadonlyMap<string, number>;
  /** Whether a customer has this id, or one that could not be read may have it. */
  hasId(id: string): boolean;
  /** Whether a customer has a field of this name, or one that could not be read may have it. */
  hasField(name: string): boolean;
  /** The customer who is found by an address. */
  findByAddress(key: string): { customer_id: string } | undefined;
  /** The customers in the order of every list, with the workers whom the routing data assigns to a customer_id. */
  build(assigned: ReadonlyMap<string, readonly string[]>): Generator<Customer>;
}

/** valibot silently drops these names from every record. */
const reserved = ['__proto__', 'constructor', 'prototype'];

/** How many customers are checked before others get a turn. */
export const turn = 1_000;

const ignore: Report = Object.assign(() => {}, { warn: () => {} });

/**
 * Checks and normalizes the customers, one at a time. Of all of them, it keeps hashes of ids and addresses; the few whose id,
 * address or hash another one has are read again. It yields how many are done.
 *
 * @param workers the identities that the data may name; undefined when they are not known
 * @throws UnreadableFile
 */
export function* compileCustomers(
  file: CustomersFile,
  reports: CheckReports['of'],
  workers: ReadonlySet<string> | undefined,
  sorter: CustomerSorter,
  hash?: HashKey,
): Generator<number, CompiledCustomers> {
  const ids = new HashIndex(file.count, hash);
  const addresses = new HashIndex(file.count, hash);
  const countries = new Map<string, number>();
  const fields = new Set<string>();
  const unread = new Set<string>();
  let isOwned = false;
  const checkOwner = ownerCheck(workers, reports.workers);
  for (const { index, raw, entry } of file.read()) {
    for (const name of readFieldNames(raw, index, reports.reserved)) fields.add(name);
    if (!entry) for (const text of textsOfUnread([undefined], [raw])) unread.add(text);
    else {
      const { customer, claims } = readCustomer(entry, index, file.defaultCountry, reports.addresses);
      checkOwner(entry, index);
      checkCard(customer, index, reports.cards);
      ids.add(customer.customer_id, index);
      for (const key of new Set(claims.map(({ key }) => key))) addresses.add(key, index);
      const own = customer.channels.flatMap((channel) => countryOf(channel) ?? []).join();
      countries.set(own, (countries.get(own) ?? 0) + 1);
      isOwned ||= Boolean(customer.worker);
      sorter.add(customer, index);
    }
    if ((index + 1) % turn === 0) yield index + 1;
  }
  ids.sort();
  addresses.sort();

  const again = (position: number): ReadCustomer | undefined => {
    const entry = file.at(position);
    return entry && readCustomer(entry, position, file.defaultCountry, ignore);
  };
  checkIds(ids, (position) => file.at(position)?.customer_id, reports.ids);
  // Positions help nobody before an import has written the file.
  const nameOf = (position: number): string => {
    const { display_name: name, customer_id: id } = file.at(position) ?? {};
    return `${JSON.stringify(name)} (customer_id ${JSON.stringify(id)})`;
  };
  const shared = chooseOwners(collectClaims(addresses, again), nameOf, reports.shared);

  return {
    count: file.count,
    isOwned,
    countries,
    hasId: (id) =>
      file.hasTooLarge ||
      unread.has(id) ||
      ids.find(id).some((position) => file.at(position)?.customer_id === id),
    hasField: (name) => file.hasTooLarge || fields.has(name),
    findByAddress(key) {
      const owner = shared.owners.get(key);
      for (const position of owner === undefined ? addresses.find(key) : [owner]) {
        const found = again(position);
        if (!found?.claims.some((claim) => claim.key === key)) continue;
        return { customer_id: found.customer.customer_id };
      }
      return undefined;
    },
    *build(assigned) {
      for (const { customer, position } of sorter.sorted()) {
        const primaryFor = shared.primaryFor.get(position);
        if (primaryFor) customer.primary_for = primaryFor;
        const assignedWorkers = assigned.get(customer.customer_id);
        if (assignedWorkers) customer.assigned_workers = [...assignedWorkers];
        yield customer;
      }
    },
  };
}

/** @returns the names of a customer's fields, also of one that cannot be read */
function readFieldNames(raw: unknown, index: number, report: Report): string[] {
  const names = Object.keys(valueAt(raw, 'fields') ?? {});
  for (const name of names) {
    if (!reserved.includes(name)) continue;
    report(['customers', index, 'fields', name], 'is a reserved name in JavaScript', 'choose another name');
  }
  return names;
}

function ownerCheck(
  workers: ReadonlySet<string> | undefined,
  report: Report,
): (entry: CustomerSource, index: number) => void {
  if (!workers) return () => {};
  const fixFor = workerFixes(workers, 'add the worker there, or correct the identity here');
  return ({ worker }, index) => {
    if (worker === undefined || workers.has(worker)) return;
    report(
      ['customers', index, 'worker'],
      `${JSON.stringify(worker)} is not one of the workers of assets/routing.private.json`,
      fixFor(worker),
    );
  };
}

function checkCard(customer: Customer, index: number, report: Report): void {
  const size = byteLength(JSON.stringify(customerDetailsAnswer(customer)));
  if (size <= frontlineAnswerLimit) return;
  report(
    ['customers', index],
    `the card of customer ${JSON.stringify(customer.customer_id)} has ${Math.ceil(size / 1024)} KB; Frontline reads at most 64 KB`,
    'shorten its details or links',
  );
}

/** Reports ids that several customers have. */
function checkIds(ids: HashIndex, idAt: (position: number) => string | undefined, report: Report): void {
  const first = new Map<string, number>();
  for (const position of sortedPositions(ids)) {
    const id = idAt(position);
    if (id === undefined) continue;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, position);
    else {
      report(
        ['customers', position, 'customer_id'],
        `${JSON.stringify(id)} is also the id of customers[${earlier}]`,
        'give each customer a unique id, or remove one of the two',
      );
    }
  }
}

/** @returns the claims to the addresses that several customers have, or that have a hash of another one */
function collectClaims(
  addresses: HashIndex,
  again: (position: number) => ReadCustomer | undefined,
): Map<string, CustomerClaim[]> {
  const claims = new Map<string, CustomerClaim[]>();
  for (const position of sortedPositions(addresses)) {
    for (const claim of again(position)?.claims ?? []) {
      const claimants = claims.get(claim.key);
      if (claimants) claimants.push({ ...claim, customer: position });
      else if (addresses.find(claim.key).length > 1)
        claims.set(claim.key, [{ ...claim, customer: position }]);
    }
  }
  return claims;
}

function sortedPositions(index: HashIndex): Uint32Array {
  return Uint32Array.from(new Set(index.shared())).sort();
}
