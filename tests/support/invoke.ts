import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import twilioSdk from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';
import type { TwilioFunction } from '../../lib/webhook/callback';
import type { RuntimeContext } from '../../lib/webhook/platform';
import type { Clock } from './clock';
import { FakeTwilio } from './fake-twilio';
import { parseBody } from './http';
import { createGetTwilioClient } from './in-process-client';
import { completeEnv } from './project';
import type { Answer, Assets, Env } from './runtime';

interface HttpParts {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const { TwilioResponse, toHttp } = require('../../simulator/deployed/twilio-response.cjs') as {
  TwilioResponse: new () => object;
  toHttp(error: unknown, payload: unknown): HttpParts;
};

/** What a function meets besides its event. */
export interface Surroundings {
  /** Where its REST requests go; an account with nothing in it unless given. */
  twilio?: FakeTwilio;
  /** Variables over the account's credentials; `undefined` takes one away. */
  env?: Env;
  /** The text of private assets by name; or what stands in for `Runtime.getAssets`. */
  assets?: Assets | (() => unknown);
  /** A jumping clock, where the function waits; the real one unless given. */
  clock?: Clock;
  /** The URL path that the function is told. */
  path?: string;
}

/** One invocation, as the globals of Twilio's runtime see it; several may be under way. */
interface Invocation {
  lines: string[];
  env: Record<string, string>;
  getAssets: () => unknown;
}

const invocations = new AsyncLocalStorage<Invocation>();
const underWay = new Set<Invocation>();
const consoleMethods = ['debug', 'error', 'info', 'log', 'warn'] as const;
let isInstalled = false;

/**
 * Invokes a function in this process as Twilio's runtime does, and waits for its callback and for its end: whichever
 * comes second may reveal a second callback.
 *
 * @param event the fields, with `request` where the function looks at headers
 * @returns the whole answer, the log lines, and the REST calls that left
 * @throws what the function rejects with
 */
export async function invoke(
  handler: TwilioFunction,
  event: Readonly<Record<string, unknown>>,
  { twilio = new FakeTwilio(), env: given = {}, assets = {}, clock, path = '/' }: Surroundings = {},
): Promise<Answer> {
  installGlobals();
  const env = completeEnv(given);
  const getAssets = typeof assets === 'function' ? assets : () => asAssets(assets);
  const invocation: Invocation = { lines: [], env, getAssets };
  const context = {
    PATH: path,
    DOMAIN_NAME: 'localhost:3000',
    SERVICE_SID: undefined,
    ENVIRONMENT_SID: undefined,
    ...env,
    getTwilioClient: createGetTwilioClient(twilio, env),
  } as unknown as RuntimeContext;

  const before = twilio.calls.length;
  underWay.add(invocation);
  const work = invocations.run(invocation, () => run(handler, context, event));
  const ended = (clock ? clock.until(work) : work).finally(() => underWay.delete(invocation));
  const { callbacks, ms, status, headers, body } = await ended;
  return {
    status,
    headers,
    body: parseBody(headers, body),
    callbacks: callbacks(),
    lines: invocation.lines.map(readLine),
    calls: twilio.calls.slice(before),
    ms,
  };
}

/** @returns a log line parsed, as the functions write JSON; any other text as it is */
export function readLine(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

async function run(
  handler: TwilioFunction,
  context: RuntimeContext,
  event: Readonly<Record<string, unknown>>,
): Promise<HttpParts & { callbacks: () => number; ms: number }> {
  const started = performance.now();
  let callbacks = 0;
  let answered: (answer: HttpParts & { ms: number }) => void = () => {};
  const answer = new Promise<HttpParts & { ms: number }>((resolve) => {
    answered = resolve;
  });
  const callback = (error: unknown, payload?: unknown): void => {
    callbacks += 1;
    answered({ ...toHttp(error, payload), ms: performance.now() - started });
  };
  let end: unknown;
  try {
    end = handler(context, event, callback);
  } catch (error) {
    callback(error);
  }
  const failed = Promise.resolve(end).then(() => new Promise<never>(() => {}));
  const first = await Promise.race([answer, failed]);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  try {
    await Promise.race([end, patience]);
  } finally {
    clearTimeout(timer);
  }
  await new Promise(setImmediate);
  return { ...first, callbacks: () => callbacks };
}

/** The globals that Twilio's runtime gives functions, each invocation its own. */
function installGlobals(): void {
  if (isInstalled) return;
  isInstalled = true;
  Object.assign(globalThis, {
    Runtime: {
      getAssets: () => invocations.getStore()?.getAssets(),
      getFunctions: () => ({}),
      getSync: (options?: ClientOpts) => {
        const { ACCOUNT_SID, AUTH_TOKEN } = invocations.getStore()?.env ?? {};
        return twilioSdk(ACCOUNT_SID, AUTH_TOKEN, options).sync.v1.services('default');
      },
    },
    Twilio: { Response: TwilioResponse },
  });
  for (const method of consoleMethods) {
    const original = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      const invocation = invocations.getStore();
      // A fake timer does not know for whom it was set.
      const writers = invocation ? [invocation] : [...underWay];
      for (const { lines } of writers) lines.push(format(...values));
      if (writers.length === 0) original(...values);
    };
  }
}

function asAssets(assets: Assets): Record<string, { path: string; open(): string }> {
  return Object.fromEntries(
    Object.entries(assets).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, { path: name, open: () => String(text) }] as const],
    ),
  );
}
