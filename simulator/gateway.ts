import { createServer, type Server } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks';
import { forwardRequest } from './forward-request';
import { listen, stopServer } from './listen';
import { isForm, isUncheckable, stripBody, stripFields } from './reserved-fields';

export interface GatewayOptions {
  authToken: string;
  /** Where the functions are, once they can be reached; waited for. */
  target(): Promise<string>;
  /** `protected`, `public` or `private` by URL path; undefined for what is not there. */
  accessOf(path: string): 'public' | 'protected' | 'private' | undefined;
  /** How long a function may take, in milliseconds: Twilio's 10 s when left out. */
  timeLimitMs?: number;
  /** How many requests are handled at once, if there is a limit. */
  concurrency?(): number | undefined;
}

/** Twilio's limit for headers and body together, in bytes. */
const requestMaximum = 1024 * 1024;
const malformedPath = 'The path of the request is malformed';
const unreachable = 'The functions cannot be reached';

/**
 * Enforces what Twilio's gateway does and `twilio-run` does not: signatures on protected functions, no access to private
 * ones, methods, 1 MB, 10 s, and how many requests are handled at once. A request also cannot replace `event.request`, nor pose as a preflight.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions
 */
export function createGateway(options: GatewayOptions): Hono {
  const gateway = new Hono();
  let underWay = 0;
  gateway.onError((error, c) => {
    if (!(error instanceof HTTPException)) return c.json({ message: unreachable }, 502);
    return c.json({ message: error.message }, error.status as ContentfulStatusCode);
  });
  gateway.use(async ({ req }, next) => {
    if (!['GET', 'POST', 'OPTIONS'].includes(req.method)) refuse(405, 'Method not allowed');
    const { pathname } = new URL(req.url);
    if (!isWellFormed(pathname)) refuse(400, malformedPath);
    const access = options.accessOf(pathname);
    if (access === undefined) refuse(404, 'Resource not found');
    if (access === 'private') refuse(403, 'This resource is private');
    // Not known of Twilio: our endpoint answers 204 to any request with this header, and does nothing.
    if (req.method !== 'OPTIONS' && req.header('access-control-request-method') !== undefined) {
      refuse(403, 'Only OPTIONS may have Access-Control-Request-Method');
    }
    await next();
  });
  gateway.all('*', async (c) => {
    if (underWay >= (options.concurrency?.() ?? Number.POSITIVE_INFINITY)) refuse(429, 'Too many requests');
    underWay += 1;
    try {
      return await checkAndForward(c, options);
    } finally {
      underWay -= 1;
    }
  });
  return gateway;
}

/** The gateway on a port of this machine alone. */
export class Gateway {
  readonly #port: number;
  readonly #server: Server;

  constructor({ port, ...options }: GatewayOptions & { port: number }) {
    this.#port = port;
    const gateway = createGateway(options);
    const listener = getRequestListener(gateway.fetch, {
      // For HTTP/1.0, which may leave the Host header out.
      hostname: 'localhost',
      errorHandler: (error) => {
        const isMalformed = error instanceof RequestError;
        const message = isMalformed ? malformedPath : unreachable;
        return Response.json({ message }, { status: isMalformed ? 400 : 502 });
      },
    });
    this.#server = createServer(listener);
  }

  /** @throws an error that names the port when it is taken */
  async start(): Promise<void> {
    await listen(this.#server, this.#port, 'PORT');
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }
}

async function checkAndForward({ req }: Context, options: GatewayOptions): Promise<Response> {
  const { method, raw } = req;
  const url = new URL(req.url);
  const body = await readBody(raw);
  const contentType = req.header('content-type') ?? '';
  if (method !== 'OPTIONS' && options.accessOf(url.pathname) === 'protected') {
    const signature = req.header('x-twilio-signature');
    if (!isSigned({ signature, url, body, contentType }, options.authToken)) {
      refuse(
        403,
        'Unauthorized - you are not authorized to perform this action: the X-Twilio-Signature is missing or wrong',
      );
    }
  }
  if (isUncheckable(contentType, req.header('content-encoding') ?? '')) {
    refuse(415, 'Send forms and JSON as plain UTF-8');
  }

  const query = stripFields(url.search.slice(1));
  const target = `${await options.target()}${url.pathname}${query && `?${query}`}`;
  const late = AbortSignal.timeout(options.timeLimitMs ?? 10_000);
  try {
    return await forwardRequest(target, {
      method,
      headers: raw.headers,
      body: stripBody(body, contentType),
      signal: AbortSignal.any([late, raw.signal]),
    });
  } catch {
    return late.aborted ? refuse(504, 'Runtime application timed out') : refuse(502, unreachable);
  }
}

/** `//host` would be a host in place of a path. */
function isWellFormed(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
  } catch {
    return false;
  }
  return !pathname.startsWith('//');
}

/**
 * Reads and drops what is over the limit, too: Hono's server closes a connection whose request was not read to the end,
 * and the client may already have sent its next request on it.
 */
async function readBody({ headers, body }: Request): Promise<Buffer> {
  let size = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size <= requestMaximum) chunks.push(chunk);
  }
  return size <= requestMaximum ? Buffer.concat(chunks) : refuse(413, 'The request is larger than 1 MB');
}

interface SignedRequest {
  signature: string | undefined;
  url: URL;
  body: Buffer;
  contentType: string;
}

function isSigned({ signature, url, body, contentType }: SignedRequest, authToken: string): boolean {
  if (signature === undefined) return false;
  if (url.searchParams.has('bodySHA256')) {
    return validateRequestWithBody(authToken, signature, url.href, body.toString());
  }
  return validateRequest(authToken, signature, url.href, isForm(contentType) ? fieldsOf(body) : {});
}

function fieldsOf(body: Buffer): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  const parameters = new URLSearchParams(body.toString());
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    fields[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return fields;
}

function refuse(status: ContentfulStatusCode, message: string): never {
  throw new HTTPException(status, { message });
}
