import twilio, { type Twilio } from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';
import RequestClient from 'twilio/lib/base/RequestClient';
import type { WireFault } from '../../simulator/twilio/http/faults';
import { readFields, readQuery } from '../../simulator/twilio/http/request';
import { ConnectionReset, type FakeTwilio, type TwilioAnswer, type TwilioRequest } from './fake-twilio';

type Adapter = Extract<RequestClient['axios']['defaults']['adapter'], (...args: never[]) => unknown>;
type RequestConfig = Parameters<Adapter>[0];
type AdapterResponse = Awaited<ReturnType<Adapter>>;

/**
 * `context.getTwilioClient` whose requests end in the fake instead of the network. The SDK is the real one down to its
 * HTTP library; only the last step, the sending, is replaced.
 *
 * @throws the errors of the development runtime when the credentials are missing or malformed
 */
export function createGetTwilioClient(
  fake: FakeTwilio,
  env: Readonly<Record<string, string | undefined>>,
): (options?: ClientOpts) => Twilio {
  return (options) => {
    const { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken } = env;
    checkCredential('Account SID', accountSid, /^AC.{32}$/);
    checkCredential('Auth Token', authToken, /^.{32}$/);
    const httpClient = new RequestClient({
      ...(options?.timeout !== undefined && { timeout: options.timeout }),
      ...(options?.autoRetry !== undefined && { autoRetry: options.autoRetry }),
    });
    httpClient.axios.defaults.adapter = createAdapter(fake, httpClient);
    return twilio(accountSid, authToken, { lazyLoading: true, ...options, httpClient });
  };
}

function checkCredential(what: string, value: string | undefined, form: RegExp): void {
  if (value !== undefined && form.test(value)) return;
  const error = new Error(`${value ? 'Invalid' : 'Missing'} ${what}`);
  error.name = 'INVALID_CONFIG';
  throw error;
}

function createAdapter(fake: FakeTwilio, client: RequestClient): Adapter {
  return async (config) => {
    const request = readRequest(config, new URL(client.axios.getUri(config)));
    return within(config, receive(fake.handle(request), config));
  };
}

/** Takes an answer, spoiled as it says, as axios would from the network. */
async function receive(answer: Promise<TwilioAnswer>, config: RequestConfig): Promise<AdapterResponse> {
  let taken: TwilioAnswer;
  try {
    taken = await inTime(config, answer);
  } catch (error) {
    throw error instanceof ConnectionReset ? networkError(config, 'ECONNRESET', 'socket hang up') : error;
  }
  const { status, headers, body, wire } = taken;
  const isJson = typeof body === 'object';
  const response = {
    data: isJson ? JSON.stringify(body) : body,
    status,
    statusText: '',
    headers: headers ?? { 'Content-Type': isJson ? 'application/json' : 'text/html' },
    config,
  };
  if (wire) await spoil(wire, response);
  return response;
}

/**
 * Fails as axios does on an answer that is spoiled on its way; the shapes were taken from axios 1.21 on Node.js 20
 * behind the local Twilio's proxy, and `tests/simulator/faults.test.ts` holds the two together.
 */
async function spoil(wire: WireFault, response: AdapterResponse): Promise<void> {
  const { config } = response;
  const length = Buffer.byteLength(response.data);
  const reset = networkError(config, 'ECONNRESET', 'read ECONNRESET');
  if ('cut' in wire) {
    const isByReset = wire.end === 'RST';
    if (wire.in === 'headers' || length === 0) {
      throw isByReset ? reset : networkError(config, 'ECONNRESET', 'socket hang up');
    }
    if (wire.cut < length) throw isByReset ? reset : abortedBody(response);
  } else if ('contentLength' in wire) {
    if (wire.contentLength > 0 && length > 0) throw abortedBody(response);
    if (wire.contentLength < 0 && length > 0) {
      throw networkError(config, 'HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/, RTSP/ or ICE/');
    }
  } else {
    // The time-out of axios is one of silence: it ends no answer that keeps dripping.
    const { timeout = 0 } = config;
    if (timeout > 0 && wire.drip > timeout) await pause(timeout).then(() => Promise.reject(timedOut(config)));
    await pause(Math.max(0, length - 1) * wire.drip);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref?.());
}

/** The same that the local Twilio's proxy makes of a request over the wire. */
function readRequest({ method = 'get', headers: given, data }: RequestConfig, url: URL): TwilioRequest {
  const headers = Object.fromEntries(
    Object.entries(given.toJSON(true)).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  return {
    method: method.toUpperCase(),
    host: url.hostname,
    path: url.pathname,
    query: readQuery(url.searchParams),
    ...readFields(typeof data === 'string' ? data : '', headers['content-type']),
    headers,
  };
}

/** Fails as axios does when no answer begins in time, or the request is called off by its signal. */
async function within(config: RequestConfig, answer: Promise<AdapterResponse>): Promise<AdapterResponse> {
  const { signal } = config;
  let stop: () => void = () => {};
  const cancelled = new Promise<never>((_resolve, reject) => {
    const cancel = (): void => reject(cancelledError(config));
    if (signal?.aborted) cancel();
    signal?.addEventListener?.('abort', cancel);
    stop = () => signal?.removeEventListener?.('abort', cancel);
  });
  try {
    return await Promise.race([answer, cancelled]);
  } finally {
    stop();
  }
}

async function inTime(config: RequestConfig, answer: Promise<TwilioAnswer>): Promise<TwilioAnswer> {
  const { timeout = 0 } = config;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    if (timeout > 0) timer = setTimeout(() => reject(timedOut(config)), timeout);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(config: RequestConfig): Error {
  const message = `timeout of ${config.timeout}ms exceeded`;
  return Object.assign(networkError(config, 'ECONNABORTED', message), { name: 'AxiosError' });
}

/** A body that ends before its length: the error has the status of the answer, which says nothing about the request. */
function abortedBody({ status, headers, config }: AdapterResponse): Error {
  const error = networkError(config, 'ERR_BAD_RESPONSE', 'stream has been aborted');
  const response = { status, statusText: '', headers, config, data: undefined };
  return Object.assign(error, { name: 'AxiosError', status, response });
}

function cancelledError(config: RequestConfig): Error {
  const error = networkError(config, 'ERR_CANCELED', 'canceled');
  return Object.assign(error, { name: 'CanceledError', __CANCEL__: true });
}

function networkError(config: RequestConfig, code: string, message: string): Error {
  return Object.assign(new Error(message), { code, isAxiosError: true, config });
}
