import { once } from 'node:events';
import type { Server } from 'node:http';

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
