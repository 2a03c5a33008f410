import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { generate } from 'selfsigned';
import { listen } from '../../listen';
import { webhookIdHeader } from '../../webhook-id';
import { ConnectionReset, type WireFault } from './faults';
import { type RestRequest, readFields, readQuery } from './request';

/** What answers in place of Twilio. */
export interface RestHandler {
  /** @throws ConnectionReset to reset the connection */
  handle(request: RestRequest): Promise<{
    status: number;
    headers?: Record<string, string>;
    body: object | string;
    /** How it is corrupted below HTTP. */
    wire?: WireFault;
  }>;
}

/** A proxy that reaches only a stand-in for Twilio, never the internet. */
export interface RunningProxy {
  /** For `HTTP_PROXY`. */
  url: string;
  /** For `NODE_EXTRA_CA_CERTS`, which Node.js reads when a process starts. */
  caFile: string;
  /** The `host:port` of every request to any other host than Twilio's. */
  escapes: string[];
  close(): Promise<void>;
}

/**
 * Connects the unmodified SDK in another process to a stand-in for Twilio: a CONNECT proxy on this machine that
 * terminates TLS for `*.twilio.com` with its own certificate. It never forwards anything.
 *
 * @param options.port 0 for any free port
 * @throws an error that names the port when it is taken
 */
export async function startProxy(rest: RestHandler, { port }: { port: number }): Promise<RunningProxy> {
  const { cert, key } = await certificate();
  const escapes: string[] = [];
  const sockets = new Set<Socket>();
  const origin = createTlsServer({ cert, key }, (request, response) => {
    serve(rest, request, response, () => tcpOf(request, sockets)).catch(() => response.destroy());
  });
  origin.on('tlsClientError', (_error, socket) => socket.destroy());
  const proxy = createServer((request, response) => {
    escapes.push(request.headers.host ?? String(request.url));
    response.writeHead(403).end('Only Twilio can be reached through this proxy.\n');
  });
  proxy.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    // Each byte of a dripping answer is a packet of its own.
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
  });
  proxy.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!/^[\w-]+\.twilio\.com:443$/.test(request.url ?? '')) {
      escapes.push(String(request.url));
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    origin.emit('connection', socket);
  });
  const taken = await listen(proxy, port, 'SIMULATOR_PROXY_PORT');

  const folder = await mkdtemp(join(tmpdir(), 'twilio-proxy-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cert);
  return {
    url: `http://localhost:${taken}`,
    caFile,
    escapes,
    async close() {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serve(
  rest: RestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  tcp: () => Socket | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const url = new URL(request.url ?? '/', `https://${host}`);
  const { [webhookIdHeader]: webhookId, ...visible } = request.headers;
  try {
    const { status, headers, body, wire } = await rest.handle({
      method: request.method ?? 'GET',
      host,
      path: url.pathname,
      query: readQuery(url.searchParams),
      ...readFields(Buffer.concat(chunks), request.headers['content-type']),
      headers: Object.fromEntries(Object.entries(visible).map(([name, value]) => [name, String(value)])),
      ...(webhookId !== undefined && { webhookId: Number(webhookId) }),
    });
    const isJson = typeof body === 'object';
    const sent = headers ?? { 'Content-Type': isJson ? 'application/json' : 'text/html' };
    const text = isJson ? JSON.stringify(body) : body;
    if (wire) return await corrupt(wire, { status, headers: sent, body: text }, request.socket, tcp());
    response.writeHead(status, sent);
    response.end(text);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    request.socket.destroy();
  }
}

/** @returns the TCP connection of a request: TLS sockets cannot be reset */
function tcpOf({ socket: { remotePort } }: IncomingMessage, sockets: Set<Socket>): Socket | undefined {
  return [...sockets].find((socket) => socket.remotePort === remotePort);
}

/** Writes a corrupted answer to the socket, since Node's HTTP server would not send one, and ends the connection. */
async function corrupt(
  wire: WireFault,
  { status, headers, body }: { status: number; headers: Record<string, string>; body: string },
  tls: Duplex,
  tcp: Socket | undefined,
): Promise<void> {
  const payload = Buffer.from(body);
  const length = Math.max(0, payload.length + ('contentLength' in wire ? wire.contentLength : 0));
  const lines = Object.entries({ ...headers, 'Content-Length': length, Connection: 'keep-alive' });
  const head = Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((done, fail) => void tls.write(bytes, (error) => (error ? fail(error) : done())));

  if ('drip' in wire) {
    // An answer without a body, e.g. 204, drips from its status line on.
    const all = payload.length > 0 ? payload : head;
    if (all === payload) await write(head);
    for (let index = 0; index < all.length && !tls.destroyed; index++) {
      if (index > 0) await new Promise((done) => setTimeout(done, wire.drip).unref());
      await write(all.subarray(index, index + 1));
    }
  } else if ('cut' in wire) {
    // An answer without a body can only be cut in its headers.
    const inHeaders = wire.in === 'headers' || payload.length === 0;
    const sent = inHeaders
      ? head.subarray(0, Math.min(wire.cut, head.length - 1))
      : payload.subarray(0, wire.cut);
    await write(inHeaders ? sent : Buffer.concat([head, sent]));
    if (wire.end === 'RST') {
      // A reset discards what the other side has not read yet.
      await new Promise((done) => setTimeout(done, 20));
      tcp?.resetAndDestroy();
      return;
    }
  } else {
    await write(Buffer.concat([head, payload]));
  }
  tls.end();
}

let made: Promise<{ cert: string; key: string }> | undefined;

/** The self-signed certificate of all proxies in this process. */
function certificate(): Promise<{ cert: string; key: string }> {
  made ??= generate([{ name: 'commonName', value: 'Local Twilio' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: '*.twilio.com' }] },
    ],
  }).then(({ cert, private: key }) => ({ cert, key }));
  return made;
}
