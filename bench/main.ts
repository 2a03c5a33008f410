import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { buildProject } from '../cli/build';
import { LocalTwilio } from '../simulator/local-twilio';
import { callbacks, Deployment, empty, type Subject } from './instances';
import { makeCustomers, timeLookups } from './lookups';

const root = resolve(__dirname, '..');
const quick = process.argv.includes('--quick');

interface Spread {
  median: number;
  min: number;
  max: number;
}

function spread(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { median: at(0.5), min: at(0), max: at(1) };
}

const mark = (good: boolean): string => (good ? '✓' : '✗');
const ratio = ({ median, min, max }: Spread): string =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
const row = (cells: string[]): string => {
  const [first = '', ...rest] = cells;
  return `  ${first.padEnd(48)}${rest.map((cell) => cell.padStart(20)).join('')}`;
};
const label = ({ name, callsTwilio }: Subject): string =>
  callsTwilio ? `${name} (Twilio's API stubbed)` : name;

/** Each round starts every function once, one after the other, so that the machine's moods hit all alike. */
async function printColdStarts(deployment: Deployment): Promise<void> {
  const rounds = quick ? 5 : 21;
  const times = new Map<string, number[]>();
  const absolute: number[] = [];
  await deployment.coldStart(empty);
  for (let round = 0; round < rounds; round++) {
    const base = await deployment.coldStart(empty);
    absolute.push(base);
    for (const one of callbacks) {
      const list = times.get(one.name) ?? [];
      list.push((await deployment.coldStart(one)) / base);
      times.set(one.name, list);
    }
  }
  console.log(`\nCold start: a new process to its first answer (median of ${rounds} rounds, min–max)`);
  console.log(row(['', 'ratio to empty', 'aim ≤ 1.3']));
  console.log(row([empty.name, `1 = ${spread(absolute).median.toFixed(0)} ms`]));
  for (const one of callbacks) {
    const result = spread(times.get(one.name) ?? []);
    console.log(row([label(one), ratio(result), one.callsTwilio ? '' : mark(result.median <= 1.3)]));
  }
}

async function printWarmTimes(deployment: Deployment): Promise<void> {
  const calls = quick ? 500 : 5_000;
  const base = await deployment.warm(empty, calls);
  console.log(`\nWarm: one call in an instance that has answered ${calls}`);
  console.log(row(['', 'ms', 'ratio to empty', 'aim < 1 ms']));
  console.log(row([empty.name, base.toFixed(4), '1']));
  for (const one of callbacks) {
    const time = await deployment.warm(one, calls);
    console.log(row([label(one), time.toFixed(4), (time / base).toFixed(0), mark(time < 1)]));
  }
}

async function printLookups(deployment: Deployment): Promise<void> {
  const rounds = quick ? 20_000 : 200_000;
  const results = [];
  for (const count of [100, 10_000, 40_000]) {
    const event = await deployment.details(makeCustomers(count), rounds / 10);
    results.push({ ...(await timeLookups(count, rounds)), event: event * 1_000 });
  }
  const [smallest] = results;
  if (!smallest) return;
  console.log('\nLookups, once loaded: µs each, and the ratio to 100 customers (aim ≤ 2)');
  console.log(
    row([
      'customers (asset, load and first lookup)',
      'by id',
      'by address',
      "a worker's list",
      'a whole event',
    ]),
  );
  for (const result of results) {
    const cell = (kind: 'byId' | 'byAddress' | 'list' | 'event'): string => {
      const times = result[kind] / smallest[kind];
      return `${result[kind].toFixed(2)}  ${times.toFixed(2)} ${mark(times <= 2)}`;
    };
    const name = `${result.customers} (${result.size.toFixed(2)} MB, ${result.firstLookup.toFixed(1)} ms)`;
    console.log(row([name, cell('byId'), cell('byAddress'), cell('list'), cell('event')]));
  }
}

/** A thousand messages at once: hooks, routing and REST calls through gateway, functions and proxy. */
async function printThroughput(): Promise<void> {
  const ports = { functions: 3900, console: 4900, proxy: 4901 };
  const local = new LocalTwilio({ root, ports, onOutput: () => undefined });
  await local.start();
  try {
    const messages = Array.from({ length: quick ? 200 : 1_000 }, (_, i) => ({
      from: `+1917556${String(i % 100).padStart(4, '0')}`,
      body: `message ${i}`,
    }));
    const started = performance.now();
    const results = await Promise.all(messages.map((message) => local.receive(message)));
    const seconds = (performance.now() - started) / 1_000;
    const failed = results.filter(({ ok }) => !ok).length;
    console.log(`\nLocal Twilio: ${messages.length} inbound messages from 100 customers at once`);
    console.log(row(['messages a second', (messages.length / seconds).toFixed(0)]));
    console.log(row(['of new conversations, routed', (100 / seconds).toFixed(0)]));
    console.log(row(['failed', String(failed)]));
  } finally {
    await local.stop();
  }
}

/** `npm run bench [-- --quick]` */
async function main(): Promise<void> {
  const build = await buildProject(root);
  if (!build.ok) throw new Error(build.report);
  const processors = cpus();
  console.log(`Node.js ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'processor'}`);
  const deployment = new Deployment(root);
  try {
    await printColdStarts(deployment);
    await printWarmTimes(deployment);
    await printLookups(deployment);
  } finally {
    deployment.remove();
  }
  await printThroughput();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
