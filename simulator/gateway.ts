import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks';
import { listen, stopServer } from './listen';

export interface GatewayOptions {
  port: number;
  authToken: string;
  /** Where the functions are, once they can be reached; waited for. */
  target(): Promise<string>;
  /** `protected`, `public` or `private` by URL path; undefined for what is not there. */
  accessOf(path: string): 'public' | 'protected' | 'private' | undefined;
}

/** What the cloud takes at most, headers and body together, in bytes. */
const requestLimit = 1024 * 1024;
const timeLimitMs = 10_000;

/**
 * Stands where Twilio's gateway stands and enforces what it does and `twilio-run` does not: signatures on protected
 * functions, private ones out of reach, methods, 1 MB, 10 s.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #server: Server;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => refuse(response, 502, 'The functions cannot be reached'));
    });
  }

  /** @throws an error that names the port when it is taken */
  async start(): Promise<void> {
    await listen(this.#server, this.#options.port, 'PORT');
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    if (!['GET', 'POST', 'OPTIONS'].includes(method)) return refuse(response, 405, 'Method not allowed');
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const access = this.#options.accessOf(url.pathname);
    if (access === undefined) return refuse(response, 404, 'Resource not found');
    if (access === 'private') return refuse(response, 403, 'This resource is private');

    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413, 'The request is larger than 1 MB');
    if (access === 'protected' && method !== 'OPTIONS' && !this.#isSigned(request, url, body)) {
      return refuse(
        response,
        403,
        'Unauthorized - you are not authorized to perform this action: the X-Twilio-Signature is missing or wrong',
      );
    }
    const target = await this.#options.target();
    await forward(request, response, body, `${target}${request.url}`);
  }

  #isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
    const signature = request.headers['x-twilio-signature'];
    if (typeof signature !== 'string') return false;
    const { authToken } = this.#options;
    if (url.searchParams.has('bodySHA256')) {
      return validateRequestWithBody(authToken, signature, url.href, body.toString());
    }
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    return validateRequest(authToken, signature, url.href, isForm ? fieldsOf(body) : {});
  }
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

/** @returns the body, or undefined when the request is over the limit */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const headers = request.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  const chunks: Buffer[] = [];
  let size = headers;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= requestLimit) chunks.push(chunk);
  }
  return size <= requestLimit ? Buffer.concat(chunks) : undefined;
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  url: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const onward = httpRequest(url, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.once('end', finish).once('error', fail);
    });
    const timer = setTimeout(() => {
      refuse(response, 504, 'Runtime application timed out');
      onward.destroy();
      resolve();
    }, timeLimitMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    response.once('close', () => onward.destroy());
    onward.once('error', fail);
    onward.end(body);
  });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
}
