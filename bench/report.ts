import type { ConsoleTimes } from './console';
import type { Subject } from './instances';
import { type LookupTimes, lookupKinds } from './lookups';
import type { Memory } from './memory';
import type { Spread, Timing } from './stats';
import { type Throughput, writers } from './throughput';

/** One function's times, in milliseconds, compared to the empty function's. */
export interface FunctionTimes extends Timing {
  name: string;
  callsTwilio: boolean;
  /** Whether the target is met; undefined where there is none. */
  met?: boolean;
}

export interface Results {
  machine: { node: string; processors: number; model: string };
  coldStart: { rounds: number; empty: Spread; functions: FunctionTimes[] };
  warm: { passes: number; empty: Spread; functions: FunctionTimes[] };
  /** `event`: a whole GetCustomerDetailsByCustomerId in an instance of its own, in microseconds. */
  lookups: (LookupTimes & { event: Timing })[];
  throughput: Throughput;
  console: ConsoleTimes;
  memory: Memory;
}

export const targets = {
  coldStartRatio: 1.3,
  warmMs: 1,
  lookupRatio: 2,
  longTaskMs: 100,
  firstLoadMs: 1_000,
};

/** The results as text tables, one for each part. */
export const tables: { [Part in keyof Results]: (part: Results[Part]) => string[] } = {
  machine: ({ node, processors, model }) => [`Node.js ${node}, ${processors} × ${model}`],
  coldStart: coldStartTable,
  warm: warmTable,
  lookups: lookupTable,
  throughput: throughputTable,
  console: consoleTable,
  memory: memoryTable,
};

function coldStartTable({ rounds, empty, functions }: Results['coldStart']): string[] {
  return [
    `\nCold start: a new process to its first answer (median of ${rounds} rounds, min–max)`,
    row(['', 'ms', 'ratio to empty', `target ≤ ${targets.coldStartRatio}`]),
    row(['an empty function', empty.median.toFixed(0), '1']),
    ...functions.map((one) => row([label(one), one.time.median.toFixed(0), range(one.ratio), mark(one.met)])),
  ];
}

function warmTable({ passes, empty, functions }: Results['warm']): string[] {
  return [
    `\nWarm: one call, all functions in one process (median of ${passes} passes, min–max)`,
    row(['', 'µs', 'ratio to empty', `target < ${targets.warmMs} ms`]),
    row(['an empty function', microseconds(empty), '1']),
    ...functions.map((one) => row([label(one), microseconds(one.time), range(one.ratio, 1), mark(one.met)])),
  ];
}

function lookupTable(lookups: Results['lookups']): string[] {
  const cell = ({ time, ratio }: Timing): string =>
    `${time.median.toFixed(2)}  ${ratio.median.toFixed(2)} ${mark(ratio.median <= targets.lookupRatio)}`;
  return [
    `\nLookups, once loaded: µs each, and the ratio to 10,000 customers (target ≤ ${targets.lookupRatio})`,
    row([
      'customers (assets, open and first lookup)',
      'by id',
      'by address',
      "a worker's list",
      'a whole event',
    ]),
    ...lookups.map((one) => {
      const name = `${one.customers} (${one.size.toFixed(2)} MB, ${one.firstLookup.toFixed(1)} ms)`;
      return row([name, ...lookupKinds.map((kind) => cell(one.lookups[kind])), cell(one.event)]);
    }),
  ];
}

function throughputTable({ messages, seconds, failed }: Throughput): string[] {
  return [
    `\nLocal Twilio: ${messages} inbound messages from ${writers} customers at once`,
    row(['messages a second', (messages / seconds).toFixed(0)]),
    row(['of new conversations, routed', (writers / seconds).toFixed(0)]),
    row(['failed', String(failed)]),
  ];
}

function consoleTable({ customers, firstLoad, secondLoad, search, burst, memory }: ConsoleTimes): string[] {
  const { conversations, seconds, failed, longTasks, longest } = burst;
  return [
    `\nConsole: ${customers} customers, then ${conversations} new conversations at once`,
    row([
      `first load, ms (target < ${targets.firstLoadMs})`,
      `${firstLoad.toFixed(0)} ${mark(firstLoad < targets.firstLoadMs)}`,
    ]),
    row(['second load, ms', secondLoad.toFixed(0)]),
    row(['a search, ms from key to result', search.toFixed(0)]),
    row(['seconds until all were routed, and how many failed', `${seconds.toFixed(1)} · ${failed}`]),
    row([`tasks of the page over 50 ms`, String(longTasks)]),
    row([
      `the longest, ms (target < ${targets.longTaskMs})`,
      `${longest.toFixed(0)} ${mark(longest < targets.longTaskMs)}`,
    ]),
    row([
      'server, MB: at the start, after it, after a reset',
      [memory.started, memory.afterBurst, memory.afterReset].map((one) => one.toFixed(0)).join(' · '),
    ]),
  ];
}

function row([first = '', ...rest]: string[]): string {
  return `  ${first.padEnd(48)}${rest.map((cell) => cell.padStart(20)).join('')}`;
}

function label({ name, callsTwilio }: Pick<Subject, 'name' | 'callsTwilio'>): string {
  return callsTwilio ? `${name} (Twilio's API stubbed)` : name;
}

function microseconds({ median }: Spread): string {
  return (median * 1_000).toFixed(2);
}

function range({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function mark(met: boolean | undefined): string {
  return met === undefined ? '' : met ? '✓' : '✗';
}

function memoryTable({ conversations, unrouted, steps }: Memory): string[] {
  return [
    `\nMemory of the local Twilio: ${conversations} new customers, 500 at once (${unrouted} without a worker)`,
    row(['', 'MB', 'heap in use']),
    ...steps.map(({ when, rss, heap }) => row([when, rss.toFixed(0), heap.toFixed(0)])),
  ];
}
