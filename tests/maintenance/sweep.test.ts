import { routing } from '../support/data';
import { type Running, runtimes, useRuntime } from '../support/runtimes';

const path = '/maintenance/sweep';
const key = 'a-key-of-cron-services-0123456789';
const ours = '+16465550190';
const workers = ['alice@example.com', 'bob@example.com'];
const data = routing({
  workers: workers.map((identity) => ({ identity })),
  ownAddresses: [ours],
  routing: { pool: workers },
});
const assets = {
  '/customers.json': JSON.stringify({ customers: [] }),
  '/routing.json': JSON.stringify(data),
};
const env = { SWEEP_API_KEY: key, OUTBOUND_API_KEY: 'the-key-of-outbound-starts-0123456789' };
const bearer = (given: string) => ({ headers: { Authorization: `Bearer ${given}` } });
const nothing = { routed: 0, closed: 0, finished: 0, unrouted: 0, failed: 0 };

function addInbound({ twilio }: Running, n: number): string {
  const sid = `CH${String(n).padStart(32, '0')}`;
  const address = `+1212555${String(n).padStart(4, '0')}`;
  twilio.addConversation({ sid }, [{ address, proxyAddress: ours }]);
  twilio.state.addMessage(sid, { author: address, body: 'Hello' }, { source: 'SDK', webhooks: false });
  return sid;
}

describe.each(runtimes)('the sweep of cron services, $name', (runtime) => {
  const running = useRuntime(runtime, { env, assets });
  beforeEach(() => running.twilio.reset());

  it('routes what has no worker, and finds nothing to do when it is called again', async () => {
    const sids = [addInbound(running, 1), addInbound(running, 2)];
    const first = await running.call(path, {}, bearer(key));
    expect([first.status, first.body]).toEqual([200, { done: true, ...nothing, routed: 2 }]);
    for (const sid of sids) expect(running.twilio.workers(sid)).toHaveLength(1);
    expect(first.lines).toEqual([
      {
        level: 'info',
        event: 'sweep',
        done: true,
        ...nothing,
        routed: 2,
        status: 200,
        ms: expect.any(Number),
      },
    ]);
    const second = await running.call(path, {}, bearer(key));
    expect([second.status, second.body]).toEqual([200, { done: true, ...nothing }]);
    expect(running.escapes).toEqual([]);
  });

  it.each([
    ['no key', {}, 'no_credentials'],
    ['another key', bearer('x'.repeat(32)), 'wrong_api_key'],
    ['the key of outbound starts', bearer(env.OUTBOUND_API_KEY), 'wrong_api_key'],
    ['a key that is no bearer', { headers: { Authorization: `Basic ${key}` } }, 'authorization_is_no_bearer'],
  ])('refuses %s', async (_title, options, reason) => {
    addInbound(running, 1);
    const answer = await running.call(path, {}, options);
    expect([answer.status, answer.body]).toEqual([401, { code: 'unauthorized', message: 'Not authorized.' }]);
    expect(answer.lines).toMatchObject([{ error: 'unauthorized', reason }]);
    expect(answer.calls).toEqual([]);
  });

  it('refuses every key where the configured one is too short', async () => {
    await running.setEnv({ SWEEP_API_KEY: 'short' });
    const answer = await running.call(path, {}, bearer('short'));
    expect(answer.lines).toMatchObject([{ error: 'unauthorized', reason: 'no_api_key_configured' }]);
    await running.setEnv({});
  });

  it('closes what is older than asked for, and refuses an age that is none', async () => {
    const sid = addInbound(running, 1);
    const [message] = running.twilio.state.messages(sid);
    if (message) message.date_created = '2020-01-01T00:00:00Z';
    const odd = await running.call(path, { closeOlderThan: '0d' }, bearer(key));
    expect([odd.status, odd.body]).toMatchObject([400, { code: 'invalid_event' }]);
    const answer = await running.call(path, { closeOlderThan: '30d' }, bearer(key));
    expect([answer.status, answer.body]).toEqual([200, { done: true, ...nothing, closed: 1 }]);
    expect(running.twilio.state.conversation(sid).state).toBe('closed');
  });

  it.each(['0', '1000', '20.5', 'many'])('refuses %s requests a second', async (requestsPerSecond) => {
    const answer = await running.call(path, { requestsPerSecond }, bearer(key));
    expect([answer.status, answer.body, answer.calls]).toMatchObject([400, { code: 'invalid_event' }, []]);
  });

  it('routes nothing where the data says so', async () => {
    const sid = addInbound(running, 1);
    const off = { ...data, routing: { ...data.routing, sweep: false } };
    await running.setData({ '/routing.json': JSON.stringify(off) });
    const answer = await running.call(path, {}, bearer(key));
    expect([answer.status, answer.body]).toEqual([200, { done: true, ...nothing }]);
    expect(answer.lines).toMatchObject([{ notSwept: 'routing.sweep is false' }]);
    expect(running.twilio.workers(sid)).toEqual([]);
    await running.setData({});
  });
});
