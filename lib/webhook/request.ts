import { type Deadline, deadlineIn, withReserve } from '../deadline';
import { CallbackError, OutOfTime } from '../errors';
import type { TwilioApi } from '../twilio/api';
import type { AssetLoaders } from './assets';
import { describeError, identityHasher, type LogFacts, type LogLevel } from './log';
import type { Platform, RuntimeContext } from './platform';

/** What a handler may use besides its event. */
export interface HandlerContext extends AssetLoaders {
  /** When the caller stops waiting. */
  deadline: Deadline;
  /** The function's environment variables. */
  env: Readonly<Record<string, unknown>>;
  /**
   * Opens Twilio's REST API for this event.
   *
   * @param options.reserveMs how much of the budget its requests leave untouched, in milliseconds
   * @throws Misconfigured when the account's credentials are missing
   */
  twilio(options?: { reserveMs?: number }): TwilioApi;
  /** What the log has in place of a worker's identity: a keyed hash, the same every time. */
  hash(identity: string): string;
  /** Adds facts to the request's log line; no personal data. `level` raises the line's level. */
  addToLog(facts: LogFacts, level?: LogLevel): void;
  /** Does work that the handler can do without: a failure is an error in the log, and gives `instead`. */
  recover<T>(work: () => Promise<T>, instead: T): Promise<T>;
}

export type TwilioFunction = (
  twilioContext: RuntimeContext,
  event: Record<string, unknown>,
  callback: (error: null, payload: object) => void,
) => Promise<void>;

/** A handler's answer where it is not 200, or has headers of its own. */
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

/** One request on its way through a function. */
export interface RequestRun {
  platform: Platform;
  twilioContext: RuntimeContext;
  data: AssetLoaders;
  budgetMs: number;
  /** The log line's first facts. */
  facts: LogFacts;
  /** The body that is answered with 200 whatever goes wrong. */
  fallback: object | undefined;
  work(context: HandlerContext): Promise<object>;
}

/**
 * Does a request's work within its budget, turns its value or its error into an answer, and writes one JSON log line.
 *
 * @returns the answer; it never throws
 */
export async function runRequest(run: RequestRun): Promise<Reply> {
  const { platform, twilioContext, data, budgetMs, facts, fallback, work } = run;
  const started = platform.now();
  const line: LogFacts = { ...facts };
  let level: LogLevel = 'info';
  const addToLog = (more: LogFacts, raised?: LogLevel): void => {
    Object.assign(line, more);
    if (raised) level = worse(level, raised);
  };
  const deadline = deadlineIn(budgetMs, platform.now);
  const context: HandlerContext = {
    ...data,
    deadline,
    env: twilioContext,
    addToLog,
    hash: identityHasher(twilioContext.AUTH_TOKEN),
    recover: async (work, instead) => {
      try {
        return await work();
      } catch (error) {
        addToLog(describeError(error), 'error');
        return instead;
      }
    },
    twilio: ({ reserveMs = 0 } = {}) => platform.twilio(twilioContext, withReserve(deadline, reserveMs)),
  };

  let reply: Reply;
  try {
    const value = await within(budgetMs, platform, () => work(context));
    reply = value instanceof Reply ? value : new Reply(200, value);
  } catch (error) {
    reply = failure(error, fallback);
    addToLog(describeError(error), errorStatus(error) >= 500 ? 'error' : 'warn');
  }
  const ms = Math.round(platform.now() - started);
  platform.log(level, JSON.stringify({ level, ...line, status: reply.status, ms }));
  return reply;
}

/** @throws OutOfTime when the work takes longer than the budget */
async function within<T>(budgetMs: number, platform: Platform, work: () => Promise<T>): Promise<T> {
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

function failure(error: unknown, fallback: object | undefined): Reply {
  if (fallback) return new Reply(200, fallback);
  if (error instanceof CallbackError) {
    return new Reply(error.status, { code: error.code, message: error.message, ...error.details });
  }
  return new Reply(500, {
    code: 'internal_error',
    message: 'Something went wrong; the log says what.',
  });
}

function errorStatus(error: unknown): number {
  return error instanceof CallbackError ? error.status : 500;
}

function worse(a: LogLevel, b: LogLevel): LogLevel {
  const order: LogLevel[] = ['info', 'warn', 'error'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
