import fc from 'fast-check';
import type { OutboundContext } from '../../lib/outbound/context';
import { type StartCounter, startCounter } from '../../lib/outbound/limits';
import { openTwilio } from '../../lib/twilio/api';
import {
  accountSid,
  authToken,
  FakeTwilio,
  type TwilioAnswer,
  type TwilioRequest,
} from '../support/fake-twilio';
import { createGetTwilioClient } from '../support/in-process-client';

/** Twilio, which takes requests in an order of its own. */
class ReorderingTwilio extends FakeTwilio {
  scheduler: fc.Scheduler | undefined;

  override handle(request: TwilioRequest): Promise<TwilioAnswer> {
    const handle = (): Promise<TwilioAnswer> => super.handle(request);
    return this.scheduler ? this.scheduler.schedule(Promise.resolve()).then(handle) : handle();
  }
}

let twilio: ReorderingTwilio;
let now: number;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  open();
});
function open(scheduler?: fc.Scheduler): void {
  twilio = new ReorderingTwilio();
  twilio.scheduler = scheduler;
  twilio.rest.sync.now = () => now;
}

const counters = (): unknown[] => twilio.rest.sync.documents().map(({ data }) => data);

describe('a start that is counted', () => {
  it('is taken back once, and only in its own hour', async () => {
    const counter = counterOf({ agent: { most: 2, strict: true } });
    const first = await counter.count();
    const second = await counter.count();
    await expect(counter.count()).rejects.toMatchObject({ status: 429, code: 'too_many_starts' });
    await counter.release(second);
    expect(counters()).toEqual([expect.objectContaining({ count: 1 })]);
    now += 3_600_000;
    await counter.count();
    await counter.release(first);
    expect(counters()).toEqual([expect.objectContaining({ count: 1 })]);
  });

  it('counts once in whatever order the requests of many arrive, and those taken back make room', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
        async (scheduler, most, starts) => {
          open(scheduler);
          const counter = counterOf({ agent: { most, strict: true } });
          const work = starts.map(async (isTakenBack) => {
            const counted = await counter.count().catch((error: unknown) => {
              expect(error).toMatchObject({ code: 'too_many_starts' });
              return undefined;
            });
            if (counted && isTakenBack) await counter.release(counted);
            return counted !== undefined && !isTakenBack;
          });
          await scheduler.waitFor(Promise.all(work));
          const kept = (await Promise.all(work)).filter(Boolean).length;
          expect(kept).toBeLessThanOrEqual(most);
          if (!starts.includes(true)) expect(kept).toBe(Math.min(most, starts.length));
          expect(counters()).toEqual([expect.objectContaining({ count: kept })]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is none where there is no limit', async () => {
    const counter = counterOf({});
    const counted = await counter.count();
    expect(counted).toBeUndefined();
    await counter.release(counted);
    expect(counters()).toEqual([]);
  });
});

/** A Flex worker's counter. */
function counterOf(limits: Parameters<typeof startCounter>[1]): StartCounter {
  const getClient = createGetTwilioClient(twilio, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken });
  const api = openTwilio(getClient, {
    deadline: { remaining: () => 5_000 },
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    timer: () => ({ done: new Promise<void>(() => {}), clear: () => {} }),
  });
  const context: OutboundContext = {
    caller: { kind: 'agent', workerSid: 'WK1', identity: 'alice', name: 'alice@example.com' },
    twilio: () => api,
    sync: () => api.client.sync.v1.services('default'),
    date: () => now,
    newId: () => 'id',
    hash: (name) => name,
    addToLog: () => undefined,
  };
  return startCounter(context, limits);
}
