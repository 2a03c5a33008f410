import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks';
import { AllowedHosts, type Reach } from './allowed-hosts';
import { forwardRequest, type Target } from './forward-request';
import { NotBuilt } from './functions-process';
import { createAppServer, listen, malformedPath, stopServer } from './listen';
import { isForm, isUncheckable, stripBody, stripFields } from './reserved-fields';

export interface GatewayOptions {
  /** For the signatures of protected functions; undefined where nobody signs. */
  authToken: string | undefined;
  /** Whether requests by this machine's own names need no signature. */
  trustsThisMachine?: boolean;
  /** By which names it may be called: those of this machine when left out. */
  hosts?: AllowedHosts;
  /** Where the functions are, once they can be reached; waited for. */
  target(): Promise<Target>;
  /** `protected`, `public` or `private` by URL path; undefined for what is not there. */
  accessOf(path: string): 'public' | 'protected' | 'private' | undefined;
  /** How long a function may take, in milliseconds: Twilio's 10 s when left out. */
  timeLimitMs?: number;
  /**
   * How many requests are handled at once, if there is a limit: 30 for each service, by Twilio's own advice to programmers
   * (github.com/twilio/ai, skills/twilio/twilio-reliability-patterns). That the others get 429 is seen in twilio-node's
   * issue 360; no page says so, or with which code.
   */
  concurrency?(): number | undefined;
}

/** Twilio's limit for headers and body together, in bytes. */
const requestMaximum = 1024 * 1024;
const unreachable = 'The functions cannot be reached';

const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host'];
const noSignature =
  'Unauthorized - you are not authorized to perform this action: the X-Twilio-Signature is missing or wrong';

/**
 * Enforces what Twilio's gateway does and `twilio-run` does not: signatures on protected functions, no access to private
 * ones, methods, 1 MB, 10 s, and how many requests are handled at once. A request also cannot replace `event.request`,
 * nor pose as a preflight. And since it is on a developer's machine, it keeps out web pages: those that call it by
 * another name, and those of other sites, which may only call public functions, since these have rules of their own.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions
 */
export function createGateway(options: GatewayOptions): Hono {
  const gateway = new Hono();
  const hosts = options.hosts ?? new AllowedHosts();
  let underWay = 0;
  gateway.onError((error, c) => {
    if (error instanceof NotBuilt) return c.json({ message: error.message }, 502);
    if (!(error instanceof HTTPException)) return c.json({ message: unreachable }, 502);
    return c.json({ message: error.message }, error.status as ContentfulStatusCode);
  });
  gateway.use(async ({ req }, next) => {
    if (!['GET', 'POST', 'OPTIONS'].includes(req.method)) refuse(405, 'Method not allowed');
    const { pathname } = new URL(req.url);
    if (!isWellFormed(pathname)) refuse(400, malformedPath);
    const host = req.header('host');
    const foreign = [new URL(req.url).host, host].find((name) => name !== undefined && !hosts.has(name));
    if (foreign !== undefined) refuse(403, `The Host ${foreign} is not of this machine: see --allow-host`);
    const access = options.accessOf(pathname);
    if (access === undefined) {
      // Before the first build there is nothing, and another answer.
      await options.target();
      refuse(404, 'Resource not found');
    }
    if (access === 'private') refuse(403, 'This resource is private');
    if (access === 'protected' && hosts.isOtherSite(req.raw.headers, host)) {
      refuse(403, 'Pages of other sites may not call this function');
    }
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

/** The gateway on a port. */
export class Gateway {
  readonly #port: number;
  readonly #host: string | undefined;
  readonly #server: Server;
  readonly #underWay = new Set<ServerResponse>();

  constructor({
    port,
    reach = {},
    ...options
  }: Omit<GatewayOptions, 'hosts'> & { port: number; reach?: Reach }) {
    this.#port = port;
    this.#host = reach.host;
    const gateway = createGateway({ ...options, hosts: new AllowedHosts(reach) });
    this.#server = createAppServer((request) => gateway.fetch(request), unreachable);
    this.#server.on('request', (_request, response) => {
      this.#underWay.add(response);
      response.once('close', () => this.#underWay.delete(response));
    });
  }

  /** Settles once the requests that are under way now have been answered. */
  async settled(): Promise<void> {
    await Promise.all([...this.#underWay].map((response) => once(response, 'close')));
  }

  /** @throws an error that names the port when it is taken */
  async start(): Promise<void> {
    await listen(this.#server, this.#port, 'PORT', this.#host);
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
  const authToken = options.trustsThisMachine && isFromHere(raw.headers, url) ? undefined : options.authToken;
  if (authToken !== undefined && method !== 'OPTIONS' && options.accessOf(url.pathname) === 'protected') {
    const signature = req.header('x-twilio-signature');
    if (!isSigned({ signature, url, body, contentType }, authToken)) refuse(403, noSignature);
  }
  if (isUncheckable(contentType, req.header('content-encoding') ?? '')) {
    refuse(415, 'Send forms and JSON as plain UTF-8');
  }

  const query = stripFields(url.search.slice(1));
  const target = await options.target();
  const late = AbortSignal.timeout(options.timeLimitMs ?? 10_000);
  try {
    return await forwardRequest(target, {
      method,
      path: `${url.pathname}${query && `?${query}`}`,
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

/** A tunnel keeps its own name, or says that it has replaced it. */
function isFromHere(headers: Headers, url: URL): boolean {
  return AllowedHosts.isOwn(url.host) && !forwardingHeaders.some((name) => headers.has(name));
}

/** Twilio signs the URL that it was given. A tunnel takes requests by https, and passes them on by http. */
function isSigned({ signature, url, body, contentType }: SignedRequest, authToken: string): boolean {
  if (signature === undefined) return false;
  const text = body.toString();
  return [url.href, url.href.replace(/^http:/, 'https:')].some((href) =>
    url.searchParams.has('bodySHA256')
      ? validateRequestWithBody(authToken, signature, href, text)
      : validateRequest(authToken, signature, href, isForm(contentType) ? fieldsOf(body) : {}),
  );
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
