import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../cli/screenshots';
import { type RunningLocal, startLocal } from './local';

export interface ConsoleOptions {
  /** The folder of the project; this one unless told. */
  root?: () => Promise<string>;
  page?: BrowserContextOptions;
  /** Whether each test begins with the settings and workers of the start, too, not only without conversations. */
  resetsEverything?: boolean;
  /** Whether what the browser writes to its console as an error fails a test, such as a request that failed. */
  failsOnLogged?: boolean;
}

/**
 * Starts a local Twilio and a browser before the tests of a file, and opens the console anew for each test. A test fails if
 * the page has an error of its own, or asks for something that is not on this machine.
 *
 * @returns the local Twilio, and the page of the current test
 */
export function useConsole({
  root,
  page: options,
  resetsEverything,
  failsOnLogged = false,
}: ConsoleOptions = {}): {
  running: RunningLocal;
  page: Page;
} {
  let running: RunningLocal | undefined;
  let browser: Browser | undefined;
  let page: Page | undefined;
  const complaints: string[] = [];

  beforeAll(async () => {
    running = await startLocal(await root?.());
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });
  beforeEach(async () => {
    if (!running || !browser) throw new Error('The console has not been started');
    const { console: url, local } = running;
    local.reset(resetsEverything);
    await local.onBuild({ ok: true });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    page.setDefaultTimeout(15_000);
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (failsOnLogged && message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    await page.getByTestId('phone-input').waitFor();
  });
  afterEach(async () => {
    await page?.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  return { running: current(() => running), page: current(() => page) };
}

/** @returns an object that stands for one that is not there before the tests begin */
function current<T extends object>(get: () => T | undefined): T {
  return new Proxy({} as T, {
    get: (_target, name) => {
      const object = get();
      if (!object) throw new Error('The console runs in tests and their hooks only');
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
