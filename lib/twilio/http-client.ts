import type { RequestClient, Twilio } from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';

type SentRequest = Parameters<RequestClient['request']>[0];
type Received = Awaited<ReturnType<RequestClient['request']>>;

/** The time limits of a request. */
export interface RequestBounds {
  deadline: { remaining(): number };
  /** A timer whose `done` resolves after `ms`, unless it is cleared before. */
  timer(ms: number): { done: Promise<void>; clear(): void };
  /** The longest that one request may take, in milliseconds. */
  limitMs: number;
}

/**
 * A request to Twilio that did not end in a valid success. With a `status`, a complete error answer arrived; without one,
 * it is not known what Twilio did.
 */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  /** HTTP status of an error answer. */
  readonly status: number | undefined;
  /** Twilio's error code, or the name of what happened, e.g. `ECONNRESET`, `TIMEOUT`. */
  readonly code: number | string | undefined;
  /** What the header `Retry-After` asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    facts: { status?: number; code?: number | string | undefined; retryAfterMs?: number | undefined } = {},
    cause?: unknown,
  ) {
    super(message, { cause });
    this.status = facts.status;
    this.code = facts.code;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** @returns the error for a success whose body is not the resource: the request may have been carried out */
export function unexpectedResponse(): RequestFailure {
  return new RequestFailure('the answer is not what was asked for', { code: 'UNEXPECTED_RESPONSE' });
}

/**
 * Makes a client whose requests end in time. The given client is not changed: the runtime may keep it for the next event.
 *
 * @param client `context.getTwilioClient()`
 */
export function boundClient(client: Twilio, bounds: RequestBounds): Twilio {
  return withHttpClient(client, boundHttpClient(client.httpClient, bounds));
}

/** @returns a client like the given one that sends its requests through another HTTP client */
export function withHttpClient(client: Twilio, httpClient: RequestClient): Twilio {
  const Client = client.constructor as new (
    username: string | undefined,
    password: string | undefined,
    options: ClientOpts,
  ) => Twilio;
  const { username, password, accountSid, opts } = client;
  return new Client(username, password, { ...opts, accountSid, httpClient });
}

/**
 * Makes an HTTP client with a hard time limit for each request, whether data still arrives or not. It tells Twilio's
 * answers apart from incomplete, empty and other ones, and throws `RequestFailure` for everything but a success.
 *
 * @param client the SDK's HTTP client; it is not changed
 */
export function boundHttpClient(
  client: RequestClient,
  { deadline, timer, limitMs }: RequestBounds,
): RequestClient {
  const request = async (options: SentRequest): Promise<Received> => {
    const ms = Math.max(1, Math.min(limitMs, options.timeout ?? limitMs, deadline.remaining()));
    const abort = new AbortController();
    const clock = timer(ms);
    const tooLate = clock.done.then(() => {
      abort.abort();
      throw new RequestFailure(`no answer within ${ms} ms`, { code: 'TIMEOUT' });
    });
    try {
      const sent = sendAbortably(client, { ...options, timeout: ms }, abort.signal);
      return readResponse(await Promise.race([sent, tooLate]));
    } catch (error) {
      throw error instanceof RequestFailure ? error : networkFailure(error);
    } finally {
      clock.clear();
    }
  };
  return Object.assign(Object.create(client) as RequestClient, { request });
}

/** The SDK's time-out measures only inactivity, and the SDK accepts no abort signal. Its HTTP library does. */
function sendAbortably(client: RequestClient, options: SentRequest, signal: AbortSignal): Promise<Received> {
  const { axios } = client;
  if (typeof axios !== 'function') return client.request(options);
  const sender = Object.create(client) as RequestClient;
  const send = (config: Parameters<typeof axios.request>[0]) => axios({ ...config, signal });
  Object.defineProperty(sender, 'axios', { value: send });
  return client.request.call(sender, options);
}

/** @throws RequestFailure unless it is a success with a JSON object, or 204, as for a deletion */
function readResponse(response: Received): Received {
  const { statusCode: status, headers } = response as Received & { headers?: Record<string, unknown> };
  const body = parseObject(response.body);
  if (status >= 200 && status < 300) {
    if (body !== undefined || status === 204) return response;
    throw unexpectedResponse();
  }
  throw new RequestFailure(String(body?.message ?? body?.detail ?? `HTTP ${status}`), {
    status,
    code: typeof body?.code === 'number' ? body.code : undefined,
    retryAfterMs: readRetryAfter(headers?.['retry-after']),
  });
}

/** An error of the HTTP library. If an answer broke off, the error has its status, which says nothing about the outcome. */
function networkFailure(error: unknown): RequestFailure {
  const { code } = (error ?? {}) as { code?: unknown };
  return new RequestFailure(
    'no whole answer came',
    { code: typeof code === 'string' && code !== '' ? code : 'NO_ANSWER' },
    error,
  );
}

/** @returns an answer's body as an object, from JSON text or parsed already; undefined for anything else */
export function parseObject(body: unknown): Record<string, unknown> | undefined {
  let value = body;
  if (typeof body === 'string') {
    try {
      value = JSON.parse(body);
    } catch {
      return undefined;
    }
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

/** @returns `Retry-After` in milliseconds; the header is a number of seconds or an HTTP date */
function readRetryAfter(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
