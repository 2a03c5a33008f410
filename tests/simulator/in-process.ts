import type { RequestClient } from 'twilio';
import type { RestAnswer, RestRequest } from '../../simulator/twilio/http/request';

/** What stands in for Twilio; `timeout` is how long the SDK would wait, in milliseconds. */
export interface RestSide {
  handle(request: RestRequest, timeout?: number): Promise<RestAnswer>;
}

/** The SDK's HTTP client, which passes requests to a REST side in this process. The rest of the SDK is the real one. */
export function inProcess(rest: RestSide): RequestClient {
  const client = {
    async request(options: {
      method: string;
      uri: string;
      username?: string;
      password?: string;
      headers?: Record<string, string>;
      params?: Record<string, unknown>;
      data?: Record<string, unknown>;
      timeout?: number;
    }) {
      const url = new URL(options.uri);
      const text = (values: Record<string, unknown> = {}): Record<string, string> =>
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
      const lists = Object.entries(options.data ?? {}).filter(([, value]) => Array.isArray(value));
      const credentials = Buffer.from(`${options.username}:${options.password}`).toString('base64');
      const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]);
      const request: RestRequest = {
        method: options.method.toUpperCase(),
        host: url.hostname,
        path: url.pathname,
        query: { ...Object.fromEntries(url.searchParams), ...text(options.params) },
        form: text(options.data),
        lists: Object.fromEntries(lists) as Record<string, string[]>,
        headers: { ...Object.fromEntries(headers), authorization: `Basic ${credentials}` },
      };
      const answer = await rest.handle(request, options.timeout);
      return {
        statusCode: answer.status,
        body: typeof answer.body === 'object' ? JSON.stringify(answer.body) : answer.body,
        headers: answer.headers,
      };
    },
  };
  return client as unknown as RequestClient;
}
