import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCustomersFiles } from '../build/data/pack/customers-asset';
import { type Address, parseAddress } from '../lib/address';
import type { CustomerDirectory } from '../lib/customers/directory';
import { openCustomers } from '../lib/customers/open-customers';
import { privateFile } from '../lib/customers/packed-format';
import { compareCustomers } from '../lib/customers/places';
import type { Customer } from '../lib/model';
import { type Timing, Timings } from './stats';

export const lookupKinds = ['byId', 'byAddress', 'list'] as const;
export type LookupKind = (typeof lookupKinds)[number];

export interface LookupTimes {
  customers: number;
  /** Megabytes of the assets. */
  size: number;
  /** Milliseconds to open the assets and answer the first lookup by address. */
  firstLookup: number;
  /** Microseconds each, once loaded; compared to the smallest directory in the same round. */
  lookups: Record<LookupKind, Timing>;
}

/** How many customers each worker has, whatever the total. */
const perWorker = 50;

/** Lookups of each kind per round; a page of a list takes longest. */
const batches: Record<LookupKind, number> = { byId: 20_000, byAddress: 20_000, list: 2_000 };

/** Rounds that are not counted, until the just-in-time compiler is done. */
const warmUpRounds = 3;

interface Loaded {
  customers: number;
  size: number;
  firstLookup: number;
  directory: CustomerDirectory;
}

/**
 * Measures lookups in directories of several sizes. Each round measures every directory in turn, so that the slow first
 * calls affect all of them.
 *
 * @param counts the numbers of customers; all are compared to the first
 */
export async function timeLookups(counts: readonly number[], rounds: number): Promise<LookupTimes[]> {
  const loaded: Loaded[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'bench-lookups-'));
  for (const count of counts) {
    const own = join(folder, String(count));
    mkdirSync(own);
    loaded.push(await load(count, own));
  }
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
  rmSync(folder, { recursive: true, force: true });
  return loaded.map(({ customers, size, firstLookup }) => {
    const of = (kind: LookupKind): Timing => timings.get(`${kind} ${customers}`);
    const lookups = { byId: of('byId'), byAddress: of('byAddress'), list: of('list') };
    return { customers, size, firstLookup, lookups };
  });
}

async function load(count: number, folder: string): Promise<Loaded> {
  const { text, packed } = makeCustomersFiles(makeCustomers(count));
  for (const [name, content] of packed) writeFileSync(join(folder, name), content);
  const size = [...packed.values()].reduce((sum, { length }) => sum + length, Buffer.byteLength(text)) / 1e6;
  const started = performance.now();
  const directory = openCustomers(JSON.parse(text), (name) => join(folder, privateFile(name)));
  await directory.byAddress(addressOf(numberOf(1)));
  const firstLookup = performance.now() - started;
  return { customers: count, size, firstLookup, directory };
}

/**
 * @returns microseconds of a lookup
 * @throws Error when a lookup finds nothing: its time would mean nothing
 */
async function timeBatch(
  kind: LookupKind,
  directory: CustomerDirectory,
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
  // The keys are made beforehand, in random order. Each is a new string, as in a parsed event.
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

/** Pseudo-random 32-bit numbers, the same in every run, that a processor cannot predict. */
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

/** Parses the address as an event's schema does: that is part of a lookup's cost. */
function addressOf(text: string): Address {
  return parseAddress(text) as Address;
}

function numberOf(index: number): string {
  return `+1555${String(index).padStart(7, '0')}`;
}

function workerOf(index: number): string {
  return `worker${Math.floor(index / perWorker)}@example.com`;
}
