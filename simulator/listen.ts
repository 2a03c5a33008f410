import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:net';

/**
 * Makes a server listen on a port of this machine only.
 *
 * @param variable the environment variable that chooses the port
 * @throws an error that says what to do if the port is taken
 */
export async function listen(server: Server, port: number, variable: string): Promise<number> {
  server.listen(port, 'localhost');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as { code?: string };
    const another = `${variable}=${port + 10}`;
    throw new Error(
      `Port ${port} cannot be used (${code}). Stop what uses it, or choose another: ${another}`,
    );
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
