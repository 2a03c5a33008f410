import twilio, { type Twilio } from 'twilio';
import type { ClientOpts } from 'twilio/lib/base/BaseTwilio';
import RequestClient from 'twilio/lib/base/RequestClient';
import { readFields } from '../../simulator/twilio/resource';
import { ConnectionReset, type FakeTwilio, type TwilioAnswer, type TwilioRequest } from './fake-twilio';

type Adapter = Extract<RequestClient['axios']['defaults']['adapter'], (...args: never[]) => unknown>;
type RequestConfig = Parameters<Adapter>[0];

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
    const { status, headers, body } = await within(config.timeout ?? 0, fake.handle(request));
    const isJson = typeof body === 'object';
    return {
      data: isJson ? JSON.stringify(body) : body,
      status,
      statusText: '',
      headers: headers ?? { 'Content-Type': isJson ? 'application/json' : 'text/html' },
      config,
    };
  };
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
    query: Object.fromEntries(url.searchParams),
    ...readFields(typeof data === 'string' ? data : '', headers['content-type']),
    headers,
  };
}

/** Fails as axios does when no answer comes in time, or the connection is torn. */
async function within(ms: number, answer: Promise<TwilioAnswer>): Promise<TwilioAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    if (ms > 0)
      timer = setTimeout(() => reject(networkError('ECONNABORTED', `timeout of ${ms}ms exceeded`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw error instanceof ConnectionReset ? networkError(error.code, error.message) : error;
  } finally {
    clearTimeout(timer);
  }
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: 'AxiosError', code, isAxiosError: true });
}
