import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { generate } from 'selfsigned';
import { AllowedHosts, type Reach } from '../../allowed-hosts';
import { listen } from '../../listen';
import { createTemporaryFolder } from '../../temporary-folder';
import { webhookIdHeader } from '../../webhook-id';
import { ConnectionReset, type WireFault } from './faults';
import { type RestRequest, readFields, readQuery } from './request';

/** More than an asset may have, in bytes: 25 MB, with the other fields of its form. */
const bodyMaximum = 32 * 1024 * 1024;

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
export async function startProxy(
  rest: RestHandler,
  { port, reach = {} }: { port: number; reach?: Reach },
): Promise<RunningProxy> {
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
  origin.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
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
  const taken = await listen(proxy, port, 'SIMULATOR_PROXY_PORT', reach.host);

  // The certificate alone: its key stays in memory.
  const folder = createTemporaryFolder();
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cert, { mode: 0o600 });
  return {
    url: `http://${new AllowedHosts(reach).nameInUrls}:${taken}`,
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
  const body = await readBody(request);
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const target = `https://${host}${request.url}`;
  if (!request.url?.startsWith('/') || !URL.canParse(target)) {
    response.writeHead(400).end('The path or the Host of the request is malformed.\n');
    return;
  }
  if (body === undefined) {
    response.writeHead(413).end('The request is too large for the local Twilio.\n');
    return;
  }
  const url = new URL(target);
  const { [webhookIdHeader]: webhookId, ...visible } = request.headers;
  try {
    const answer = await rest.handle({
      method: request.method ?? 'GET',
      host,
      path: url.pathname,
      query: readQuery(url.searchParams),
      ...readFields(body, request.headers['content-type']),
      headers: Object.fromEntries(Object.entries(visible).map(([name, value]) => [name, String(value)])),
      ...(webhookId !== undefined && { webhookId: Number(webhookId) }),
    });
    const { status, headers, wire } = answer;
    const isJson = typeof answer.body === 'object';
    const sent = headers ?? { 'Content-Type': isJson ? 'application/json' : 'text/html' };
    const text = typeof answer.body === 'object' ? JSON.stringify(answer.body) : answer.body;
    if (wire) return await corrupt(wire, { status, headers: sent, body: text }, request.socket, tcp());
    response.writeHead(status, sent);
    response.end(text);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    request.socket.destroy();
  }
}

/** @returns undefined for what is larger than any upload to Twilio; that is read, too, and dropped */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= bodyMaximum) chunks.push(chunk as Buffer);
  }
  return size <= bodyMaximum ? Buffer.concat(chunks) : undefined;
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
