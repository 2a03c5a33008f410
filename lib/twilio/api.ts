import type { RequestClient, Twilio } from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';
import { CallbackError, Misconfigured, TwilioRefused, TwilioUnavailable, TwilioUncertain } from '../errors';

/** How an event waits. */
export interface Waiting {
  deadline: { remaining(): number };
  sleep(ms: number): Promise<unknown>;
  /** 0 ≤ random() < 1 */
  random(): number;
}

/** Twilio's REST API as one event uses it: the SDK's client, and how to wait. */
export interface TwilioApi extends Waiting {
  client: Twilio;
}

/** No single request may take the time in which another try would have succeeded. */
export const requestTimeoutMs = 2_500;

/** How much of the budget is kept to answer in. */
const marginMs = 250;

/**
 * Opens the SDK's client so that no request outlives the event: the SDK's own time-out is 30 s, far beyond any
 * webhook's.
 *
 * @param getClient `context.getTwilioClient`
 * @throws Misconfigured when the account's credentials cannot be right
 */
export function openTwilio(getClient: (options: ClientOpts) => Twilio, waiting: Waiting): TwilioApi {
  const client = createClient(getClient);
  const request = client.request.bind(client);
  client.request = (options) =>
    request({
      ...options,
      timeout: Math.max(1, Math.min(options.timeout ?? requestTimeoutMs, waiting.deadline.remaining())),
    });
  return { ...waiting, client };
}

/**
 * The sending part of a client, for another client: no request outlives the deadline.
 *
 * @param client whose sending part it is
 */
export function boundedHttpClient(client: Twilio, deadline: Waiting['deadline']): RequestClient {
  const { httpClient } = client;
  const request: RequestClient['request'] = (options) =>
    httpClient.request({
      ...options,
      timeout: Math.max(1, Math.min(requestTimeoutMs, deadline.remaining())),
    });
  return Object.assign(Object.create(httpClient) as RequestClient, { request });
}

/** The runtime and the SDK look at the credentials' form, and refuse what cannot be right. */
function createClient(getClient: (options: ClientOpts) => Twilio): Twilio {
  try {
    return getClient({ timeout: requestTimeoutMs });
  } catch (cause) {
    throw badCredentials('credentials_malformed', cause);
  }
}

function badCredentials(code: string, cause: unknown): Misconfigured {
  const cure = "compare them with the Console's account page";
  return new Misconfigured(code, { file: '.env', field: 'ACCOUNT_SID or AUTH_TOKEN', cure }, { cause });
}

/** Twilio's error codes that decide more than their status does. */
const codes = {
  stillInitializing: 50386,
  addressPairInUse: 50416,
  identityInConversation: 50433,
} as const;

/**
 * Makes one request that is safe to repeat, again and again with jittered back-off while Twilio is busy, not ready
 * or out of reach, as long as the event's budget lasts.
 *
 * @param what names the request in the log
 * @returns what the request returned
 * @throws TwilioRefused with its `kind` when Twilio said a final no, or something that makes no sense; TwilioUnavailable when the budget is used up;
 *   Misconfigured when Twilio does not accept our credentials
 * @see https://www.twilio.com/docs/api/errors
 */
export async function persist<T>(api: Waiting, what: string, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (!isTemporary(error)) throw finalNo(what, error);
      const pause = backOff(attempt, api.random);
      if (api.deadline.remaining() < pause + marginMs) {
        throw new TwilioUnavailable({ request: what, attempts: attempt }, error);
      }
      await api.sleep(pause);
    }
  }
}

/** How long is waited before each look for what a request may have done, in milliseconds. */
const looks = [0, 250, 500];

/**
 * Makes one request that must not be done twice. What Twilio surely did not process is asked again; where a failure
 * leaves it open, it is looked for first, and asked again only if it is not there and the failed request is over.
 *
 * @param what names the request in the log
 * @param look finds what the request may have done
 * @returns what the request returned, or what was found
 * @throws TwilioUncertain when nobody can say whether it was done; else as `persist`
 */
export async function persistOnce<T>(
  api: Waiting,
  what: string,
  request: () => Promise<T>,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    // What must not be done twice is not begun without the time to see how it ends.
    if (api.deadline.remaining() < marginMs) throw new TwilioUnavailable({ request: what, attempts: 0 });
    try {
      return await request();
    } catch (error) {
      if (!isTemporary(error)) throw finalNo(what, error);
      const unsure = mayBeDone(error);
      const found = unsure ? await lookAround(api, what, look) : undefined;
      if (found !== undefined) return found;
      const pause = backOff(attempt, api.random);
      const mayGoOn = unsure && !hasAnswer(error);
      if (mayGoOn || api.deadline.remaining() < pause + marginMs) {
        const facts = { request: what, attempts: attempt };
        throw mayGoOn ? new TwilioUncertain(facts, error) : new TwilioUnavailable(facts, error);
      }
      await api.sleep(pause);
    }
  }
}

async function lookAround<T>(
  api: Waiting,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    for (const pause of looks) {
      await api.sleep(pause);
      const found = await look();
      if (found !== undefined) return found;
    }
    return undefined;
  } catch (cause) {
    throw new TwilioUncertain({ request: what }, cause);
  }
}

/** An answer other than these came too late or too broken to say that nothing was done. */
function mayBeDone(error: unknown): boolean {
  const { status, code } = error as SdkError;
  if (status === 429 || code === codes.stillInitializing) return false;
  return !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(code));
}

function hasAnswer(error: unknown): boolean {
  return typeof (error as SdkError).status === 'number';
}

/** What an answer that makes no sense fails with: what was asked for may have been done. */
export function oddAnswer(): Error {
  return Object.assign(new Error('the answer makes no sense'), { code: 'ODD_ANSWER' });
}

/**
 * @param work what is asked of Twilio, by `persist` or `persistOnce`
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

interface SdkError {
  /** HTTP status; missing when no answer came. */
  status?: unknown;
  /** Twilio's number, or a network error's name such as `ECONNRESET`. */
  code?: unknown;
  message?: unknown;
}

function isTemporary(error: unknown): boolean {
  if (error instanceof CallbackError) return false;
  const { status, code } = error as SdkError;
  if (typeof status !== 'number') return typeof code === 'string';
  return status === 408 || status === 429 || status >= 500 || code === codes.stillInitializing;
}

function finalNo(what: string, error: unknown): unknown {
  if (error instanceof CallbackError) return error;
  const { status, code, message } = error as SdkError;
  if (typeof status !== 'number') {
    return new TwilioRefused('refused', { request: what, answer: 'makes no sense' }, error);
  }
  if (status === 401 || status === 403) return badCredentials('credentials_refused', error);
  const kind =
    code === codes.identityInConversation ? 'duplicate' : status === 404 ? 'missing' : ('refused' as const);
  const conflict =
    code === codes.addressPairInUse ? /\bCH[0-9a-f]{32}\b/i.exec(String(message))?.[0] : undefined;
  const facts = {
    request: what,
    twilioStatus: status,
    twilioCode: typeof code === 'number' ? code : undefined,
    ...(conflict && { conflict }),
  };
  return new TwilioRefused(kind, facts, error);
}

/** @returns milliseconds: 100, 200, 400 … at most 2,000, of which a random half is taken off */
function backOff(attempt: number, random: () => number): number {
  const full = Math.min(2_000, 100 * 2 ** (attempt - 1));
  return full / 2 + (random() * full) / 2;
}
