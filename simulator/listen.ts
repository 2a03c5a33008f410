import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';

/** The answer to a request whose path cannot be read. */
export const malformedPath = 'The path of the request is malformed';

/**
 * Makes a server that answers whatever it gets: a malformed request is answered 400, and ends nothing.
 *
 * @param unexpected the message of a failure that the handler did not answer itself
 */
export function createAppServer(
  handler: (request: Request) => Response | Promise<Response>,
  unexpected: string,
): Server {
  const listener = getRequestListener(handler, {
    // For HTTP/1.0, which may leave the Host header out.
    hostname: 'localhost',
    errorHandler: (error) => {
      const isMalformed = error instanceof RequestError;
      return Response.json(
        { message: isMalformed ? malformedPath : unexpected },
        { status: isMalformed ? 400 : 502 },
      );
    },
  });
  const server = createHttpServer((request, response) => {
    listener(request, response).catch(() => response.destroy());
  });
  // Without a listener, Node.js closes the connection and answers nothing.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** A port that is taken, or that is not for everybody. The message proposes another one. */
export class UnusablePort extends Error {
  readonly #port: number;
  readonly #variable: string;
  readonly code: string | undefined;

  /**
   * @param variable the environment variable that chooses the port
   * @param configured the ports that are chosen for something else
   */
  constructor(port: number, variable: string, code: string | undefined, configured: readonly number[] = []) {
    const another = `${variable}=${chooseAnotherPort(port + 10, configured)}`;
    super(`Port ${port} cannot be used (${code}). Stop what uses it, or choose another: ${another}`);
    this.#port = port;
    this.#variable = variable;
    this.code = code;
  }

  /** @returns the same error, which proposes none of these ports */
  avoiding(configured: readonly number[]): UnusablePort {
    return new UnusablePort(this.#port, this.#variable, this.code, configured);
  }
}

/** @returns a port from `first` on that is not among the configured ones */
export function chooseAnotherPort(first: number, configured: readonly number[]): number {
  const last = 65_535;
  for (let port = first; port <= last; port += 10) if (!configured.includes(port)) return port;
  // At the end of all ports, those below are left.
  return chooseAnotherPort(first - 1_000, configured);
}

/**
 * Makes a server listen.
 *
 * @param variable the environment variable that chooses the port
 * @param host this machine only, if left out
 * @throws an error that says what to do if the port is taken
 */
export async function listen(
  server: NetServer,
  port: number,
  variable: string,
  host = 'localhost',
): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`--host ${host} is not an address of this machine (${code})`);
    }
    throw new UnusablePort(port, variable, code);
  }
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
/** Stops a server at once, and closes its connections. */
export async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/**
 * Looks below the ephemeral ports, which outgoing connections could take at any moment.
 *
 * @returns different free ports of this machine
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** @returns a free port of this machine */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
