import { createHmac, randomBytes } from 'node:crypto';
import { CallbackError } from '../errors';

export type LogLevel = 'info' | 'warn' | 'error';

/** Facts about one request. No phone numbers, names, message text or attributes may get in here. */
export type LogFacts = Record<string, unknown>;

const sidFields = [
  'ConversationSid',
  'ParticipantSid',
  'MessageSid',
  'ChatServiceSid',
  'ConversationServiceSid',
];

/**
 * The part of an event that may be logged: well-formed SIDs and the retry count, never an address, name or text.
 */
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

/** Stands in for the auth token: the same for as long as this code stays loaded. */
const ownKey = randomBytes(32);

/**
 * A worker's identity is often an e-mail address, and whoever can guess one can hash it: the log gets a hash that
 * needs a key.
 *
 * @param authToken the account's; without one, hashes are comparable within a process only
 * @returns turns an identity into 12 hexadecimal digits, the same in every function and on every instance that has
 *   the same auth token
 */
export function identityHasher(authToken: unknown): (identity: string) => string {
  const key = typeof authToken === 'string' && authToken !== '' ? authToken : ownKey;
  return (identity) => createHmac('sha256', key).update(identity).digest('hex').slice(0, 12);
}

/**
 * What the log says about a failure. The message of an error that is not ours may quote the data that it choked on
 * (`JSON.parse` does), so of those only the name and the code's own stack frames are kept.
 */
export function describeError(error: unknown): LogFacts {
  if (error instanceof CallbackError) {
    return {
      error: error.code,
      ...error.facts,
      ...(error.cause === undefined ? {} : { cause: describeCause(error.cause) }),
    };
  }
  return { error: 'unexpected', cause: describeCause(error), at: stackFrames(error) };
}

function describeCause(cause: unknown): LogFacts {
  if (!(cause instanceof Error)) return { name: typeof cause };
  const { code, status } = cause as { code?: unknown; status?: unknown };
  return {
    name: cause.name,
    ...(isErrorCode(code) ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
  };
}

/** Twilio's numbers, and names such as `ECONNRESET`; any other text could be anything. */
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
