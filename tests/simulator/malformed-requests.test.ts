import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { deployOneFunction } from './deploy-one-function';
import { type RunningLocal, startLocal } from './local';

let running: RunningLocal;
let deployed: string;
beforeAll(async () => {
  running = await startLocal();
  deployed = await deployOneFunction(running.local.rest.serverless);
});
afterAll(() => running.stop());

const servers: Record<string, () => string> = {
  gateway: () => running.functions,
  'control server': () => running.console,
  'deployed hosting': () => `http://${deployed}`,
  proxy: () => running.local.snapshot().urls.proxy,
};

/** Everything that comes back until the server closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

async function send(url: string, lines: string[]): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  return readAll(socket);
}

/** As the SDK does it: through the proxy, and then by TLS. */
async function sendToTwilio(lines: string[]): Promise<string> {
  const { port, hostname } = new URL(running.local.snapshot().urls.proxy);
  const tcp = connect(Number(port), hostname);
  tcp.write('CONNECT api.twilio.com:443 HTTP/1.1\r\nHost: api.twilio.com\r\n\r\n');
  await once(tcp, 'data');
  const socket = connectTls({ socket: tcp, servername: 'api.twilio.com', rejectUnauthorized: false });
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  return readAll(socket);
}

const host = 'Host: localhost';
const malformed: [string, string[]][] = [
  ...[
    'GET //',
    'POST ///',
    'GET //[',
    'GET //example.com/x',
    'GET /\\',
    'GET /%',
    'GET /%ff',
    'GET http://[',
    'GET http://',
    'GET *',
    'OPTIONS *',
    'CONNECT *',
    'CONNECT example.com:443',
    'CONNECT //',
    'GET /a b',
    'GARBAGE',
    'TRACE /nothing',
  ].map((line): [string, string[]] => [line, [`${line} HTTP/1.1`, host]]),
  ['no Host', ['GET /nothing HTTP/1.1']],
  ['a Host that is none', ['GET /nothing HTTP/1.1', 'Host: [']],
  ['a Host of two words', ['GET /nothing HTTP/1.1', 'Host: a b']],
  ['an upgrade', ['GET /nothing HTTP/1.1', host, 'Upgrade: websocket']],
  ['long headers', ['GET /nothing HTTP/1.1', host, `X-Long: ${'x'.repeat(200_000)}`]],
  ['a Content-Length that is none', ['POST /nothing HTTP/1.1', host, 'Content-Length: x']],
  ['a strange Expect', ['POST /nothing HTTP/1.1', host, 'Expect: strange']],
];

describe.each(Object.keys(servers))('the %s', (name) => {
  it.each(malformed)('answers %s with 4xx, and goes on', async (_title, lines) => {
    const url = servers[name]?.() ?? '';
    expect(await send(url, lines)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await send(url, ['GET /nothing HTTP/1.1', host])).toMatch(/^HTTP\/1\.1 40[34] /);
  });
});

describe('Twilio, behind the proxy', () => {
  it.each(malformed)('answers %s with 4xx, and goes on', async (_title, lines) => {
    expect(await sendToTwilio(lines)).toMatch(/^HTTP\/1\.1 4\d\d /);
    const alive = await sendToTwilio(['GET /nothing HTTP/1.1', 'Host: api.twilio.com']);
    expect(alive).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('answers 413 to more than 32 MB', async () => {
    const { port, hostname } = new URL(running.local.snapshot().urls.proxy);
    const tcp = connect(Number(port), hostname);
    tcp.write('CONNECT api.twilio.com:443 HTTP/1.1\r\nHost: api.twilio.com\r\n\r\n');
    await once(tcp, 'data');
    const socket = connectTls({ socket: tcp, servername: 'api.twilio.com', rejectUnauthorized: false });
    const size = 32 * 1024 * 1024 + 1;
    socket.write(
      `POST /x HTTP/1.1\r\nHost: api.twilio.com\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`,
    );
    socket.end(Buffer.alloc(size));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 413 /);
  });
});

it('has answered all of it without the end of a process, and still routes', async () => {
  const result = await running.local.actions.runScenario('known-customer');
  expect(result.failures).toEqual([]);
  expect(running.output.join('\n')).not.toContain('ended by itself');
});
