import { type Address, parseAddress } from '../lib/address';
import { AssetCustomers } from '../lib/customers/asset-customers';
import { compareCustomers } from '../lib/customers/order';
import type { Customer } from '../lib/model';
import { type Timing, Timings } from './stats';

export const lookupKinds = ['byId', 'byAddress', 'list'] as const;
export type LookupKind = (typeof lookupKinds)[number];

export interface LookupTimes {
  customers: number;
  /** Megabytes of the asset. */
  size: number;
  /** Milliseconds to parse the asset's text and answer the first lookup by address. */
  firstLookup: number;
  /** Microseconds each, once loaded; compared to the smallest directory in the same round. */
  lookups: Record<LookupKind, Timing>;
}

/** So many customers each worker has, however many there are in all. */
const perWorker = 50;

/** Lookups of each kind in a round; a page of a list takes longer than the others. */
const batches: Record<LookupKind, number> = { byId: 20_000, byAddress: 20_000, list: 2_000 };

/** Rounds that are not counted: the just-in-time compiler is at work. */
const warmUpRounds = 3;

interface Loaded {
  customers: number;
  size: number;
  firstLookup: number;
  directory: AssetCustomers;
}

/**
 * Times the lookups of directories with so many customers. Each round measures every directory, one after the
 * other, so that none has the first, slow calls to itself.
 *
 * @param counts how many customers; all are compared to the first
 */
export async function timeLookups(counts: readonly number[], rounds: number): Promise<LookupTimes[]> {
  const loaded: Loaded[] = [];
  for (const count of counts) loaded.push(await load(count));
  const timings = new Timings();
  const random = randomNumbers();
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const kind of lookupKinds) {
      let base = 0;
      for (const { customers, directory } of loaded) {
        const time = await timeBatch(kind, directory, customers, random);
        base ||= time;
        if (round >= 0) timings.add(`${kind} ${customers}`, time, base);
      }
    }
  }
  return loaded.map(({ customers, size, firstLookup }) => {
    const of = (kind: LookupKind): Timing => timings.get(`${kind} ${customers}`);
    const lookups = { byId: of('byId'), byAddress: of('byAddress'), list: of('list') };
    return { customers, size, firstLookup, lookups };
  });
}

async function load(count: number): Promise<Loaded> {
  const text = JSON.stringify({ customers: makeCustomers(count) });
  const started = performance.now();
  const directory = new AssetCustomers((JSON.parse(text) as { customers: Customer[] }).customers);
  await directory.byAddress(addressOf(numberOf(1)));
  const firstLookup = performance.now() - started;
  return { customers: count, size: Buffer.byteLength(text) / 1e6, firstLookup, directory };
}

/**
 * @returns microseconds of a lookup
 * @throws Error when a lookup does not find what is there: the time of that would mean nothing
 */
async function timeBatch(
  kind: LookupKind,
  directory: AssetCustomers,
  customers: number,
  random: () => number,
): Promise<number> {
  const keyOf = { byId: String, byAddress: (i: number) => `whatsapp:${numberOf(i)}`, list: workerOf }[kind];
  const found: Record<LookupKind, (key: string) => Promise<boolean>> = {
    byId: async (key) => (await directory.byId(key)) !== undefined,
    byAddress: async (key) => (await directory.byAddress(addressOf(key))) !== undefined,
    list: async (worker) => (await directory.list({ worker, limit: 30 })).customers.length === 30,
  };
  const find = found[kind];
  // The keys are made beforehand, in no order, and each is a new string, as in an event that has just been parsed.
  const keys = Array.from({ length: batches[kind] }, () => {
    return Buffer.from(keyOf(random() % customers)).toString('latin1');
  });
  let hits = 0;
  const started = performance.now();
  for (const key of keys) if (await find(key)) hits += 1;
  const time = ((performance.now() - started) / keys.length) * 1_000;
  if (hits !== keys.length) throw new Error(`${keys.length - hits} lookups ${kind} found nothing`);
  return time;
}

/** The same numbers in every run, of 32 bits, without an order that a processor could foresee. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** @returns customers numbered from 0, in the order of every list */
export function makeCustomers(count: number): Customer[] {
  const make = (index: number): Customer => ({
    customer_id: String(index),
    display_name: `Customer ${index}`,
    worker: workerOf(index),
    country: 'US',
    channels: [{ type: 'sms', value: numberOf(index), key: numberOf(index) }],
    links: [],
  });
  return Array.from({ length: count }, (_, index) => make(index)).sort(compareCustomers);
}

/** As an event's schema reads it: that is part of what a lookup costs. */
function addressOf(text: string): Address {
  return parseAddress(text) as Address;
}

function numberOf(index: number): string {
  return `+1555${String(index).padStart(7, '0')}`;
}

function workerOf(index: number): string {
  return `worker${Math.floor(index / perWorker)}@example.com`;
}
