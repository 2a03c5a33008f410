import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createNetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { AllowedHosts, type Reach } from '../../allowed-hosts';
import { listen } from '../../listen';
import { CertificateAuthority } from '../../network/certificates';
import { apiHost, isLoopback, isTwilioHost } from '../../network/hosts';
import { NetworkPolicy, type NetworkPolicyOptions } from '../../network/policy';
import { forwardPlain, openTunnel } from '../../network/tunnel';
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

/** A proxy that answers in Twilio's place, and reaches no other host that is not allowed. */
export interface RunningProxy {
  /** For `HTTP_PROXY`. */
  url: string;
  /** For `NODE_EXTRA_CA_CERTS`, which Node.js reads when a process starts. */
  caFile: string;
  /** The `host:port` of every connection that was refused. */
  escapes: string[];
  close(): Promise<void>;
}

export interface ProxyOptions extends NetworkPolicyOptions {
  /** 0 for any free port. */
  port: number;
  reach?: Reach;
}

/** The first byte of a TLS connection. */
const tlsHandshake = 0x16;

/**
 * Connects the unmodified SDK in another process to a stand-in for Twilio: a CONNECT proxy on this machine that
 * terminates TLS for `*.twilio.com` with its own certificate. It also takes TLS without CONNECT, for clients that use no
 * proxy, and plain requests with a whole URL, as some clients send even for `https`. Nothing is forwarded to Twilio.
 *
 * @throws an error that names the port when it is taken
 */
export async function startProxy(
  rest: RestHandler,
  { port, reach = {}, ...options }: ProxyOptions,
): Promise<RunningProxy> {
  const authority = await CertificateAuthority.create();
  const escapes: string[] = [];
  const policy = new NetworkPolicy({
    ...options,
    onRefused: (refusal) => {
      escapes.push(`${refusal.host}:${refusal.port}`);
      options.onRefused?.(refusal);
    },
  });
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };

  const answer = (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    serve(rest, { request, response, url }, () => tcpOf(request, sockets)).catch(() => response.destroy());
  };
  const origin = createTlsServer(
    { SNICallback: (host, done) => authority.contextFor(host).then((context) => done(null, context), done) },
    (request, response) => {
      const url = urlOf(request, 'https');
      if (!url) response.writeHead(400).end('The URL of the request is malformed.\n');
      else if (policy.check(url.hostname, 443, webhookIdOf(request))) response.destroy();
      else answer(request, response, url);
    },
  );
  origin.on('tlsClientError', (_error, socket) => socket.destroy());

  const proxy = createServer((request, response) => {
    const url = urlOf(request, 'http');
    const refuse = (status: number, text: string): void => void response.writeHead(status).end(`${text}\n`);
    if (!url) return refuse(400, 'The URL of the request is malformed.');
    if (isTwilioHost(url.hostname)) return answer(request, response, url);
    if (request.url?.startsWith('/'))
      return refuse(403, 'This is the proxy of the local Twilio: see npm run proxy-env.');
    if (!isOfThisMachine(request)) return refuse(403, otherMachine);
    const refusal = policy.check(url.hostname, portOf(url), webhookIdOf(request));
    if (refusal) return refuse(403, refusal.text);
    forwardPlain(request, response, url);
  });
  origin.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const target = /^(.+):(\d+)$/.exec(request.url ?? '');
    if (!target) return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    const [host, port] = [target[1] as string, Number(target[2])];
    const isOpen = isTwilioHost(host) || isOfThisMachine(request);
    const refused = isOpen ? policy.check(host, port, webhookIdOf(request))?.text : otherMachine;
    if (refused !== undefined) {
      const text = `${refused}\n`;
      const headers = `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close`;
      socket.end(`HTTP/1.1 403 Forbidden\r\n${headers}\r\n\r\n${text}`);
      return;
    }
    if (head.length > 0) socket.unshift(head);
    if (request.headers[askHeader] !== undefined) return void socket.end('HTTP/1.1 200 Allowed\r\n\r\n');
    if (!isTwilioHost(host)) return keep(openTunnel(socket, host, port));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    origin.emit('connection', socket);
  });
  proxy.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });

  const server = createNetServer((socket) => {
    keep(socket);
    // Each byte of a dripping answer is a packet of its own.
    socket.setNoDelay(true);
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === tlsHandshake ? origin : proxy).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  const taken = await listen(server, port, 'SIMULATOR_PROXY_PORT', reach.host);

  // The certificate alone: its key stays in memory.
  const folder = createTemporaryFolder();
  const caFile = join(folder, 'ca.pem');
  // Many clients take this file in place of their own list, and need that one for the hosts that are allowed.
  const others = options.open === undefined ? [] : rootCertificates;
  await writeFile(caFile, [authority.pem, ...others].join('\n'), { mode: 0o600 });
  return {
    url: `http://${new AllowedHosts(reach).nameInUrls}:${taken}`,
    caFile,
    escapes,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With this header, CONNECT only asks whether a host may be reached: see `confine-network.cjs`. */
const askHeader = 'x-local-twilio-ask';

/** Where the proxy listens for others too, they reach Twilio's API: nothing else of this machine or its network. */
const otherMachine = 'Only programs on this machine reach other hosts than those of Twilio.';

function isOfThisMachine({ socket }: IncomingMessage): boolean {
  return isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

/** @returns the URL of a request, which a client of a proxy sends whole; undefined if it is malformed */
function urlOf({ url = '/', headers }: IncomingMessage, scheme: 'http' | 'https'): URL | undefined {
  const text = url.startsWith('/') ? `${scheme}://${headers.host}${url}` : url;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

function webhookIdOf({ headers }: IncomingMessage): number | undefined {
  const id = headers[webhookIdHeader];
  return id === undefined ? undefined : Number(id);
}

async function serve(
  rest: RestHandler,
  { request, response, url }: { request: IncomingMessage; response: ServerResponse; url: URL },
  tcp: () => Socket | undefined,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413).end('The request is too large for the local Twilio.\n');
    return;
  }
  const { [webhookIdHeader]: _id, ...visible } = request.headers;
  const webhookId = webhookIdOf(request);
  try {
    const answer = await rest.handle({
      method: request.method ?? 'GET',
      host: apiHost(url.hostname),
      path: url.pathname,
      query: readQuery(url.searchParams),
      ...readFields(body, request.headers['content-type']),
      headers: Object.fromEntries(Object.entries(visible).map(([name, value]) => [name, String(value)])),
      ...(webhookId !== undefined && { webhookId }),
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
