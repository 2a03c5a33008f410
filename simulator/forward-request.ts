import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Where the functions are: a URL, or the path of a socket that only this user can open. */
export type Target = string;

export interface ForwardedRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Headers;
  body: Buffer;
  /** Ends the request, and its answer where that has begun. */
  signal: AbortSignal;
}

/**
 * Headers of one connection, not of the request. The body has been read: its length and encoding are new.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
const connectionHeaders = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Sends a request on. `fetch` would add headers, follow redirects and decompress the answer.
 *
 * @returns the answer as it comes, its body as a stream
 * @throws an error when there is no answer
 */
export function forwardRequest(target: Target, { signal, ...given }: ForwardedRequest): Promise<Response> {
  const { method, path } = given;
  const url = URL.canParse(target) && target.startsWith('http:') ? new URL(target) : undefined;
  const to = url ? { host: url.hostname, port: url.port } : { socketPath: target };
  const headers = Object.fromEntries(given.headers);
  for (const name of connectionHeaders) delete headers[name];
  return new Promise((resolve, reject) => {
    httpRequest({ ...to, method, path, headers, signal }, (answer) => resolve(toResponse(answer)))
      .once('error', reject)
      .end(given.body);
  });
}

function toResponse(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    if (connectionHeaders.includes(name) && name !== 'content-length') continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = answer.statusCode ?? 502;
  const hasBody = status !== 204 && status !== 304;
  if (!hasBody) answer.resume();
  return new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream) : null, { status, headers });
}
