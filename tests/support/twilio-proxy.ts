import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { generate } from 'selfsigned';
import { ConnectionReset, type FakeTwilio } from './fake-twilio';

/** A proxy behind which there is no internet, only the fake. */
export interface TwilioProxy {
  /** For `HTTP_PROXY`. */
  url: string;
  /** For `NODE_EXTRA_CA_CERTS`, which Node reads once, when a process starts. */
  caFile: string;
  /** The `host:port` of every request that was not for Twilio. */
  escapes: string[];
  close(): Promise<void>;
}

/**
 * Serves a fake Twilio to the unmodified SDK of another process: a CONNECT proxy on the loopback interface that ends TLS
 * for `*.twilio.com` itself, with a certificate of its own.
 */
export async function startTwilioProxy(fake: FakeTwilio): Promise<TwilioProxy> {
  const { cert, key } = await certificate();
  const folder = await mkdtemp(join(tmpdir(), 'twilio-proxy-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cert);

  const escapes: string[] = [];
  const sockets = new Set<Duplex>();
  const origin = createTlsServer({ cert, key }, (request, response) => {
    serve(fake, request, response).catch(() => response.destroy());
  });
  const proxy = createServer((request, response) => {
    escapes.push(request.headers.host ?? String(request.url));
    response.writeHead(403).end();
  });
  proxy.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
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
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject);
    proxy.listen(0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
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

async function serve(fake: FakeTwilio, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const url = new URL(request.url ?? '/', `https://${host}`);
  try {
    const { status, body } = await fake.handle({
      method: request.method ?? 'GET',
      host,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      authorization: request.headers.authorization,
    });
    const isJson = typeof body === 'object';
    response.writeHead(status, { 'content-type': isJson ? 'application/json' : 'text/html' });
    response.end(isJson ? JSON.stringify(body) : body);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    request.socket.destroy();
  }
}

let made: Promise<{ cert: string; key: string }> | undefined;

/** One certificate for all proxies of a process; it is its own authority. */
function certificate(): Promise<{ cert: string; key: string }> {
  made ??= generate([{ name: 'commonName', value: 'Fake Twilio' }], {
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
