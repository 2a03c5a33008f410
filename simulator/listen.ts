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

/** @returns ports of this machine that nobody uses, all different */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, 'close');
    }),
  );
  return ports;
}

/** @returns a port of this machine that nobody uses */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
