import { type Deadline, deadlineIn, withReserve } from '../deadline';
import { CallbackError, OutOfTime } from '../errors';
import type { TwilioApi } from '../twilio/api';
import type { AssetLoaders } from './assets';
import { errorFacts, identityHasher, type LogFacts, type LogLevel } from './log';
import type { Platform, RuntimeContext } from './platform';

/** What a handler can use besides its event. */
export interface HandlerContext extends AssetLoaders {
  /** When the caller stops waiting, less a margin. */
  deadline: Deadline;
  /** The function's environment variables. */
  env: Readonly<Record<string, unknown>>;
  /**
   * Opens Twilio's REST API for this event.
   *
   * @param options.reserveMs how much of the time budget its requests leave unused, in milliseconds
   * @throws Misconfigured when the account's credentials are missing
   */
  twilio(options?: { reserveMs?: number }): TwilioApi;
  /** @returns what the log has in place of a worker's identity: a keyed hash, the same every time */
  hash(identity: string): string;
  /** Adds facts to the request's log line; no personal data. `level` can raise the line's level, not lower it. */
  addToLog(facts: LogFacts, level?: LogLevel): void;
  /** Does optional work. @returns its result, or `fallback` if it fails; the log gets the error */
  recover<T>(work: () => Promise<T>, fallback: T): Promise<T>;
}

/**
 * A function as Twilio's runtime calls it.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
 */
export type TwilioFunction = (
  twilioContext: RuntimeContext,
  event: Record<string, unknown>,
  callback: (error: null, payload: object) => void,
) => Promise<void>;

/** A handler's answer with a status other than 200, or with headers of its own. */
export class Reply {
  readonly status: number;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** What a function does for one request. */
export interface RequestRun {
  platform: Platform;
  twilioContext: RuntimeContext;
  data: AssetLoaders;
  budgetMs: number;
  /** The facts with which the log line begins. */
  facts: LogFacts;
  /** The body of the 200 answer if anything goes wrong; without it, errors are answered as such. */
  fallback: object | undefined;
  work(context: HandlerContext): Promise<object>;
}

/**
 * Does the work of a request within its time budget, turns its value or error into an answer, and writes one JSON log
 * line.
 *
 * @returns the answer, and `ok` or the code of the error in the log as its outcome; it never throws
 */
export async function runRequest(run: RequestRun): Promise<Reply & { outcome: string }> {
  const { platform, twilioContext, data, budgetMs, facts, fallback, work } = run;
  const started = platform.now();
  const line: LogFacts = { ...facts };
  let level: LogLevel = 'info';
  const addToLog = (more: LogFacts, raised?: LogLevel): void => {
    Object.assign(line, more);
    if (raised) level = higherLevel(level, raised);
  };
  const deadline = deadlineIn(budgetMs, platform.now);
  const context: HandlerContext = {
    ...data,
    deadline,
    env: twilioContext,
    addToLog,
    hash: identityHasher(twilioContext.AUTH_TOKEN),
    recover: async (work, fallback) => {
      try {
        return await work();
      } catch (error) {
        addToLog(errorFacts(error), 'error');
        return fallback;
      }
    },
    twilio: ({ reserveMs = 0 } = {}) => platform.twilio(twilioContext, withReserve(deadline, reserveMs)),
  };

  let reply: Reply;
  try {
    const value = await withTimeLimit(budgetMs, platform, () => work(context));
    reply = value instanceof Reply ? value : new Reply(200, value);
  } catch (error) {
    reply = errorReply(error, fallback);
    addToLog(errorFacts(error), statusOf(error) >= 500 ? 'error' : 'warn');
  }
  const ms = Math.round(platform.now() - started);
  platform.log(level, JSON.stringify({ level, ...line, status: reply.status, ms }));
  return { ...reply, outcome: String(line.error ?? 'ok') };
}

/** @throws OutOfTime when the work takes longer than `budgetMs` */
async function withTimeLimit<T>(budgetMs: number, platform: Platform, work: () => Promise<T>): Promise<T> {
  const timer = platform.timer(budgetMs);
  const late = timer.done.then(() => {
    throw new OutOfTime(budgetMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    timer.clear();
  }
}

function errorReply(error: unknown, fallback: object | undefined): Reply {
  if (fallback) return new Reply(200, fallback);
  if (error instanceof CallbackError) {
    const { retryAfter } = error.details;
    const body = { code: error.code, message: error.message, ...error.details };
    return new Reply(
      error.status,
      body,
      retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
    );
  }
  return new Reply(500, {
    code: 'internal_error',
    message: 'Something went wrong; the log says what.',
  });
}

function statusOf(error: unknown): number {
  return error instanceof CallbackError ? error.status : 500;
}

function higherLevel(a: LogLevel, b: LogLevel): LogLevel {
  const order: LogLevel[] = ['info', 'warn', 'error'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
