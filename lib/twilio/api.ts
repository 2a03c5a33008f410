import type { Twilio } from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';
import { CallbackError, Misconfigured, TwilioRefused, TwilioUnavailable, TwilioUncertain } from '../errors';
import { boundClient, type RequestBounds } from './http-client';

export { unexpectedResponse } from './http-client';

/** The time by which a function must have answered. */
export interface Deadline {
  /** Milliseconds left; 0 once it has passed. */
  remaining(): number;
}

/** @returns a deadline `budgetMs` from now on the given clock (milliseconds, monotonic) */
export function deadlineIn(budgetMs: number, now: () => number): Deadline {
  const end = now() + budgetMs;
  return { remaining: () => Math.max(0, end - now()) };
}

/** @returns a deadline that comes `ms` before another one */
export function withReserve(deadline: Deadline, ms: number): Deadline {
  return { remaining: () => Math.max(0, deadline.remaining() - ms) };
}

/** How the work for an event waits. */
export interface Waiting {
  deadline: Deadline;
  sleep(ms: number): Promise<unknown>;
  /** 0 ≤ random() < 1 */
  random(): number;
}

/** Twilio's REST API for one event: the SDK's client, and how to wait. */
export interface TwilioApi extends Waiting {
  client: Twilio;
  /** @returns the same API with a time limit of `ms` milliseconds for each request */
  withRequestLimit(ms: number): TwilioApi;
}

/** The time limit of one request, in milliseconds: there must be time left for another try. */
export const requestTimeoutMs = 2_500;

/** The time that is kept to answer in, in milliseconds. */
const marginMs = 250;

/**
 * Opens the SDK's client so that no request outlives the event. The SDK's own time-out is 30 s, far longer than any
 * webhook's.
 *
 * @param getClient `context.getTwilioClient`; its client is not changed
 * @throws Misconfigured when the account's credentials are malformed
 */
export function openTwilio(
  getClient: (options: ClientOpts) => Twilio,
  waiting: Waiting & Pick<RequestBounds, 'timer'>,
): TwilioApi {
  const { deadline, sleep, random, timer } = waiting;
  const client = createClient(getClient);
  const open = (limitMs: number): TwilioApi => ({
    deadline,
    sleep,
    random,
    client: boundClient(client, { deadline, timer, limitMs }),
    withRequestLimit: (ms) => open(Math.min(ms, limitMs)),
  });
  return open(requestTimeoutMs);
}

/** The runtime and the SDK check the form of the credentials, and throw if it is wrong. */
function createClient(getClient: (options: ClientOpts) => Twilio): Twilio {
  try {
    return getClient({ timeout: requestTimeoutMs });
  } catch (cause) {
    throw badCredentials('credentials_malformed', cause);
  }
}

/** @returns the error to throw when Twilio does not accept our credentials */
export function credentialsRefused(cause: unknown): Misconfigured {
  return badCredentials('credentials_refused', cause);
}

function badCredentials(code: string, cause: unknown): Misconfigured {
  const fix = "compare them with the Console's account page";
  return new Misconfigured(code, { file: '.env', field: 'ACCOUNT_SID or AUTH_TOKEN', fix }, { cause });
}

/**
 * Twilio's error codes that matter more than their status.
 *
 * @see https://www.twilio.com/docs/api/errors
 */
export const twilioCodes = {
  notAuthorized: 20003,
  notFound: 20404,
  recipientOptedOut: 21610,
  conversationClosed: 50377,
  stillInitializing: 50386,
  addressPairInUse: 50416,
  identityInConversation: 50433,
  identityInGroup: 50437,
} as const;

/**
 * Makes a request that is safe to repeat. It is retried with jittered back-off while Twilio is busy, not ready or out of
 * reach, or while its answer is incomplete or not from Twilio, for as long as there is time. `Retry-After` is respected.
 *
 * @param what names the request in the log
 * @returns what the request returned
 * @throws TwilioRefused with its `kind` when Twilio rejects it for good; TwilioUnavailable when there is no time left;
 *   Misconfigured when Twilio does not accept our credentials
 * @see https://www.twilio.com/docs/api/errors
 */
export async function retry<T>(api: Waiting, what: string, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (isFinal(error)) throw toTwilioError(what, error);
      const pause = pauseAfter(error, attempt, api.random);
      if (api.deadline.remaining() < pause + marginMs) {
        throw new TwilioUnavailable({ request: what, attempts: attempt }, error);
      }
      await api.sleep(pause);
    }
  }
}

/**
 * Makes one request that must not be done twice. It is repeated only after an answer that says that Twilio did not
 * process it, and not even then without a look: answers have been wrong before.
 *
 * @param what names the request in the log
 * @param find looks for what the request was to bring about
 * @returns what the request returned, or what was found
 * @throws TwilioUncertain when the answer leaves open whether it was, or will be, done; TwilioUnavailable when Twilio
 *   did not process it for as long as we could wait; TwilioRefused; Misconfigured
 */
export async function attemptOnce<T>(
  api: Waiting,
  what: string,
  request: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const facts = { request: what, attempts: attempt };
    // What must not be done twice is not begun without the time to see how it ends.
    if (api.deadline.remaining() < marginMs) throw new TwilioUnavailable({ ...facts, attempts: attempt - 1 });
    try {
      return await request();
    } catch (error) {
      if (isFinal(error)) throw toTwilioError(what, error);
      if (mayBeDone(error)) throw new TwilioUncertain(facts, error);
      const pause = pauseAfter(error, attempt, api.random);
      if (api.deadline.remaining() < pause + marginMs) throw new TwilioUnavailable(facts, error);
      await api.sleep(pause);
    }
    const found = await find();
    if (found !== undefined) return found;
  }
}

/** An answer other than these came too late or too broken to say that nothing was done. */
function mayBeDone(error: unknown): boolean {
  const { status, code } = error as RequestError;
  if (status === 429 || code === twilioCodes.stillInitializing) return false;
  return !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(code));
}

/**
 * @param work what is asked of Twilio, by `retry`
 * @returns what it gives, or `instead` where Twilio says that there is no such resource
 */
export async function orIfMissing<T, U>(work: Promise<T>, instead: U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TwilioRefused && error.kind === 'missing') return instead;
    throw error;
  }
}

/** A `RequestFailure`, or another error of a request. */
interface RequestError {
  /** The HTTP status; missing when no complete answer arrived. */
  status?: unknown;
  /** Twilio's error code, or the name of a network error such as `ECONNRESET`. */
  code?: unknown;
  message?: unknown;
  retryAfterMs?: unknown;
}

/**
 * Only a 4xx with Twilio's own error code is final. Anything else (a gateway's error page, half an answer, none) leaves
 * open what Twilio did, or will do next time.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof CallbackError) return true;
  const { status, code } = (error ?? {}) as RequestError;
  if (typeof status !== 'number' || typeof code !== 'number') return false;
  if (status === 408 || status === 429 || code === twilioCodes.stillInitializing) return false;
  return status >= 400 && status < 500;
}

function toTwilioError(what: string, error: unknown): unknown {
  if (error instanceof CallbackError) return error;
  const { status, code, message } = error as RequestError;
  // Other 403s are about what is asked for: a country that Geo Permissions forbid, a product that is not enabled.
  if (status === 401 || (status === 403 && code === twilioCodes.notAuthorized))
    return credentialsRefused(error);
  const conflict =
    code === twilioCodes.addressPairInUse ? /\bCH[0-9a-f]{32}\b/i.exec(String(message))?.[0] : undefined;
  const facts = { request: what, twilioStatus: status, twilioCode: code, ...(conflict && { conflict }) };
  return new TwilioRefused(kindOf(status, code), facts, error);
}

function kindOf(status: unknown, code: unknown): TwilioRefused['kind'] {
  if (code === twilioCodes.identityInConversation || code === twilioCodes.identityInGroup) return 'duplicate';
  return status === 404 ? 'missing' : 'refused';
}

/** @returns milliseconds: the back-off, or longer where Twilio asks for it */
function pauseAfter(error: unknown, attempt: number, random: () => number): number {
  const { retryAfterMs } = (error ?? {}) as RequestError;
  return Math.max(backOff(attempt, random), typeof retryAfterMs === 'number' ? retryAfterMs : 0);
}

/** @returns milliseconds: 100, 200, 400, … at most 2,000, less a random part of up to one half */
function backOff(attempt: number, random: () => number): number {
  const full = Math.min(2_000, 100 * 2 ** (attempt - 1));
  return full / 2 + (random() * full) / 2;
}
