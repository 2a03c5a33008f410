import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CustomerDirectory, CustomerPage } from '../lib/customers/directory';
import { openCustomers } from '../lib/customers/open-customers';
import { privateFile } from '../lib/customers/packed-format';
import { busiest, idOf, madeUpCustomer, numberInBusiestList, phoneOf } from './made-up-customers';

/** What the process is to do. */
export interface LookupOrder {
  /** The assets' folder. */
  folder: string;
  customers: number;
  /** The customer who is looked up first. */
  first: number;
  /** How often lookups are measured after the first one. */
  passes: number;
}

/** All in microseconds of the processor. */
export interface LookupTimes {
  open: number;
  first: number;
  warm: Record<string, number[]>;
  /** Megabytes of the process after many lookups; undefined where only the first one is measured. */
  memory?: number;
}

/** How many customers are looked up in a pass. */
const lookups = 10_000;

/** How many customers are looked up before the memory is measured. */
const lookupsBefore = 30_000;

const pageSize = 50;

/** Looks customers up in a process of its own, which is bundled as functions are. Argument: a LookupOrder as JSON. */
async function main({ folder, customers, first, passes }: LookupOrder): Promise<void> {
  const text = readFileSync(join(folder, privateFile('/customers.json')), 'utf8');
  // The first calls of these themselves take longer.
  process.cpuUsage(process.cpuUsage());
  const started = process.cpuUsage();
  const directory = openCustomers(JSON.parse(text), (name) => join(folder, privateFile(name)));
  const opening = sum(process.cpuUsage(started));
  const found = await directory.byAddress({ type: 'sms', value: '', key: phoneOf(first, customers) });
  const answering = sum(process.cpuUsage(started));
  if (found?.customer_id !== idOf(first, customers)) throw new Error('The first lookup found nothing.');
  const times: LookupTimes = {
    open: opening,
    first: answering - opening,
    warm: {},
  };
  if (passes > 0) {
    for (let i = 0; i < lookupsBefore; i++) {
      const number = (Math.imul(i, 2_654_435_761) >>> 0) % customers;
      await directory.byAddress({ type: 'sms', value: '', key: phoneOf(number, customers) });
    }
    times.memory = process.memoryUsage.rss() / 1e6;
  }
  for (let pass = passes > 0 ? -1 : 0; pass < passes; pass++) {
    for (const [name, time] of Object.entries(await timePass(directory, customers, pass + 1))) {
      times.warm[name] ??= [];
      // The just-in-time compiler is busy in the first pass.
      if (pass >= 0) times.warm[name].push(time);
    }
  }
  console.log(JSON.stringify(times));
}

async function timePass(
  directory: CustomerDirectory,
  count: number,
  pass: number,
): Promise<Record<string, number>> {
  const random = (i: number): number => (Math.imul(i + pass * lookups, 2_654_435_761) >>> 0) % count;
  const numbers = Array.from({ length: lookups }, (_, i) => random(i));
  const byId = async (id: string): Promise<boolean> => (await directory.byId(id)) !== undefined;
  const byAddress = async (key: string): Promise<boolean> =>
    (await directory.byAddress({ type: 'sms', value: '', key })) !== undefined;
  const length = Math.min(count, busiest.customers);
  const before = Math.max(0, Math.min(99 * pageSize, length - pageSize)) - 1;
  const last = madeUpCustomer(numberInBusiestList(Math.max(0, before), count), count);
  const list = (more: object): Promise<CustomerPage> =>
    directory.list({ worker: busiest.identity, limit: pageSize, ...more });
  const isFull = ({ customers }: CustomerPage): boolean => customers.length === pageSize;
  const page = { cursor: directory.cursorAfter(last) };
  return {
    address: await timeEach(
      numbers.map((one) => phoneOf(one, count)),
      byAddress,
      true,
    ),
    noAddress: await timeEach(
      numbers.map((one) => `+44${one}`),
      byAddress,
      false,
    ),
    id: await timeEach(
      numbers.map((one) => idOf(one, count)),
      byId,
      true,
    ),
    noId: await timeEach(
      numbers.map((one) => `x${one}`),
      byId,
      false,
    ),
    firstPage: await timeEach([{}], async (more) => isFull(await list(more)), true),
    hundredthPage: await timeEach([page], async (more) => isFull(await list(more)), true),
    // Nothing is found: the whole list is searched.
    search: await timeEach([{ search: 'nobody' }], async (more) => isFull(await list(more)), false),
  };
}

/** @returns microseconds of each. @throws Error when one finds something else: its time would mean nothing */
async function timeEach<T>(
  given: T[],
  find: (one: T) => Promise<boolean>,
  isFound: boolean,
): Promise<number> {
  const started = process.cpuUsage();
  let right = 0;
  for (const one of given) if ((await find(one)) === isFound) right++;
  const used = sum(process.cpuUsage(started));
  if (right !== given.length) throw new Error(`${given.length - right} lookups found the wrong thing.`);
  return used / given.length;
}

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

void main(JSON.parse(process.argv[2] as string));
