import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { makeCustomersFiles } from '../build/data/pack/customers-asset';
import { launchBrowser } from '../cli/screenshots';
import { startLocalServer } from './local-server';
import { numberedCustomers } from './numbered-customers';

/** How the console's page and its server behave with much data, and when much happens at once. */
export interface ConsoleTimes {
  customers: number;
  /** Milliseconds from the address to a page that can be used, the first and the second time. */
  firstLoad: number;
  secondLoad: number;
  /** Milliseconds of a search among all customers, from a key to the result on the page. */
  search: number;
  burst: {
    conversations: number;
    /** Until the last message was routed. */
    seconds: number;
    /** Messages whose answers broke their contract: on a slow machine, the time limit. */
    failed: number;
    /** Of the browser's tasks over 50 ms: their number, and the longest in milliseconds. */
    longTasks: number;
    longest: number;
  };
  /** Megabytes of the server's process (its resident set): before the page, after the burst, after a reset. */
  memory: { started: number; afterBurst: number; afterReset: number };
}

/** Starts the local Twilio with made-up customers and opens its page; then as many new customers write at once. */
export async function timeConsole(root: string, customers: number, burst: number): Promise<ConsoleTimes> {
  const folder = copyProject(root, customers);
  const server = await startLocalServer(folder);
  const { url } = server;
  const rss = async (): Promise<number> => (await server.memory()).rss;
  try {
    const browser = await launchBrowser();
    try {
      const started = await rss();
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.addInitScript(watchLongTasks);
      const firstLoad = await timeLoad(page, url);
      const secondLoad = await timeLoad(page, url);
      const search = await timeSearch(page, customers);
      const burstTimes = await timeBurst(page, url, burst);
      const afterBurst = await rss();
      await fetch(`${url}/api/reset`, { method: 'POST' });
      await sleep(2_000);
      const memory = { started, afterBurst, afterReset: await rss() };
      return { customers, firstLoad, secondLoad, search, burst: burstTimes, memory };
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many messages are under way at once: a single process of functions answers no more within Twilio's limits. */
const writersAtOnce = 40;

/** Runs in the page. */
const watchLongTasks = `
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
`;

async function timeLoad(page: Page, url: string): Promise<number> {
  const started = performance.now();
  await page.goto(url);
  await page.getByTestId('phone-input').waitFor();
  return performance.now() - started;
}

async function timeSearch(page: Page, customers: number): Promise<number> {
  await page.getByTestId('view-data').click();
  await page.getByTestId('data-row-0').waitFor();
  const wanted = String(customers - 1);
  const started = performance.now();
  await page.getByTestId('data-search').fill(wanted);
  await page.getByTestId(`data-row-${wanted}`).waitFor();
  const time = performance.now() - started;
  await page.getByTestId('view-timeline').click();
  return time;
}

async function timeBurst(page: Page, url: string, count: number): Promise<ConsoleTimes['burst']> {
  const write = async (number: number): Promise<boolean> => {
    const body = { from: `+1917556${String(number).padStart(4, '0')}`, body: `message ${number}` };
    const answer = await fetch(`${url}/api/inbound`, { method: 'POST', body: JSON.stringify(body) });
    return ((await answer.json()) as { ok: boolean }).ok;
  };
  // The functions have loaded their data before the burst.
  await write(9_999);
  await sleep(1_000);
  await page.evaluate('window.longTasks.length = 0');
  const started = performance.now();
  let next = 0;
  let failed = 0;
  const writers = Array.from({ length: writersAtOnce }, async () => {
    while (next < count) if (!(await write(next++))) failed += 1;
  });
  await Promise.all(writers);
  const seconds = (performance.now() - started) / 1_000;
  // What the page has not shown yet.
  await sleep(3_000);
  const tasks = (await page.evaluate('window.longTasks')) as number[];
  return { conversations: count, seconds, failed, longTasks: tasks.length, longest: Math.max(0, ...tasks) };
}

/** @returns a folder with the built project and made-up customers in it */
function copyProject(root: string, customers: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-console-'));
  // `dist` is a link to the last build, which must not change.
  for (const part of ['dist', 'assets', 'build', 'package.json', '.twilioserverlessrc.js']) {
    cpSync(join(root, part), join(folder, part), { recursive: true, dereference: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const made = numberedCustomers(customers);
  const { text, packed } = makeCustomersFiles(made);
  writeFileSync(join(folder, 'dist/assets/customers.private.json'), text);
  for (const [name, bytes] of packed) writeFileSync(join(folder, 'dist/assets', name), bytes);
  writeFileSync(join(folder, 'assets/customers.private.json'), JSON.stringify({ customers: made }, null, 2));
  return folder;
}
