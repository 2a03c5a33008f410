import type { ConsoleTimes } from './console';
import type { Subject } from './instances';
import type { Memory } from './memory';
import type { ScalePoint } from './scale';
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
  scale: ScalePoint[];
  throughput: Throughput;
  console: ConsoleTimes;
  memory: Memory;
}

export const targets = {
  coldStartRatio: 1.3,
  warmMs: 1,
  firstLookupMicroseconds: 1_000,
  lookupMicroseconds: 50,
  memoryMegabytes: 20,
  listMicroseconds: 1_000_000,
  longTaskMs: 100,
  firstLoadMs: 1_000,
};

/** The results as text tables, one for each part. */
export const tables: { [Part in keyof Results]: (part: Results[Part]) => string[] } = {
  machine: ({ node, processors, model }) => [`Node.js ${node}, ${processors} × ${model}`],
  coldStart: coldStartTable,
  warm: warmTable,
  scale: scaleTable,
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

/** What is measured for each number of customers, and the most that it should be. */
const measures: [
  name: string,
  measureOf: (point: ScalePoint) => number | undefined,
  digits: number,
  target?: number,
][] = [
  ['assets, MB', ({ megabytes }) => megabytes, 2],
  ['files', ({ files }) => files, 0],
  ['build: seconds of the processor', ({ build }) => build?.seconds, 1],
  ['build: memory, MB', ({ build }) => build?.memory, 0],
  ['cold start, ratio to empty', ({ coldStart }) => coldStart.ratio.median, 2, targets.coldStartRatio],
  ['memory over empty, first answer, MB', ({ memory }) => memory.first.median, 1, targets.memoryMegabytes],
  [
    'memory over empty, 30,000 lookups, MB',
    ({ memory }) => memory.lookups.median,
    1,
    targets.memoryMegabytes,
  ],
  // Most of it is what V8 leaves of the events, and the same for few customers.
  ['memory over empty, 30,000 answers, MB', ({ memory }) => memory.answers.median, 1],
  ['open, µs', ({ open }) => open.median, 0],
  ['first lookup, µs', ({ firstLookup }) => firstLookup.median, 0, targets.firstLookupMicroseconds],
  ...(
    [
      ['by address, µs', 'address'],
      ['by address, not found, µs', 'noAddress'],
      ['by id, µs', 'id'],
      ['by id, not found, µs', 'noId'],
    ] as const
  ).map(([name, kind]) => lookupMeasure(name, kind, targets.lookupMicroseconds)),
  ...(
    [
      ['first page of a list, µs', 'firstPage'],
      ['hundredth page, µs', 'hundredthPage'],
      ['search in the whole list, µs', 'search'],
    ] as const
  ).map(([name, kind]) => lookupMeasure(name, kind, targets.listMicroseconds)),
];

/** What used to fit into one asset. */
const baseCustomers = 40_000;

function scaleTable(points: ScalePoint[]): string[] {
  const cells = (texts: string[]): string => texts.map((text) => text.padStart(14)).join('');
  // What does not grow with the customers has a ratio of one.
  const base = points.find(({ form, customers }) => form === 'built' && customers === baseCustomers);
  const lines = measures.flatMap(([name, measureOf, digits, target]) => {
    const value = (point: ScalePoint): string => {
      const measured = measureOf(point);
      if (measured === undefined) return '';
      return `${measured.toFixed(digits)} ${mark(target === undefined ? undefined : measured <= target)}`;
    };
    const first = base && measureOf(base);
    const ratio = (point: ScalePoint): string => {
      const measured = measureOf(point);
      return measured === undefined || !first ? '' : `×${(measured / first).toFixed(2)}`;
    };
    const goal = target === undefined ? '' : ` (≤ ${target})`;
    return [
      `  ${`${name}${goal}`.padEnd(48)}${cells(points.map(value))}`,
      `  ${''.padEnd(48)}${cells(points.map(ratio))}`,
    ];
  });
  const head = points.map(({ customers, form }) => `${customers}${form === 'json' ? ' JSON' : ''}`);
  return [
    `\nCustomers in growing numbers, as they are built, and for comparison all in one JSON asset; below, the ratio to ${baseCustomers}`,
    `  ${'customers'.padEnd(48)}${cells(head)}`,
    ...lines,
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

function lookupMeasure(name: string, kind: string, target: number): (typeof measures)[number] {
  return [name, ({ lookups }) => lookups[kind]?.median, name.startsWith('by') ? 1 : 0, target];
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
