import type { Server } from 'node:http';
import type { Context } from 'hono';
import { bundleConsole } from '../console/bundle';
import { createAppServer, listen, stopServer } from '../listen';
import { TwilioError } from '../twilio/http/errors';
import { type ControlTarget, createControlApi } from './control-api';

/** No other page may show the console in a frame, where it could lead a user's clicks. */
const pageHeaders = {
  'Content-Security-Policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
};

/** The console's page and the control API. */
export class ControlServer {
  readonly #at: { port: number; host?: string | undefined };
  readonly #server: Server;
  #page: ReturnType<typeof bundleConsole> | undefined;

  constructor(target: ControlTarget, at: { port: number; host?: string | undefined }) {
    this.#at = at;
    const app = createControlApi(target);
    app.get('*', (c) => this.#sendPage(c));
    this.#server = createAppServer((request) => app.fetch(request), 'The console cannot be reached');
  }

  /** @throws an error that names the port if it is taken */
  async start(): Promise<void> {
    const { port, host } = this.#at;
    await listen(this.#server, port, 'SIMULATOR_PORT', host);
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }

  async #sendPage(c: Context): Promise<Response> {
    const { path } = c.req;
    this.#page ??= bundleConsole();
    const file = (await this.#page).get(path === '/index.html' ? '/' : path);
    if (!file) throw new TwilioError(404, 20404, `${path} does not exist`);
    const body = typeof file.body === 'string' ? file.body : new Uint8Array(file.body);
    return c.body(body, 200, { ...pageHeaders, 'Content-Type': file.type });
  }
}
