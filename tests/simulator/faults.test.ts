import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import twilio, { type Twilio } from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient';
import { type RunningProxy, startProxy } from '../../simulator/twilio/http/proxy';
import { accountSid, authToken, FakeTwilio, type Fault, faults } from '../support/fake-twilio';
import { createGetTwilioClient } from '../support/in-process-client';

/** A way through a proxy which ends TLS itself, with a certificate that this process was not started with. */
class ProxyAgent extends HttpsProxyAgent {
  readonly #ca: Buffer;

  constructor({ url, caFile }: RunningProxy) {
    super(url);
    this.#ca = readFileSync(caFile);
  }

  override callback(...[request, options]: Parameters<HttpsProxyAgent['callback']>): Promise<Socket> {
    return super.callback(request, { ...options, ca: this.#ca } as typeof options);
  }
}

const conversation = `CH${'0'.repeat(31)}1`;
const timeout = 300;
const fake = new FakeTwilio();
let proxy: RunningProxy;
let overTheWire: Twilio;

beforeAll(async () => {
  proxy = await startProxy(fake, { port: 0 });
  const httpClient = new RequestClient({ timeout });
  httpClient.axios.defaults.httpsAgent = new ProxyAgent(proxy);
  overTheWire = twilio(accountSid, authToken, { httpClient });
});
beforeEach(() => {
  fake.reset();
  fake.addConversation({ sid: conversation });
});
afterAll(() => proxy.close());

const inProcess = createGetTwilioClient(fake, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken })({
  timeout,
});
const clients: [string, () => Twilio][] = [
  ['over the wire', () => overTheWire],
  ['in process', () => inProcess],
];

const participants = (client: Twilio) => client.conversations.v1.conversations(conversation).participants;
/** What the SDK throws, as far as anybody can judge by it; `undefined` when it throws nothing. */
const thrown = async (work: Promise<unknown>): Promise<object | undefined> =>
  work.then(
    () => undefined,
    ({ name, code, status, message, response }) => ({
      name,
      ...(code !== undefined && { code }),
      ...(status !== undefined && { status }),
      message,
      ...(response && { response: [response.status, response.data] }),
    }),
  );

const aborted = (status: number) => ({
  name: 'AxiosError',
  code: 'ERR_BAD_RESPONSE',
  status,
  message: 'stream has been aborted',
  response: [status, undefined],
});
const torn = { name: 'Error', code: 'ECONNRESET', message: 'socket hang up' };
const reset = { name: 'Error', code: 'ECONNRESET', message: 'read ECONNRESET' };
const badLength = {
  name: 'Error',
  code: 'HPE_INVALID_CONSTANT',
  message: 'Parse Error: Expected HTTP/, RTSP/ or ICE/',
};
const silent = { name: 'AxiosError', code: 'ECONNABORTED', message: `timeout of ${timeout}ms exceeded` };
const noJson = { name: 'SyntaxError', message: expect.any(String) };
const noTwilioError = (status: number) => ({
  name: 'Error',
  status,
  message: `[HTTP ${status}] Failed to execute request`,
});

describe.each(clients)('the SDK, %s,', (_how, client) => {
  it.each<[string, Fault, object, object]>([
    ['a body cut by FIN', { cut: 5 }, aborted(200), aborted(201)],
    ['a body cut before its first byte', { cut: 0 }, aborted(200), aborted(201)],
    ['a body cut by RST', { cut: 5, end: 'RST' }, reset, reset],
    ['headers cut by FIN', { cut: 20, in: 'headers' }, torn, torn],
    ['headers cut by RST', { cut: 20, in: 'headers', end: 'RST' }, reset, reset],
    ['a length that is too long', { contentLength: 10 }, aborted(200), aborted(201)],
    ['a length that is too short', { contentLength: -10 }, badLength, badLength],
    ['an answer slower than the time-out', { drip: 2 * timeout }, silent, silent],
    ['an empty body', { body: '' }, noJson, noJson],
    ['garbage', { body: '<html>' }, noJson, noJson],
    ['a gateway’s 404', { status: 404, body: '<html>' }, noTwilioError(404), noTwilioError(404)],
    [
      'a 409 without Twilio’s code',
      { status: 409, body: '{"message":"no"}' },
      { name: 'Error', status: 409, message: 'no' },
      { name: 'Error', status: 409, message: 'no' },
    ],
    ['a reset connection', faults.reset, torn, torn],
  ])('gets the same error for a fault: %s', async (_name, fault, onList, onCreate) => {
    const list = () => participants(client()).list();
    const create = () => participants(client()).create({ identity: 'alice' });
    fake.fail({}, fault, 1);
    expect(await thrown(list())).toEqual(onList);
    fake.fail({}, fault, 1);
    expect(await thrown(create())).toEqual(onCreate);
    expect(fake.workers(conversation)).toEqual([]);
    fake.fail({}, { ...fault, after: true }, 1);
    expect(await thrown(create())).toEqual(onCreate);
    expect(fake.workers(conversation)).toEqual(['alice']);
    expect(await thrown(list())).toBeUndefined();
  });

  it.each<[string, Fault, object | undefined]>([
    ['cut in its headers by FIN', { cut: 20, after: true }, torn],
    ['cut in its headers by RST', { cut: 20, end: 'RST', after: true }, reset],
    ['of a wrong length, which nobody reads', { contentLength: 10, after: true }, undefined],
  ])('gets an answer without a body that is %s', async (_name, fault, error) => {
    fake.addParticipant(conversation, { identity: 'alice' });
    fake.fail({ method: 'DELETE' }, fault, 1);
    expect(await thrown(participants(client())('alice').remove())).toEqual(error);
    expect(fake.workers(conversation)).toEqual([]);
  });

  it('ends an answer that drips by a signal, and not by its time-out', async () => {
    fake.fail({}, { drip: timeout / 3 }, 1);
    const { axios } = client().httpClient as RequestClient;
    const calling = new AbortController();
    const url = `https://conversations.twilio.com/v1/Conversations/${conversation}/Participants`;
    const auth = { username: accountSid, password: authToken };
    const failed = thrown(axios.get(url, { auth, proxy: false, timeout, signal: calling.signal }));
    const first = await Promise.race([failed, new Promise((done) => setTimeout(done, 2 * timeout, 'drips'))]);
    calling.abort();
    expect([first, await failed]).toEqual([
      'drips',
      { name: 'CanceledError', code: 'ERR_CANCELED', message: 'canceled' },
    ]);
  });

  it('gets the whole of an answer that drips fast', async () => {
    fake.fail({}, { drip: 0 }, 1);
    expect(await participants(client()).list()).toEqual([]);
  });

  it('gets the headers of a status', async () => {
    fake.fail({}, { ...faults.tooManyRequests, headers: { 'Retry-After': '2' } }, 1);
    const uri = `https://conversations.twilio.com/v1/Conversations/${conversation}`;
    const answer = await client().request({ method: 'get', uri, logLevel: '' });
    const retryAfter = Object.entries(answer.headers).find(([name]) => name.toLowerCase() === 'retry-after');
    expect([answer.statusCode, retryAfter?.[1]]).toEqual([429, '2']);
  });

  it.each<[string, Fault, object]>([
    ['an error', { ...faults.serverError, later: 300 }, { status: 500, code: 20500 }],
    ['a reset connection', { ...faults.reset, later: 300 }, torn],
    ['a cut body', { cut: 5, later: 300 }, aborted(201)],
  ])('gets an error after the work is done: %s', async (_name, fault, error) => {
    fake.fail({}, fault, 1);
    expect(await thrown(participants(client()).create({ identity: 'alice' }))).toMatchObject(error);
    expect(fake.workers(conversation)).toEqual([]);
    while (fake.workers(conversation).length === 0) await new Promise((done) => setTimeout(done, 20));
    expect(fake.workers(conversation)).toEqual(['alice']);
  });
});
