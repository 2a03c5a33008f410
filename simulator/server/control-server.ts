import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bundleConsole } from '../console/bundle';
import { listen, stopServer } from '../listen';
import { TwilioError } from '../twilio/http/errors';
import { type ControlTarget, type Reply, type Route, routesOf } from './routes';

/** The console's page and the control API, for this machine alone. */
export class ControlServer {
  readonly #target: ControlTarget;
  readonly #port: number;
  readonly #server: Server;
  readonly #routes: Route[];
  #page: Promise<Map<string, { type: string; body: string | Buffer }>> | undefined;

  constructor(target: ControlTarget, port: number) {
    this.#target = target;
    this.#port = port;
    this.#routes = routesOf(target);
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
    const path = (route.path.exec(url.pathname) ?? []).slice(1).map((part) => decodeURIComponent(part ?? ''));
    const body = request.method === 'GET' ? undefined : await readJson(request);
    return route.answer({ path, query: url.searchParams, body });
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
    });
    response.write(': connected\n\n');
    const end = this.#target.events.onEvent(({ type, data }) => {
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
