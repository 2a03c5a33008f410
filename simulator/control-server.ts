import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as v from 'valibot';
import { withoutUndefined } from '../lib/defined';
import { bundleConsole } from './console/bundle';
import { listen, stopServer } from './listen';
import type { LocalTwilio } from './local-twilio';
import { TwilioError } from './twilio/errors';

/** What a call is given. */
interface Call {
  /** The variable parts of the path. */
  parts: string[];
  query: URLSearchParams;
  body: unknown;
}

/** What a call answers: JSON, or text of some type. */
type Reply = object | { type: string; text: string; filename?: string };

interface Route {
  method: string;
  path: RegExp;
  answer(call: Call): Promise<Reply> | Reply;
}

const text = v.pipe(v.string(), v.minLength(1));
const channel = v.optional(v.picklist(['sms', 'whatsapp']));
const inbound = v.object({
  from: text,
  to: v.optional(text),
  channel,
  body: v.string(),
  group: v.optional(v.array(text)),
});
const flexOutbound = v.object({
  agent: text,
  as: v.optional(v.picklist(['agent', 'server'])),
  channel: text,
  to: v.optional(v.string()),
  customerId: v.optional(v.string()),
  body: v.optional(v.string()),
  contentSid: v.optional(v.string()),
  contentVariables: v.optional(v.record(v.string(), v.string())),
  subject: v.optional(v.string()),
  onActive: v.optional(v.picklist(['refuse', 'reuse'])),
  idempotencyKey: v.optional(v.string()),
});
const outgoing = v.object({ worker: text, customerId: text, channel, body: v.optional(v.string()) });
const message = v.object({ conversationSid: text, worker: text, body: text });
const resend = v.object({ id: v.number(), fields: v.optional(v.record(v.string(), v.string())) });
const settings = v.partial(
  v.object({
    routingMode: v.picklist(['custom', 'pool', 'none']),
    deliverTwice: v.boolean(),
    faults: v.partial(
      v.object({
        rest: v.picklist(['none', '429', '500', 'hang', 'torn', 'drip']),
        restTimes: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
        badSignature: v.boolean(),
      }),
    ),
  }),
);
const worker = v.partial(v.object({ available: v.boolean(), state: v.picklist(['active', 'deactivated']) }));
const conversation = v.object({ state: v.picklist(['active', 'inactive', 'closed']) });
const stranger = v.object({
  displayName: v.optional(text),
  phone: v.pipe(v.string(), v.regex(/^\+[1-9]\d{6,14}$/)),
});

/** The console's page and the control API, for this machine alone. */
export class ControlServer {
  readonly #local: LocalTwilio;
  readonly #port: number;
  readonly #server: Server;
  readonly #routes: Route[];
  #page: Promise<Map<string, { type: string; body: string | Buffer }>> | undefined;

  constructor(local: LocalTwilio, port: number) {
    this.#local = local;
    this.#port = port;
    this.#routes = routesOf(local);
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** @throws an error that names the port when it is taken */
  async start(): Promise<void> {
    await listen(this.#server, this.#port, 'SIMULATOR_PORT');
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    try {
      if (!isOwnHost(request)) throw new TwilioError(403, 20003, 'Only this machine may ask');
      if (url.pathname === '/api/events') return this.#stream(response);
      if (!url.pathname.startsWith('/api/')) return await this.#sendPage(url.pathname, response);
      const reply = await this.#answer(request, url);
      if ('text' in reply && 'type' in reply) sendText(response, reply);
      else send(response, 200, reply);
    } catch (error) {
      if (error instanceof TwilioError)
        return send(response, error.status, { code: error.code, message: error.message });
      send(response, 500, { code: 20500, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #answer(request: IncomingMessage, url: URL): Promise<Reply> {
    const onPath = this.#routes.filter(({ path }) => path.test(url.pathname));
    const route = onPath.find(({ method }) => method === request.method);
    if (!route) {
      const [status, what] = onPath.length > 0 ? [405, 'cannot be asked so'] : [404, 'is not there'];
      throw new TwilioError(
        status as number,
        20404,
        `${request.method} ${url.pathname} ${what}: see simulator/README.md`,
      );
    }
    const parts = (route.path.exec(url.pathname) ?? [])
      .slice(1)
      .map((part) => decodeURIComponent(part ?? ''));
    const body = request.method === 'GET' ? undefined : await readJson(request);
    return route.answer({ parts, query: url.searchParams, body });
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
    });
    response.write(': connected\n\n');
    const end = this.#local.onEvent(({ type, data }) => {
      response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    });
    response.once('close', end);
  }

  async #sendPage(path: string, response: ServerResponse): Promise<void> {
    this.#page ??= bundleConsole();
    const file = (await this.#page).get(path === '/index.html' ? '/' : path);
    if (!file) throw new TwilioError(404, 20404, `${path} is not there`);
    response.writeHead(200, {
      'Content-Type': file.type,
      'Cache-Control': 'no-store',
      'Content-Security-Policy':
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:",
    });
    response.end(file.body);
  }
}

/** A page of another site must not use the console's calls through the user's browser. */
function isOwnHost({ headers }: IncomingMessage): boolean {
  const own = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
  if (!own.test(headers.host ?? '')) return false;
  return headers.origin === undefined || own.test(headers.origin.replace(/^https?:\/\//, ''));
}

function routesOf(local: LocalTwilio): Route[] {
  const route = (method: string, path: RegExp, answer: Route['answer']): Route => ({ method, path, answer });
  return [
    route('GET', /^\/api\/state$/, () => local.snapshot()),
    route('GET', /^\/api\/timeline$/, ({ query }) => {
      const entries = local.timeline.entries(query.get('trace') ?? undefined);
      if (query.get('format') !== 'export') return entries;
      return { type: 'application/json', text: JSON.stringify(entries, null, 2), filename: 'timeline.json' };
    }),
    route('GET', /^\/api\/timeline\/(\d+)\/curl$/, ({ parts }) => ({
      type: 'text/plain; charset=utf-8',
      text: `${local.curl(Number(parts[0]))}\n`,
    })),
    route('POST', /^\/api\/inbound$/, ({ body }) => local.receive(withoutUndefined(check(inbound, body)))),
    route('POST', /^\/api\/outgoing$/, ({ body }) => local.begin(withoutUndefined(check(outgoing, body)))),
    route('POST', /^\/api\/messages$/, ({ body }) => local.write(check(message, body))),
    route('POST', /^\/api\/flex\/outbound$/, ({ body }) =>
      local.startOutbound(withoutUndefined(check(flexOutbound, body))),
    ),
    route('POST', /^\/api\/resend$/, ({ body }) => local.resend(withoutUndefined(check(resend, body)))),
    route('POST', /^\/api\/scenarios\/([\w-]+)$/, ({ parts }) => local.runScenario(parts[0] ?? '')),
    route('PATCH', /^\/api\/settings$/, ({ body }) => {
      const { faults, ...rest } = check(settings, body);
      return local.changeSettings({
        ...withoutUndefined(rest),
        ...(faults && { faults: withoutUndefined(faults) }),
      });
    }),
    route('PATCH', /^\/api\/workers\/([^/]+)$/, ({ parts, body }) =>
      local.changeWorker(parts[0] ?? '', withoutUndefined(check(worker, body))),
    ),
    route('POST', /^\/api\/conversations\/([^/]+)$/, ({ parts, body }) =>
      local.changeConversation(parts[0] ?? '', check(conversation, body).state),
    ),
    route('POST', /^\/api\/customers$/, ({ body }) =>
      local.stranger(withoutUndefined(check(stranger, body))),
    ),
    route('POST', /^\/api\/reset$/, () => {
      local.reset();
      return {};
    }),
    route('GET', /^\/api\/app\/customers$/, async ({ query }) => {
      const { value, entry } = await local.app.customers(
        query.get('worker') ?? '',
        {
          query: query.get('query') ?? '',
          token: query.get('token') ?? '',
          pageSize: Number(query.get('pageSize') ?? 30),
        },
        local.timeline.newTrace(),
      );
      return {
        customers: value?.customers ?? [],
        ...(value?.next_page_token && { nextPageToken: value.next_page_token }),
        entry,
      };
    }),
    route('GET', /^\/api\/app\/customers\/([^/]+)$/, async ({ parts, query }) => {
      const trace = local.timeline.newTrace();
      const { value, entry } = await local.app.customer(query.get('worker') ?? '', parts[0] ?? '', trace);
      return { customer: value ?? null, entry };
    }),
    route('GET', /^\/api\/app\/templates$/, async ({ query }) => {
      const { value, entry } = await local.app.templates(
        query.get('worker') ?? '',
        query.get('customerId') ?? '',
        query.get('conversationSid') ?? '',
        local.timeline.newTrace(),
      );
      return { categories: value ?? [], entry };
    }),
  ];
}

/** @throws TwilioError 400 that names the field */
function check<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = (issue.path ?? []).map(({ key }) => String(key)).join('.') || 'the body';
  throw new TwilioError(400, 20001, `${field}: ${issue.message}`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new TwilioError(400, 20001, 'The body must be JSON');
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

function sendText(response: ServerResponse, reply: { type: string; text: string; filename?: string }): void {
  const disposition = reply.filename && { 'Content-Disposition': `attachment; filename="${reply.filename}"` };
  response.writeHead(200, { 'Content-Type': reply.type, ...disposition }).end(reply.text);
}
