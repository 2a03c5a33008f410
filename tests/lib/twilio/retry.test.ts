import { Misconfigured, TwilioRefused, TwilioUnavailable, TwilioUncertain } from '../../../lib/errors';
import { attemptOnce, deadlineIn, retry, type Waiting } from '../../../lib/twilio/api';
import { RequestFailure, unexpectedResponse } from '../../../lib/twilio/http-client';

/** A clock that moves only while somebody sleeps. */
function api(budgetMs: number, random = 0.5): Waiting & { slept: number[] } {
  let time = 0;
  const slept: number[] = [];
  return {
    deadline: deadlineIn(budgetMs, () => time),
    random: () => random,
    sleep: async (ms) => {
      slept.push(ms);
      time += ms;
    },
    slept,
  };
}

const answer = (status: number, code?: number, message = 'x') =>
  Object.assign(new Error(message), { status, ...(code && { code }) });
const failing = (...errors: unknown[]): (() => Promise<string>) => {
  return async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'done';
  };
};

describe('a request that is safe to repeat', () => {
  it.each([
    ['429', answer(429, 20429)],
    ['500', answer(500)],
    ['503', answer(503)],
    ['a conversation that is initializing', answer(409, 50386)],
    ['a time-out', Object.assign(new Error('timeout'), { code: 'ECONNABORTED' })],
    ['a broken connection', Object.assign(new Error('hang up'), { code: 'ECONNRESET' })],
    ['408', answer(408, 20408)],
    ["a gateway's 404, which is not Twilio's", answer(404)],
    ["a proxy's 403", answer(403)],
    ['an answer that is not what was asked for', unexpectedResponse()],
    ['what the SDK cannot read', new SyntaxError('Unexpected token < in JSON')],
  ])('is repeated with back-off after %s', async (_name, error) => {
    const waiting = api(9_000);
    await expect(retry(waiting, 'x', failing(error, error, error))).resolves.toBe('done');
    expect(waiting.slept).toEqual([75, 150, 300]);
  });

  it('waits a random part of the pause, so that many do not come back at once', async () => {
    const early = api(9_000, 0);
    const late = api(9_000, 0.999);
    await retry(early, 'x', failing(answer(500)));
    await retry(late, 'x', failing(answer(500)));
    expect(early.slept).toEqual([50]);
    expect(late.slept[0]).toBeCloseTo(99.95);
  });

  it('is given up while there is still time to answer', async () => {
    const waiting = api(3_000);
    const forever = Array.from({ length: 100 }, () => answer(503));
    await expect(retry(waiting, 'add worker', failing(...forever))).rejects.toMatchObject({
      status: 503,
      code: 'twilio_unavailable',
      facts: { request: 'add worker', attempts: 6 },
    });
    expect(waiting.deadline.remaining()).toBeGreaterThan(250);
  });

  it.each([
    [answer(409, 50433), 'duplicate'],
    [answer(409, 50437), 'duplicate'],
    [answer(404, 20404), 'missing'],
    [answer(400, 50000), 'refused'],
  ])('is not repeated after a final no: %p', async (error, kind) => {
    const waiting = api(9_000);
    const refused = await retry(waiting, 'x', failing(error)).catch((caught: unknown) => caught);
    expect(refused).toBeInstanceOf(TwilioRefused);
    expect(refused).toMatchObject({ kind, cause: error });
    expect(waiting.slept).toEqual([]);
  });

  it('names the conversation that has the address pair', async () => {
    const sid = `CH${'a'.repeat(32)}`;
    const error = answer(
      409,
      50416,
      `A binding for this participant and proxy address already exists in ${sid}`,
    );
    await expect(retry(api(9_000), 'x', failing(error))).rejects.toMatchObject({
      facts: { twilioCode: 50416, conflict: sid },
    });
  });

  it.each([
    ['a country that Geo Permissions forbid', 21408],
    ['what the account is not authorized for', 20403],
  ])('does not take a 403 for wrong credentials where it is about %s', async (_title, code) => {
    const refused = retry(api(9_000), 'x', failing(answer(403, code)));
    await expect(refused).rejects.toMatchObject({ code: 'twilio_refused', facts: { twilioCode: code } });
  });

  it.each([401, 403])('says that the credentials are wrong after %d', async (status) => {
    await expect(retry(api(9_000), 'x', failing(answer(status, 20003)))).rejects.toBeInstanceOf(
      Misconfigured,
    );
  });

  it.each([
    [1_000, [1_000]],
    [20, [75]],
  ])('waits as long as Retry-After says, here %d ms, and no less than the back-off', async (ms, slept) => {
    const waiting = api(9_000);
    const busy = new RequestFailure('busy', { status: 429, code: 20429, retryAfterMs: ms });
    await expect(retry(waiting, 'x', failing(busy))).resolves.toBe('done');
    expect(waiting.slept).toEqual(slept);
  });

  it('is given up at once when Retry-After is beyond the budget', async () => {
    const waiting = api(9_000);
    const busy = new RequestFailure('busy', { status: 503, retryAfterMs: 30_000 });
    await expect(retry(waiting, 'x', failing(busy))).rejects.toBeInstanceOf(TwilioUnavailable);
    expect(waiting.slept).toEqual([]);
  });

  it('is not even begun once more when there is no time', async () => {
    await expect(retry(api(0), 'x', failing(answer(500)))).rejects.toBeInstanceOf(TwilioUnavailable);
  });
});

describe('a request that must not be done twice', () => {
  const timeout = Object.assign(new Error('timeout'), { code: 'ECONNABORTED' });
  const nothing = async (): Promise<undefined> => undefined;
  const counted = (request: () => Promise<string>) => {
    const times = {
      asked: 0,
      request: () => {
        times.asked += 1;
        return request();
      },
    };
    return times;
  };

  it.each([
    ['429', answer(429, 20429)],
    ['a conversation that is initializing', answer(409, 50386)],
    ['a connection that was never made', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
  ])('is repeated after %s, as it was not processed, but never without a look', async (_name, error) => {
    const find = jest.fn(nothing);
    const times = counted(failing(error, error));
    await expect(attemptOnce(api(9_000), 'x', times.request, find)).resolves.toBe('done');
    expect([times.asked, find.mock.calls.length]).toEqual([3, 2]);
  });

  it('is not repeated where it is found after all', async () => {
    const times = counted(failing(answer(429), answer(429)));
    await expect(attemptOnce(api(9_000), 'x', times.request, async () => 'found')).resolves.toBe('found');
    expect(times.asked).toBe(1);
  });

  it.each([
    ['no answer', timeout],
    ['500', answer(500)],
    ['503', answer(503)],
    ['408', answer(408, 20408)],
    ["a gateway's 404", answer(404)],
    ['an answer that is not what was asked for', unexpectedResponse()],
  ])('is neither repeated nor looked for here after %s: it may be done yet', async (_name, error) => {
    const find = jest.fn(nothing);
    const times = counted(failing(error, error));
    const done = attemptOnce(api(9_000), 'x', times.request, find);
    await expect(done).rejects.toBeInstanceOf(TwilioUncertain);
    expect([times.asked, find.mock.calls.length]).toEqual([1, 0]);
  });

  it('is given up while there is time to answer where Twilio stays busy', async () => {
    const forever = Array.from({ length: 100 }, () => answer(429));
    const error = await attemptOnce(api(3_000), 'x', failing(...forever), nothing).catch((caught) => caught);
    expect(error).toBeInstanceOf(TwilioUnavailable);
    expect(error).not.toBeInstanceOf(TwilioUncertain);
  });

  it('is not begun without the time to see how it ends', async () => {
    const times = counted(failing());
    const error = await attemptOnce(api(200), 'x', times.request, nothing).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TwilioUnavailable);
    expect(error).not.toBeInstanceOf(TwilioUncertain);
    expect(times.asked).toBe(0);
  });

  it('ends with a final no as any other', async () => {
    await expect(attemptOnce(api(9_000), 'x', failing(answer(400, 50000)), nothing)).rejects.toBeInstanceOf(
      TwilioRefused,
    );
  });
});
