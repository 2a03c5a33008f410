import { customer, routing } from '../support/data';
import { type Running, runtimes, useRuntime } from '../support/runtimes';
import { ada, apiKey, ours, sids } from './virtual-flex';

const path = '/flex/outbound-message';
const sms = { channel: 'sms', to: '+12125550101', body: 'Hello Ada' };
const data = {
  '/customers.json': JSON.stringify({ customers: [ada, customer({ customer_id: '1002' })] }),
  '/routing.json': JSON.stringify(
    routing({
      ownAddresses: ['+16465550190'],
      proxyAddresses: { defaults: ours },
      flex: { roles: ['agent'], origins: ['https://flex.twilio.com'] },
    }),
  ),
};
const env = {
  OUTBOUND_API_KEY: apiKey,
  FLEX_WORKSPACE_SID: `WS${'1'.padStart(32, '0')}`,
  FLEX_WORKFLOW_SID: `WW${'1'.padStart(32, '0')}`,
  FLEX_QUEUE_SID: `WQ${'1'.padStart(32, '0')}`,
};

describe.each(runtimes)('an outbound start, $name', (runtime) => {
  const running = useRuntime(runtime, { env, assets: data });
  beforeEach(() => {
    running.twilio.reset();
    running.twilio.rest.taskRouter.putWorker('alice@example.com');
  });
  const token = (options = {}): string => running.twilio.rest.flexTokens.issue('alice@example.com', options);
  const messages = (): unknown[] => {
    const { state } = running.twilio;
    return state
      .conversations()
      .flatMap(({ sid }) => state.messages(sid))
      .map((message) => ({ ...message, ...state.detailsOf(message) }));
  };

  it('creates an interaction and sends one message for an agent', async () => {
    const answer = await running.call(path, {}, { json: { ...sms, Token: token() } });
    expect([answer.status, answer.body]).toEqual([201, sids]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.lines).toHaveLength(1);
    expect(messages()).toMatchObject([{ author: 'alice_40example_2Ecom', body: 'Hello Ada' }]);
    expect(running.twilio.writes.map(({ host }) => host)).toEqual([
      'iam.twilio.com',
      'sync.twilio.com',
      'flex-api.twilio.com',
      'conversations.twilio.com',
    ]);
    expect(running.escapes).toEqual([]);
  });

  it('accepts a form from a server', async () => {
    const fields = {
      channel: 'email',
      customerId: '1001',
      subject: 'Your order',
      body: 'It is on its way.',
      worker: 'alice@example.com',
      idempotencyKey: 'order-7',
    };
    const headers = { authorization: `Bearer ${apiKey}` };
    const first = await running.call(path, fields, { headers });
    expect([first.status, first.body]).toEqual([201, sids]);
    const again = await running.call(path, fields, { headers });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(messages()).toMatchObject([{ subject: 'Your order', body: 'It is on its way.' }]);
  });

  it('ends in one interaction and one message when it comes ten times at once with one key', async () => {
    const json = { ...sms, idempotencyKey: 'ten-at-once', Token: token() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => running.call(path, {}, { json })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(9);
    expect(messages()).toHaveLength(1);
    expect(running.twilio.rest.flex.interactions()).toHaveLength(1);
  });

  it.each([
    ['nothing', () => ({}), 401, 'unauthorized'],
    ['a token that nobody issued', () => ({ Token: 'eyJhbGciOiJkaXIifQ..a.b.c' }), 401, 'unauthorized'],
    ['a token that has expired', () => ({ Token: token({ lifeMs: -1 }) }), 401, 'unauthorized'],
    [
      'a token of another account',
      () => ({ Token: token({ accountSid: `AC${'2'.repeat(32)}` }) }),
      401,
      'unauthorized',
    ],
    ['a token without the role', () => ({ Token: token({ roles: ['wfo.agent'] }) }), 403, 'forbidden'],
  ])('changes nothing with %s', async (_title, credentials, status, code) => {
    const answer = await running.call(path, {}, { json: { ...sms, ...credentials() } });
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([status, code]);
    expect(running.twilio.writes.filter(({ host }) => host !== 'iam.twilio.com')).toEqual([]);
  });

  it('answers 503 when Twilio cannot validate a token, and does not refuse the token', async () => {
    running.twilio.fail({ host: 'iam.twilio.com' }, { status: 503, body: '<h1>Service Unavailable</h1>' });
    const answer = await running.call(path, {}, { json: { ...sms, Token: token() } });
    expect([answer.status, answer.body]).toMatchObject([503, { code: 'twilio_unavailable' }]);
  });

  it('answers 403 to a page that is not listed', async () => {
    const headers = { origin: 'https://example.com' };
    const answer = await running.call(path, {}, { json: { ...sms, Token: token() }, headers });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect(running.twilio.calls).toEqual([]);
  });

  it('allows only listed pages in a preflight', async () => {
    const ask = (origin: string): ReturnType<Running['call']> =>
      running.call(
        path,
        {},
        { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } },
      );
    // The development runtime answers preflights itself, with a wildcard, as the cloud is said to do too.
    if (runtime.name.includes('/dev'))
      return expect((await ask('https://flex.twilio.com')).status).toBeLessThan(300);
    const allowed = await ask('https://flex.twilio.com');
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([
      204,
      'https://flex.twilio.com',
    ]);
    const other = await ask('https://example.com');
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([204, undefined]);
  });

  it.each([
    ['another type in every field', { channel: 1, to: [], body: {}, idempotencyKey: true, onActive: null }],
    ['what looks like a prototype', JSON.parse('{"__proto__":{"channel":"sms"},"constructor":1}')],
    ['a text that no phone can show', { ...sms, body: '\u0000\ud800'.repeat(900) }],
    ['a name that leads elsewhere', { ...sms, to: undefined, customerId: '../../etc/passwd' }],
    [
      'what the edge alone may say',
      { ...sms, to: '1', request: { headers: {} }, TokenResult: { roles: ['admin'] } },
    ],
  ])('refuses a hostile body and changes nothing: %s', async (_title, body) => {
    const answer = await running.call(path, {}, { json: { Token: token(), ...body } });
    expect([400, 401, 404, 415]).toContain(answer.status);
    expect(running.twilio.writes.filter(({ host }) => host !== 'iam.twilio.com')).toEqual([]);
    expect(JSON.stringify(answer.lines)).not.toMatch(/passwd|local-flex-token|2125550101/);
  });
});
