import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:net';

/**
 * Lets a server listen on a port of this machine alone.
 *
 * @param variable the environment variable that chooses the port
 * @throws an error that says what to do when the port is taken
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

/** Stops a server at once, with the connections that it has. */
export async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/**
 * Looks below the ports that systems give to outgoing connections: one of those could be given away at any moment.
 *
 * @returns ports of this machine that nobody uses, all different
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

/** @returns a port of this machine that nobody uses */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
