import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Context } from 'hono';
import { bundleConsole } from '../console/bundle';
import { listen, stopServer } from '../listen';
import { TwilioError } from '../twilio/http/errors';
import { type ControlTarget, createControlApi } from './control-api';

/** The console's page and the control API, on this machine only. */
export class ControlServer {
  readonly #port: number;
  readonly #server: Server;
  #page: ReturnType<typeof bundleConsole> | undefined;

  constructor(target: ControlTarget, port: number) {
    this.#port = port;
    const app = createControlApi(target);
    app.get('*', (c) => this.#sendPage(c));
    this.#server = createServer(getRequestListener(app.fetch));
  }

  /** @throws an error that names the port if it is taken */
  async start(): Promise<void> {
    await listen(this.#server, this.#port, 'SIMULATOR_PORT');
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }

  async #sendPage(c: Context): Promise<Response> {
    const { path } = c.req;
    this.#page ??= bundleConsole();
    const file = (await this.#page).get(path === '/index.html' ? '/' : path);
    if (!file) throw new TwilioError(404, 20404, `${path} does not exist`);
    c.header(
      'Content-Security-Policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:",
    );
    const body = typeof file.body === 'string' ? file.body : new Uint8Array(file.body);
    return c.body(body, 200, { 'Content-Type': file.type });
  }
}
