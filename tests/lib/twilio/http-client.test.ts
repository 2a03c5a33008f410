import { createServer, type Server, type Socket } from 'node:net';
import twilio, { type Twilio } from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient';
import { deadlineIn, openTwilio } from '../../../lib/twilio/api';
import { boundHttpClient, RequestFailure } from '../../../lib/twilio/http-client';
import { twilioPlatform } from '../../../lib/webhook/platform';

/** A server below HTTP: what it does with the socket is up to the test. */
async function rawServer(answer: (socket: Socket) => void): Promise<{ uri: string; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { uri: `http://127.0.0.1:${port}/`, server };
}

const { timer } = twilioPlatform;
const head = (status: string, length: number, more = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;
const body = '{"participants":[],"meta":{}}';
const error = (code: number): string => JSON.stringify({ code, message: 'no', more_info: '', status: 0 });
const whole = (status: string, text: string, more = ''): string => head(status, text.length, more) + text;

describe('a request, on the wire', () => {
  const send = async (
    answer: (socket: Socket) => void,
    method = 'get',
    limitMs = 2_000,
  ): Promise<unknown> => {
    const { uri, server } = await rawServer(answer);
    const client = boundHttpClient(new RequestClient({ keepAlive: false }), {
      deadline: { remaining: () => 9_000 },
      timer,
      limitMs,
    });
    try {
      const { statusCode } = await client.request({ method: method as 'get', uri });
      return statusCode;
    } catch (failure) {
      if (!(failure instanceof RequestFailure)) throw failure;
      const { status, code, retryAfterMs } = failure;
      return { status, code, retryAfterMs };
    } finally {
      server.close();
    }
  };
  const end = (text: string) => (socket: Socket) => void socket.end(text);
  const open = { status: undefined, retryAfterMs: undefined };

  it.each<[string, (socket: Socket) => void, unknown]>([
    ['succeeds', end(whole('200 OK', body)), 200],
    [
      'is left open by an answer that ends in its middle',
      end(whole('200 OK', body).slice(0, -5)),
      { ...open, code: expect.any(String) },
    ],
    [
      'fails without a status where the answer is reset in the middle',
      (socket) => socket.write(whole('200 OK', body).slice(0, -5), () => socket.resetAndDestroy()),
      { ...open, code: expect.any(String) },
    ],
    [
      'fails without a status where the headers end in the middle',
      end('HTTP/1.1 200 OK\r\nContent-Ty'),
      { ...open, code: expect.any(String) },
    ],
    [
      'fails without a status where a 4xx ends in the middle',
      end(whole('409 Conflict', error(50433)).slice(0, -5)),
      { ...open, code: expect.any(String) },
    ],
    [
      'fails without a status where a success is empty',
      end(whole('200 OK', '')),
      { ...open, code: 'UNEXPECTED_RESPONSE' },
    ],
    [
      'fails without a status where a success is a page',
      end(whole('200 OK', '<html></html>')),
      { ...open, code: 'UNEXPECTED_RESPONSE' },
    ],
    [
      'fails without a status where a success is a list',
      end(whole('200 OK', '[]')),
      { ...open, code: 'UNEXPECTED_RESPONSE' },
    ],
    [
      'fails without a status where the length is wrong',
      end(head('200 OK', 10) + body),
      { ...open, code: expect.any(String) },
    ],
    [
      'fails without a status where the answer is garbage',
      end('nonsense\r\n\r\n'),
      { ...open, code: expect.any(String) },
    ],
    [
      "fails with Twilio's status and code",
      end(whole('409 Conflict', error(50433))),
      { status: 409, code: 50433, retryAfterMs: undefined },
    ],
    [
      'fails with the status and no code where an error is a page',
      end(whole('404 Not Found', '<html></html>')),
      { status: 404, code: undefined, retryAfterMs: undefined },
    ],
    [
      'fails with the time that Retry-After asks for',
      end(whole('429 Too Many Requests', error(20429), 'Retry-After: 3\r\n')),
      { status: 429, code: 20429, retryAfterMs: 3_000 },
    ],
  ])('%s', async (_title, answer, expected) => {
    expect(await send(answer)).toEqual(expected);
  });

  it('succeeds without a body where something is deleted', async () => {
    expect(await send(end('HTTP/1.1 204 No Content\r\n\r\n'), 'delete')).toBe(204);
  });

  it('is cut off by a hard clock while bytes still arrive, and lets the connection go', async () => {
    const closed = new Promise((resolve) => {
      const drip = (socket: Socket): void => {
        socket.write(head('200 OK', 10_000));
        const drop = setInterval(() => socket.write(' '), 20);
        socket.on('close', () => {
          clearInterval(drop);
          resolve('closed');
        });
      };
      void expect(send(drip, 'get', 200)).resolves.toEqual({ ...open, code: 'TIMEOUT' });
    });
    expect(await closed).toBe('closed');
  });
});

describe('a client that the runtime keeps between events', () => {
  it('gives each event its own time, and stays as it is', async () => {
    const timeouts: unknown[] = [];
    const httpClient = {
      request: async (options: { timeout?: number }) => {
        timeouts.push(options.timeout);
        return { statusCode: 200, body: { is_available: true } };
      },
    } as unknown as RequestClient;
    const kept = twilio(`AC${'0'.repeat(32)}`, '0'.repeat(32), { httpClient });
    const before = [kept.request, kept.httpClient];
    // Its domains are made once, and would go on using the client that they were made with.
    const ask = (client: Twilio): Promise<unknown> => client.frontlineApi.v1.users('alice').fetch();
    await ask(kept);

    let time = 0;
    const event = (budgetMs: number) =>
      openTwilio(() => kept, {
        deadline: deadlineIn(budgetMs, () => time),
        sleep: async () => undefined,
        random: () => 0,
        timer,
      });
    const first = event(4_000);
    for (time of [0, 2_000, 3_000, 5_000]) await ask(first.client);
    time = 0;
    await ask(event(1_000).client);
    await ask(first.withRequestLimit(700).client);
    await ask(kept);
    expect(timeouts).toEqual([undefined, 2_500, 2_000, 1_000, 1, 1_000, 700, undefined]);
    expect([kept.request, kept.httpClient]).toEqual(before);
  });
});
