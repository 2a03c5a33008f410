import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Customer } from '../lib/model';
import { freePorts } from '../simulator/listen';
import { LocalTwilio } from '../simulator/local-twilio';
import { account, type Load, type LoadResult, runLoad } from './load';
import { numberedCustomers } from './numbered-customers';
import { countRequests, type EventRequests, requestKinds } from './requests-per-event';

/** How many customers are on a card; the others who write are not. */
const knownCustomers = 3_000;

const rates = [
  { perSecond: 1, seconds: 20, oneOf: 1 },
  { perSecond: 10, seconds: 20, oneOf: 1 },
  { perSecond: 100, seconds: 20, oneOf: 5 },
  { perSecond: 1_000, seconds: 5, oneOf: 10 },
];
const quickRates = [
  { perSecond: 1, seconds: 3, oneOf: 1 },
  { perSecond: 10, seconds: 3, oneOf: 1 },
  { perSecond: 100, seconds: 3, oneOf: 5 },
  { perSecond: 1_000, seconds: 1, oneOf: 10 },
];

/** REST requests give way first: half of what this load needs is left. */
const fewRequests: Load = { perSecond: 20, seconds: 10, oneOf: 1, requestsLeft: 6, asksFirst: true };

/**
 * Which limit comes first: counts the REST requests of each event, then lets customers write at several rates while the local
 * Twilio keeps to Twilio's limits, with `onConversationAdd` and without.
 *
 * @param report gets each table as soon as it is complete
 */
export async function measureRates(
  root: string,
  isQuick: boolean,
  report: (lines: string[]) => void,
): Promise<{ events: EventRequests[]; loads: LoadResult[] }> {
  const events = await withLocal(root, countRequests);
  report(eventTable(events));
  const folder = copyProject(root);
  try {
    const loads = await withLocal(folder, async (local) => {
      const from = writers();
      // The functions have loaded their data before.
      await runLoad(local, { perSecond: 5, seconds: 1, oneOf: 1, asksFirst: true }, from);
      const done: LoadResult[] = [];
      const loads: Load[] = [true, false].flatMap((asksFirst) =>
        (isQuick ? quickRates : rates).map((rate) => ({ ...rate, asksFirst })),
      );
      for (const load of [...loads, fewRequests]) {
        const result = await runLoad(local, load, from);
        done.push(result);
        report(loadTable(result));
      }
      return done;
    });
    return { events, loads };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withLocal<T>(root: string, work: (local: LocalTwilio) => Promise<T>): Promise<T> {
  const [functions = 0, console = 0, proxy = 0] = await freePorts(3);
  const local = new LocalTwilio({ root, ports: { functions, console, proxy }, onOutput: () => undefined });
  await local.start();
  try {
    return await work(local);
  } finally {
    await local.stop();
  }
}

/** @returns the number of another customer each time: one on a card, then one who is not */
function writers(): () => string {
  let next = 0;
  return () => {
    const n = String(next++ % (2 * knownCustomers)).padStart(6, '0');
    return next % 2 === 0 ? `+1555${String((next / 2) % knownCustomers).padStart(7, '0')}` : `+19175${n}`;
  };
}

/** @returns a folder with the built project and customers of Alice */
function copyProject(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  for (const part of ['dist', 'assets', 'build', 'package.json', '.twilioserverlessrc.js']) {
    cpSync(join(root, part), join(folder, part), { recursive: true, dereference: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const customers: Customer[] = numberedCustomers(knownCustomers).map((one) => ({
    ...one,
    worker: 'alice@example.com',
  }));
  writeFileSync(join(folder, 'dist/assets/customers.private.json'), JSON.stringify({ customers }));
  return folder;
}

function eventTable(events: readonly EventRequests[]): string[] {
  return [
    'REST requests of each event',
    row(['', ...requestKinds]),
    ...events.map(({ event, when, requests }) =>
      row([`${event}: ${when}`, ...requestKinds.map((kind) => String(requests[kind]))]),
    ),
  ];
}

function loadTable({ callbacks, sweep, ...result }: LoadResult): string[] {
  const { limits, latencyMs } = account;
  const title = `${result.perSecond} a second for ${result.seconds} s, ${result.asksFirst ? 'with' : 'without'} onConversationAdd`;
  const requests = requestKinds.map((kind) => `${kind} ${result.requests[kind].toFixed(1)}`);
  return [
    `\n${title}; at most ${limits.concurrentFunctions} functions and ${result.requestsLeft ?? limits.concurrentRequests} requests at once, ${latencyMs} ms each`,
    line(
      'arrived',
      `${result.arrived}${result.oneOf > 1 ? `: one of ${result.oneOf} parts, of the limits too` : ''}`,
    ),
    line('lost', percent(result.lost, result.arrived)),
    line('routed at once', percent(result.routed, result.arrived)),
    line('functions, seconds for each conversation', result.busySeconds.toFixed(2)),
    line('REST requests for each conversation', requests.join(' · ')),
    line('REST requests answered 429', String(result.refusedRequests)),
    ...Object.entries(callbacks).map(([name, { count, refused, failed, ms }]) =>
      line(
        name,
        `${count}, ${refused} refused, ${failed} failed; median ${ms.median.toFixed(0)} ms, slowest ${ms.max.toFixed(0)} ms`,
      ),
    ),
    line(
      'sweep',
      `${sweep.unroutedBefore} → ${sweep.unroutedAfter} without a worker: ${sweep.calls} calls, ${sweep.seconds.toFixed(0)} s, ${sweep.requests} requests`,
    ),
  ];
}

function line(name: string, text: string): string {
  return `${name.padEnd(42)}${text}`;
}

function row([name = '', ...cells]: string[]): string {
  return `${name.padEnd(62)}${cells.map((cell) => cell.padStart(22)).join('')}`;
}

function percent(part: number, whole: number): string {
  return `${part} (${((100 * part) / whole).toFixed(0)} %)`;
}
