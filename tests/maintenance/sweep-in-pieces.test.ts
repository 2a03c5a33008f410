import { endpoint } from '../../functions/maintenance/sweep';
import { serveEndpoint } from '../../lib/webhook/endpoint';
import { startJumpingClock } from '../support/clock';
import { routing } from '../support/data';
import { FakeTwilio, type TwilioAnswer, type TwilioRequest } from '../support/fake-twilio';
import { invoke } from '../support/invoke';

const key = 'a-key-of-cron-services-0123456789';
const ours = '+16465550190';
const count = 400;
const clock = startJumpingClock(Date.UTC(2026, 0, 1));
afterAll(() => void jest.useRealTimers());

let isHanging = false;

/** Twilio, 100 ms away; only Sync, while the rest hangs. */
class DistantTwilio extends FakeTwilio {
  override async handle(request: TwilioRequest): Promise<TwilioAnswer> {
    const isSync = request.path.includes('/Documents');
    await new Promise((resolve) => setTimeout(resolve, isHanging && !isSync ? 60_000 : 100));
    return super.handle(request);
  }
}

const twilio = new DistantTwilio();
const handler = serveEndpoint(endpoint);
const assets = {
  '/customers.json': JSON.stringify({ customers: [] }),
  '/routing.json': JSON.stringify(
    routing({ workers: [{ identity: 'alice' }], ownAddresses: [ours], routing: { defaultWorker: 'alice' } }),
  ),
};
const call = (fields: object = {}) =>
  invoke(
    handler,
    { ...fields, request: { headers: { authorization: `Bearer ${key}` } } },
    { twilio, clock, assets, env: { SWEEP_API_KEY: key } },
  );
const sidOf = (n: number): string => `CH${String(n).padStart(32, '0')}`;

/** A worker is in all conversations but each tenth. */
function addConversations(): void {
  twilio.addUser({ identity: 'alice' });
  for (let n = 0; n < count; n++) {
    const address = `+1212555${String(n).padStart(4, '0')}`;
    const isRouted = n % 10 !== 0;
    twilio.addConversation({ sid: sidOf(n) }, [
      { address, proxyAddress: ours },
      ...(isRouted ? [{ identity: 'alice' }] : []),
    ]);
    twilio.state.addMessage(sidOf(n), { author: address, body: 'Hello' }, { source: 'SDK', webhooks: false });
  }
}

describe('a sweep that takes longer than a request may', () => {
  it('goes on where the call before stopped, until all is done, each call within 8.5 s', async () => {
    addConversations();
    const answers: { done?: boolean; routed?: number; next?: string; failed?: number }[] = [];
    const lines: object[] = [];
    for (let calls = 1; answers.at(-1)?.done !== true; calls++) {
      expect(calls).toBeLessThan(15);
      const before = twilio.calls.length;
      const answer = await call();
      expect(answer.status).toBe(200);
      expect(answer.ms).toBeLessThan(8_500);
      // At most 20 a second, and a few for Sync.
      expect(twilio.calls.length - before).toBeLessThan(20 * 8.5);
      answers.push(answer.body as object);
      lines.push(...answer.lines);
    }
    expect(answers.length).toBeGreaterThan(2);
    expect(answers[0]).toMatchObject({ done: false, next: 'conversations' });
    expect(lines[0]).toMatchObject({ event: 'sweep', done: false, next: 'conversations' });
    expect(answers.map(({ failed }) => failed).every((failed) => failed === 0)).toBe(true);
    expect(answers.reduce((sum, { routed = 0 }) => sum + routed, 0)).toBe(count / 10);
    for (let n = 0; n < count; n++) expect(twilio.workers(sidOf(n))).toEqual(['alice']);
    // It does not look at the same conversations again and again.
    const looks = twilio.calls.filter(
      ({ path, method }) => method === 'GET' && path.endsWith('/Participants'),
    );
    expect(looks.length).toBeLessThan(count * 1.5);
  });

  it('is done sooner where it may send more requests a second', async () => {
    twilio.reset();
    addConversations();
    const before = twilio.calls.length;
    const answer = await call({ requestsPerSecond: '200' });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { routed: count / 10, failed: 0, next: 'starts' },
    ]);
    expect(answer.ms).toBeLessThan(8_500);
    expect((twilio.calls.length - before) / (answer.ms / 1_000)).toBeLessThan(200);
    expect((await call()).body).toMatchObject({ done: true, routed: 0 });
  });

  it('answers within 8.5 s, and keeps its place, while Twilio does not answer', async () => {
    const sid = sidOf(count);
    const address = '+12125559999';
    twilio.addConversation({ sid }, [{ address, proxyAddress: ours }]);
    twilio.state.addMessage(sid, { author: address, body: 'Hello' }, { source: 'SDK', webhooks: false });
    isHanging = true;
    const hung = await call();
    isHanging = false;
    expect([hung.status, hung.body]).toMatchObject([503, { code: 'twilio_unavailable' }]);
    expect(hung.ms).toBeLessThan(8_500);
    expect(hung.lines).toMatchObject([{ event: 'sweep', done: false, next: 'conversations', status: 503 }]);
    for (
      let calls = 1;
      (await call().then(({ body }) => body as { done?: boolean })).done !== true;
      calls++
    ) {
      expect(calls).toBeLessThan(15);
    }
    expect(twilio.workers(sid)).toEqual(['alice']);
  });
});
