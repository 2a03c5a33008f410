import { request } from 'node:http';
import type { CallOptions } from './runtime';

/** No call of a test takes longer: the longest limit of a runtime is ten seconds. */
const patienceMs = 20_000;

export interface HttpAnswer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** Sends fields as Twilio does, form-encoded and over a connection of its own; with GET they go into the query. */
export async function send(
  port: number,
  path: string,
  fields: Readonly<Record<string, string>>,
  { method = 'POST', headers = {}, query = {}, json }: CallOptions = {},
): Promise<HttpAnswer> {
  const search = new URLSearchParams(method === 'GET' ? { ...query, ...fields } : query).toString();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: search ? `${path}?${search}` : path,
        signal: AbortSignal.timeout(patienceMs),
        headers: {
          connection: 'close',
          'user-agent': 'TwilioProxy/1.1',
          ...(method === 'POST' && { 'content-type': contentType(json) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const seen = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
          const received = Object.fromEntries(seen) as Record<string, string>;
          const body = parseBody(received, Buffer.concat(chunks).toString());
          resolve({ status: incoming.statusCode ?? 0, headers: received, body });
        });
      },
    );
    outgoing.on('error', reject);
    const body = json ? JSON.stringify(json) : new URLSearchParams(fields).toString();
    outgoing.end(method === 'POST' ? body : undefined);
  });
}

/** @returns what a request says that its body is */
export function contentType(json: object | undefined): string {
  return json ? 'application/json' : 'application/x-www-form-urlencoded; charset=UTF-8';
}

/** @returns the value when the answer is JSON, else its text */
export function parseBody(headers: Record<string, string>, body: string): unknown {
  return body !== '' && headers['content-type']?.startsWith('application/json')
    ? (JSON.parse(body) as unknown)
    : body;
}
