import { compareCustomers } from '../lib/core/order';
import { AssetCustomers } from '../lib/data/asset-customers';
import type { Customer } from '../lib/data/types';

export interface LookupTimes {
  customers: number;
  /** Megabytes of the asset. */
  size: number;
  /** Milliseconds to read the asset's text and answer the first lookup by address. */
  firstLookup: number;
  /** Microseconds each, once loaded. */
  byId: number;
  byAddress: number;
  list: number;
}

/** So many customers each worker has, however many there are in all. */
const perWorker = 50;

/**
 * Times the lookups of a directory with so many customers.
 *
 * @param rounds how many lookups of each kind are timed
 */
export async function timeLookups(count: number, rounds: number): Promise<LookupTimes> {
  const text = JSON.stringify({ customers: makeCustomers(count) });
  const started = performance.now();
  const directory = new AssetCustomers((JSON.parse(text) as { customers: Customer[] }).customers);
  await directory.byAddress(numberOf(1));
  const firstLookup = performance.now() - started;

  const time = async (lookup: (index: number) => Promise<unknown>): Promise<number> => {
    // The keys jump about, so that the same memory is not read over and over.
    const keyOf = (i: number): number => (i * 7_919) % count;
    for (let i = 0; i < rounds; i++) await lookup(keyOf(i));
    const begin = performance.now();
    for (let i = 0; i < rounds; i++) await lookup(keyOf(i));
    return ((performance.now() - begin) / rounds) * 1_000;
  };
  return {
    customers: count,
    size: Buffer.byteLength(text) / 1e6,
    firstLookup,
    byId: await time((index) => directory.byId(String(index))),
    byAddress: await time((index) => directory.byAddress(`whatsapp:${numberOf(index)}`)),
    list: await time((index) => directory.list({ worker: workerOf(index), limit: 30 })),
  };
}

/** @returns customers numbered from 0, in the order of every list */
export function makeCustomers(count: number): Customer[] {
  const make = (index: number): Customer => ({
    customer_id: String(index),
    display_name: `Customer ${index}`,
    worker: workerOf(index),
    country: 'US',
    channels: [{ type: 'sms', value: numberOf(index) }],
    links: [],
  });
  return Array.from({ length: count }, (_, index) => make(index)).sort(compareCustomers);
}

function numberOf(index: number): string {
  return `+1555${String(index).padStart(7, '0')}`;
}

function workerOf(index: number): string {
  return `worker${Math.floor(index / perWorker)}@example.com`;
}
