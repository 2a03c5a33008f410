import { createHmac, randomBytes } from 'node:crypto';
import { type GenericSchema, type InferOutput, safeParse } from 'valibot';
import { CallbackError, InvalidEvent, OutOfTime } from '../errors';
import { type Deadline, deadlineIn, type TwilioApi, withReserve } from '../twilio/api';
import type { AssetLoaders, LogLevel, Platform, RuntimeContext } from './platform';

/** What a handler can use besides its event. */
export interface HandlerContext extends AssetLoaders {
  /** When the caller stops waiting, less a margin. */
  deadline: Deadline;
  /** The function's environment variables. */
  env: Readonly<Record<string, unknown>>;
  /**
   * Opens Twilio's REST API for this event.
   *
   * @param options.reserveMs how much of the time budget its requests leave unused, in milliseconds; 100 unless told
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
    twilio: ({ reserveMs = answerMs } = {}) =>
      platform.twilio(twilioContext, withReserve(deadline, reserveMs)),
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

/** So much of the time budget requests leave unused, in milliseconds: the answer then says what Twilio did not do in time. */
const answerMs = 100;

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

/**
 * Parses an event with its schema.
 *
 * @param event the fields as Twilio's runtime passes them
 * @returns the parsed fields, e.g. addresses as `EventAddress`
 * @throws InvalidEvent naming the first field that is missing or wrong
 */
export function parseEvent<S extends GenericSchema>(schema: S, event: object): InferOutput<S> {
  const result = safeParse(schema, event, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = String(issue.path?.[0]?.key ?? 'event');
  throw new InvalidEvent(field, issue.received === 'undefined' ? 'is missing' : issue.message);
}

/** Facts about one request. They must hold no phone numbers, names, message text or attributes. */
export type LogFacts = Record<string, unknown>;

const sidFields = [
  'ConversationSid',
  'ParticipantSid',
  'MessageSid',
  'ChatServiceSid',
  'ConversationServiceSid',
];

/** @returns the part of an event that may be logged: well-formed SIDs and the retry count */
export function loggableFields(event: Record<string, unknown>): LogFacts {
  const facts: LogFacts = {};
  for (const field of sidFields) {
    const value = event[field];
    if (typeof value === 'string' && /^[A-Z]{2}[0-9a-zA-Z]{32}$/.test(value)) facts[field] = value;
  }
  const retries = event.RetryCount;
  if (typeof retries === 'string' && /^\d{1,3}$/.test(retries)) facts.RetryCount = Number(retries);
  return facts;
}

/** Replaces a missing auth token for as long as this code stays loaded. */
const processKey = randomBytes(32);

/**
 * Makes the hash that the log has in place of a worker's identity. An identity is often an e-mail address that somebody
 * could guess and hash, so the hash has a key.
 *
 * @param authToken the account's auth token; without one, hashes can be compared only within a process
 * @returns a function from an identity to 12 hexadecimal digits, the same on every instance with the same auth token
 */
export function identityHasher(authToken: unknown): (identity: string) => string {
  const key = typeof authToken === 'string' && authToken !== '' ? authToken : processKey;
  return (identity) => createHmac('sha256', key).update(identity).digest('hex').slice(0, 12);
}

/**
 * @returns what the log says about an error. The message of an error that is not ours may quote the data that caused it
 *   (that of `JSON.parse` does), so only its name and stack frames are logged
 */
export function errorFacts(error: unknown): LogFacts {
  if (error instanceof CallbackError) {
    return {
      error: error.code,
      ...error.facts,
      ...(error.cause === undefined ? {} : { cause: causeFacts(error.cause) }),
    };
  }
  return { error: 'unexpected', cause: causeFacts(error), at: stackFrames(error) };
}

function causeFacts(cause: unknown): LogFacts {
  if (!(cause instanceof Error)) return { name: typeof cause };
  const { code, status } = cause as { code?: unknown; status?: unknown };
  return {
    name: cause.name,
    ...(isErrorCode(code) ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
  };
}

/** Twilio's numbers and names such as `ECONNRESET` may be logged; any other text could be anything. */
function isErrorCode(code: unknown): boolean {
  return typeof code === 'number' || (typeof code === 'string' && /^[A-Z][A-Z_]{2,40}$/.test(code));
}

function stackFrames(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
  return error.stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at [^\n]*:\d+:\d+\)?$/.test(line))
    .slice(0, 8);
}
