import type { TwilioFunction } from '../../lib/webhook/callback';
import type { RuntimeContext } from '../../lib/webhook/platform';
import { createGetTwilioClient } from '../support/in-process-client';
import { completeEnv } from '../support/project';
import type { Env } from '../support/runtime';
import type { FlakyTwilio } from './flaky-twilio';

/** `Twilio.Response` as the functions use it. */
export class FuzzResponse {
  statusCode = 200;
  body: unknown;
  headers: Record<string, string> = {};

  setStatusCode(code: number): void {
    this.statusCode = code;
  }
  setBody(body: unknown): void {
    this.body = body;
  }
  appendHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
}

/** Everything that came of one event. */
export interface Outcome {
  callbacks: [error: unknown, response: FuzzResponse][];
  lines: string[];
  /** How long the answer took, by the clock of the timers. */
  took: number;
}

const levels = ['debug', 'info', 'log', 'warn', 'error'] as const;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A function, loaded anew, so that it has read no data yet. */
export function loadFunction(file: string): TwilioFunction {
  let handler: TwilioFunction | undefined;
  jest.isolateModules(() => {
    handler = (require(`../../functions/callbacks/${file}.protected`) as { handler: TwilioFunction }).handler;
  });
  return handler as TwilioFunction;
}

/** Sets the globals that Twilio's runtime gives a function. */
export function useAssets(getAssets: () => object): void {
  Object.assign(globalThis, { Runtime: { getAssets }, Twilio: { Response: FuzzResponse } });
}

/**
 * Delivers one event and lets time fly until there is nothing left that could happen: what a function does after
 * its answer shows as a second callback or log line. Needs Jest's fake timers without `setImmediate`.
 *
 * @throws when the function waits for something that will never come
 */
export async function deliver(
  handler: TwilioFunction,
  event: Record<string, unknown>,
  twilio: FlakyTwilio,
  changes: Env = {},
): Promise<Outcome> {
  const outcome: Outcome = { callbacks: [], lines: [], took: 0 };
  const env = completeEnv(changes);
  const context = {
    ...env,
    getTwilioClient: createGetTwilioClient(twilio, env),
  } as unknown as RuntimeContext;
  const originals = levels.map((level) => console[level]);
  for (const level of levels) console[level] = (...args) => void outcome.lines.push(args.join(' '));

  const started = performance.now();
  let ended = false;
  try {
    const work = handler(context, event, (error, response) => {
      outcome.took = performance.now() - started;
      outcome.callbacks.push([error, response as FuzzResponse]);
    }).finally(() => {
      ended = true;
    });
    work.catch(() => undefined);
    for (let idle = 0; !ended || jest.getTimerCount() > 0; ) {
      await turn();
      if (jest.getTimerCount() > 0) jest.advanceTimersToNextTimer();
      else if (!ended && ++idle > 20) throw new Error('it waits, and no timer would ever wake it');
    }
    await turn();
    await work;
  } finally {
    for (const [index, level] of levels.entries()) console[level] = originals[index] as typeof console.log;
  }
  return outcome;
}
