import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { createGateway, Gateway } from '../../simulator/gateway';
import { freePort } from '../../simulator/listen';

const authToken = '0'.repeat(32);
interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Functions that keep what reaches them and answer as the test wants. */
let server: Server;
let target: string;
let received: Received[];
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
  answer = (response) => response.end('{}');
});

const access: Record<string, 'public' | 'protected' | 'private'> = {
  '/public': 'public',
  '/protected': 'protected',
  '/private.json': 'private',
};
const options = { authToken, target: async () => target, accessOf: (path: string) => access[path] };
const app = createGateway(options);
const form = 'application/x-www-form-urlencoded';
const post = (
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Response | Promise<Response> =>
  app.request(path, { method: 'POST', body, headers: { 'Content-Type': form, ...headers } });

describe('the gateway', () => {
  it.each<[string, string, RequestInit, number, string]>([
    ['another method', '/public', { method: 'PUT' }, 405, 'Method not allowed'],
    ['HEAD', '/public', { method: 'HEAD' }, 405, ''],
    ['what is not there', '/nothing', {}, 404, 'Resource not found'],
    ['a private resource', '/private.json', {}, 403, 'This resource is private'],
    ['no signature', '/protected', { method: 'POST' }, 403, 'X-Twilio-Signature is missing or wrong'],
    [
      'a body over 1 MB',
      '/public',
      { method: 'POST', body: 'x'.repeat(1024 * 1024) },
      413,
      'The request is larger than 1 MB',
    ],
    [
      'headers and body over 1 MB together',
      '/public',
      { method: 'POST', body: 'x'.repeat(1024 * 1024 - 100), headers: { 'X-Long': 'x'.repeat(100) } },
      413,
      'The request is larger than 1 MB',
    ],
    ['percent-encoding that is none', '/%', {}, 400, 'The path of the request is malformed'],
    ['percent-encoding of no UTF-8', '/%ff', {}, 400, 'The path of the request is malformed'],
    [
      'a POST that poses as a preflight',
      '/public',
      { method: 'POST', headers: { 'Access-Control-Request-Method': 'POST' } },
      403,
      'Only OPTIONS may have Access-Control-Request-Method',
    ],
    [
      'a GET that poses as a preflight',
      '/public',
      { headers: { 'Access-Control-Request-Method': 'POST' } },
      403,
      'Only OPTIONS may have Access-Control-Request-Method',
    ],
    [
      'a packed form',
      '/public',
      { method: 'POST', body: 'x', headers: { 'Content-Type': form, 'Content-Encoding': 'gzip' } },
      415,
      'Send forms and JSON as plain UTF-8',
    ],
    [
      'JSON in another charset',
      '/public',
      { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json; charset=utf-16' } },
      415,
      'Send forms and JSON as plain UTF-8',
    ],
  ])('refuses %s', async (_title, path, init, status, message) => {
    const response = await app.request(path, init);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(message);
    expect(received).toEqual([]);
  });

  it('lets a preflight through to a protected function, without a signature', async () => {
    const headers = { 'Access-Control-Request-Method': 'POST' };
    expect((await app.request('/protected', { method: 'OPTIONS', headers })).status).toBe(200);
    expect(received).toMatchObject([
      { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } },
    ]);
  });

  it('passes query, body and headers on as they came, and none of its own', async () => {
    await post('/public?a=%20b&a=c+d&empty', 'x=%e4&y=1%2B1', { 'X-Own': 'é', 'User-Agent': 'test' });
    expect(received).toEqual([
      {
        method: 'POST',
        url: '/public?a=%20b&a=c+d&empty',
        headers: {
          host: target.replace('http://', ''),
          connection: expect.any(String),
          'content-type': form,
          'content-length': '13',
          'user-agent': 'test',
          'x-own': 'é',
        },
        body: 'x=%e4&y=1%2B1',
      },
    ]);
  });

  it('passes answers back as they came: a redirect, cookies, an empty body, an error', async () => {
    answer = (response) =>
      response.writeHead(302, { Location: '/elsewhere', 'Set-Cookie': ['a=1', 'b=2'] }).end('moved');
    const redirect = await app.request('/public');
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get('location')).toBe('/elsewhere');
    expect(redirect.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await redirect.text()).toBe('moved');

    answer = (response) => response.writeHead(204).end();
    expect((await app.request('/public')).status).toBe(204);
    answer = (response) => response.writeHead(500).end('broken');
    const error = await app.request('/public');
    expect([error.status, await error.text()]).toEqual([500, 'broken']);
  });

  it('passes on the first part of an answer before the last is there', async () => {
    let open: ServerResponse | undefined;
    answer = (response) => {
      open = response;
      response.write('first');
    };
    const response = await app.request('/public');
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const read = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
    expect(await read()).toBe('first');
    open?.end('last');
    expect(await read()).toBe('last');
  });

  it('answers 502 when the functions cannot be reached, and 504 when they take too long', async () => {
    const none = createGateway({ ...options, target: async () => `http://127.0.0.1:${await freePort()}` });
    const unreachable = await none.request('/public');
    expect([unreachable.status, await unreachable.json()]).toEqual([
      502,
      { message: 'The functions cannot be reached' },
    ]);

    answer = () => undefined;
    const late = await createGateway({ ...options, timeLimitMs: 50 }).request('/public');
    expect([late.status, await late.json()]).toEqual([504, { message: 'Runtime application timed out' }]);
  });
});

describe('a field that would replace event.request', () => {
  it.each([
    ['request=1&a=1', 'a=1'],
    ['a=1&request[headers][authorization]=x&b=2', 'a=1&b=2'],
    ['request%5Bheaders%5D%5Borigin%5D=x', ''],
    ['%72equest[headers][origin]=x&a=1', 'a=1'],
    ['[request][headers][origin]=x&a=1', 'a=1'],
    ['request&a', 'a'],
    ['\ufeffrequest=1&a=1', 'a=1'],
    ['a=1&requested=2&Request=3&a[request]=4', 'a=1&requested=2&Request=3&a[request]=4'],
  ])('is taken out of the form %s, which leaves %s', async (given, left) => {
    expect((await post('/public', given)).status).toBe(200);
    expect(received).toMatchObject([{ body: left, headers: { 'content-length': String(left.length) } }]);
  });

  it.each([
    ['?request=1&a=%20b', '?a=%20b'],
    ['?a=1&request[headers][authorization]=x', '?a=1'],
    ['?request%5Bheaders%5D=x', ''],
    ['?%5Brequest%5D%5Bheaders%5D=x&a', '?a'],
    ['?a=request&requests=1', '?a=request&requests=1'],
  ])('is taken out of the query %s, which leaves %s', async (given, left) => {
    expect((await app.request(`/public${given}`)).status).toBe(200);
    expect(received).toMatchObject([{ url: `/public${left}` }]);
  });

  it.each([
    ['{"request":{"headers":{"origin":"x"}},"a":1}', '{"a":1}'],
    ['\ufeff{"request":1,"a":1}', '{"a":1}'],
    ['{ "a": { "request": 1 } }', '{ "a": { "request": 1 } }'],
    ['{"request":', '{"request":'],
  ])('is taken out of the JSON %s, which leaves %s', async (given, left) => {
    await post('/public', given, { 'Content-Type': 'Application/JSON; charset="UTF-8"' });
    expect(received).toMatchObject([{ body: left }]);
  });

  it('counts in the signature, and is taken out afterwards', async () => {
    const url = 'http://localhost/protected?request=1&a=1';
    const body = { Location: 'x', 'request[headers][origin]': 'y' };
    const signed = { 'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url, body) };
    expect((await post(url, new URLSearchParams(body).toString(), signed)).status).toBe(200);
    expect(received).toMatchObject([{ url: '/protected?a=1', body: 'Location=x' }]);
    expect((await post(url, 'Location=x', signed)).status).toBe(403);

    const json = '{"request":1,"a":1}';
    const hashed = `http://localhost/protected?bodySHA256=${getExpectedBodyHash(json)}`;
    const headers = {
      'Content-Type': 'application/json',
      'X-Twilio-Signature': getExpectedTwilioSignature(authToken, hashed, {}),
    };
    expect((await post(hashed, json, headers)).status).toBe(200);
    expect(received[1]?.body).toBe('{"a":1}');
    expect((await post(hashed, '{"a":1}', headers)).status).toBe(403);
  });
});

describe('the gateway on its port', () => {
  let port: number;
  let gateway: Gateway;
  beforeAll(async () => {
    port = await freePort();
    gateway = new Gateway({ ...options, port });
    await gateway.start();
  });
  afterAll(() => gateway.stop());

  /** Sends lines as they are, which `fetch` would correct. */
  const send = async (...lines: string[]): Promise<string> => {
    const socket = connect(port, 'localhost');
    socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  };

  it.each([
    'GET //',
    'POST //',
    'GET ///',
    'GET //[',
    'GET //example.com/public',
    'GET /%',
    'GET /%ff',
    'GET http://[',
    'OPTIONS *',
  ])('answers 400 to %s, and goes on', async (line) => {
    const text = await send(`${line} HTTP/1.1`, `Host: localhost:${port}`);
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(text).toContain('{"message":"The path of the request is malformed"}');
    expect(await send('GET /public HTTP/1.1', `Host: localhost:${port}`)).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each(['', 'Host: [', 'Host: a b', 'Host: example.com/x'])(
    'answers a request with "%s" once',
    async (host) => {
      const text = await send('GET /public HTTP/1.0', ...(host ? [host] : []));
      expect(text.match(/^HTTP\/1.1 (200|400) /gm)).toHaveLength(1);
    },
  );

  it('keeps the connection of a request that is too large', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (body: string) =>
      new Promise<{ status: number | undefined; reused: boolean }>((resolve, reject) => {
        const asked = request(`http://localhost:${port}/public`, { method: 'POST', agent }, (response) => {
          const reused = asked.reusedSocket;
          response.resume().once('end', () => resolve({ status: response.statusCode, reused }));
        });
        asked.once('error', reject).end(body);
      });
    expect(await ask('x'.repeat(2 * 1024 * 1024))).toEqual({ status: 413, reused: false });
    expect(await ask('x')).toEqual({ status: 200, reused: true });
    agent.destroy();
  });

  it('gives up on the functions when its client does', async () => {
    const reached = new Promise<ServerResponse>((resolve) => {
      answer = resolve;
    });
    const socket = connect(port, 'localhost');
    socket.write(`GET /public HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    const open = await reached;
    const closed = once(open, 'close');
    socket.destroy();
    await closed;
    expect(open.writableFinished).toBe(false);
  });

  it('breaks off an answer that the functions break off', async () => {
    // Hono's server prints why.
    jest.spyOn(console, 'error').mockImplementationOnce(() => undefined);
    answer = (response) => {
      response.writeHead(200, { 'Content-Length': '10' }).write('half');
      setTimeout(() => response.destroy(), 20);
    };
    const response = await fetch(`http://localhost:${port}/public`);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('a limit for requests at once', () => {
  it('answers 429 to those above it, and lets the next in when one has ended', async () => {
    const limited = createGateway({ ...options, concurrency: () => 1 });
    const waiting: ServerResponse[] = [];
    answer = (response) => waiting.push(response);
    const call = async () => limited.request('http://localhost/public');
    const first = call();
    while (waiting.length === 0) await new Promise(setImmediate);
    expect((await call()).status).toBe(429);
    waiting[0]?.end('{}');
    expect((await first).status).toBe(200);
    answer = (response) => response.end('{}');
    expect((await call()).status).toBe(200);
  });
});
