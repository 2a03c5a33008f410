import { createHmac, randomBytes } from 'node:crypto';
import { CallbackError } from '../errors';

export type LogLevel = 'info' | 'warn' | 'error';

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
