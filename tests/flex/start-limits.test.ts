import { flexDefaults } from '../../build/data/flex';
import { type Answered, sids, VirtualFlex } from './virtual-flex';

const validate = 'POST /v1/Accounts/*/Tokens/validate';
const start = ['POST /v1/Interactions', 'POST /v1/Conversations/*/Messages'];
const create = 'POST /v1/Services/default/Documents';
const update = 'POST /v1/Services/default/Documents/*';
const tooMany = 'The limit of conversations started within an hour is reached.';

let flex: VirtualFlex;
/** How far Sync's clock is ahead of the instances', in milliseconds. */
let ahead: number;
beforeEach(() => {
  ahead = 0;
  flex = new VirtualFlex();
  flex.rest.sync.now = () => Date.now() + ahead;
});

const limitTo = (limits: { agent?: number; server?: number }, strict = true): void => {
  const entries = Object.entries(limits).map(([who, most]) => [who, { most, strict }]);
  flex.routing.flex.startsPerHour = Object.fromEntries(entries);
};
const message = (last: number): Record<string, unknown> => ({
  channel: 'sms',
  to: `+121255501${String(last).padStart(2, '0')}`,
  body: 'Hi',
});
const startTo = (last: number, name?: string): Promise<Answered> => flex.asAgent(message(last), name);
const statuses = async (count: number, from = 0): Promise<number[]> => {
  const seen: number[] = [];
  for (let last = from; last < from + count; last++) seen.push((await startTo(last)).status);
  return seen;
};
const counters = (): unknown[] =>
  flex.rest.sync
    .documents()
    .filter(({ unique_name }) => unique_name?.startsWith('outbound-starts-'))
    .map(({ data }) => data);

describe('a worker’s starts', () => {
  it('are counted in Sync before anything begins', async () => {
    limitTo({ agent: 2 });
    expect(await startTo(1)).toMatchObject({ status: 201, body: sids });
    expect(flex.writes()).toEqual([validate, create, ...start]);
    expect(await startTo(2)).toMatchObject({ status: 201, body: sids });
    expect(flex.writes().slice(4)).toEqual([validate, update, ...start]);
    expect(counters()).toEqual([{ count: 2, since: expect.any(Number) }]);
  });

  it('end at the limit with 429, the seconds that are left, and no request that changes anything', async () => {
    limitTo({ agent: 2 });
    await statuses(2);
    const before = flex.writes().length;
    flex.clock = 600_000;
    const { status, body, headers } = await startTo(3);
    expect([status, body]).toEqual([
      429,
      { code: 'too_many_starts', message: tooMany, retryAfter: expect.any(Number) },
    ]);
    expect(body.retryAfter).toBeGreaterThan(2_990);
    expect(body.retryAfter).toBeLessThanOrEqual(3_000);
    expect(headers['retry-after']).toBe(String(body.retryAfter));
    expect(flex.writes().slice(before)).toEqual([validate]);
    expect(flex.lines.at(-1)).toMatchObject({ level: 'warn', error: 'too_many_starts', status: 429 });
    expect(flex.messages()).toHaveLength(2);
  });

  it('are sixty in an hour unless the data says otherwise', async () => {
    flex.routing.flex.startsPerHour = flexDefaults.startsPerHour;
    expect(await statuses(60)).toEqual(Array(60).fill(201));
    expect(await statuses(2, 60)).toEqual([429, 429]);
    expect(flex.messages()).toHaveLength(60);
  });

  it('are not another’s, nor a server’s', async () => {
    limitTo({ agent: 1 });
    expect(await statuses(2)).toEqual([201, 429]);
    expect(await startTo(2, 'bob@example.com')).toMatchObject({ status: 201 });
    expect(await flex.asServer(message(3))).toMatchObject({ status: 201 });
    expect(await flex.asServer(message(4))).toMatchObject({ status: 201 });
    expect(counters()).toEqual([{ count: 1 }, { count: 1 }]);
  });

  it('are as many as asked for at once, and no more than allowed go through', async () => {
    limitTo({ agent: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, last) => startTo(last)));
    const codes = answers.map(({ status, body }) => (status === 201 ? 'started' : body.code));
    const started = codes.filter((code) => code === 'started').length;
    expect(started).toBeGreaterThan(0);
    expect(started).toBeLessThanOrEqual(3);
    expect(flex.messages()).toHaveLength(started);
    // Who cannot write to the counter in time starts nothing either.
    const refused = codes.filter((code) => code !== 'started');
    expect(['too_many_starts', 'twilio_unavailable']).toEqual(expect.arrayContaining([...new Set(refused)]));
    expect((counters()[0] as { count: number }).count).toBeLessThanOrEqual(3);
  });

  it('are named in Sync so that the worker cannot be told', async () => {
    limitTo({ agent: 1 });
    await startTo(1);
    const [document] = flex.rest.sync.documents();
    expect(document?.unique_name).toMatch(/^outbound-starts-[0-9a-f]{12}$/);
    expect(JSON.stringify(document)).not.toMatch(/alice|WK[0-9a-f]{32}|212555/);
  });
});

describe('the starts of all servers', () => {
  it('have a limit together where the data names one', async () => {
    limitTo({ server: 2 });
    const named = (last: number, worker: string): Promise<Answered> =>
      flex.asServer({ ...message(last), worker });
    expect(await named(1, 'alice@example.com')).toMatchObject({ status: 201 });
    expect(await named(2, 'bob@example.com')).toMatchObject({ status: 201 });
    expect(await named(3, 'alice@example.com')).toMatchObject({
      status: 429,
      body: { code: 'too_many_starts', message: tooMany },
    });
    expect(await startTo(4)).toMatchObject({ status: 201 });
    expect(counters()).toEqual([expect.objectContaining({ count: 2 })]);
  });
});

describe('what does not count:', () => {
  beforeEach(() => limitTo({ agent: 2 }));
  const count = (): unknown => (counters()[0] as { count?: number } | undefined)?.count;

  it('a replay', async () => {
    const keyed = { ...message(1), idempotencyKey: 'k' };
    await flex.asAgent(keyed);
    for (let times = 0; times < 3; times++) {
      expect(await flex.asAgent(keyed)).toMatchObject({
        status: 201,
        headers: { 'idempotent-replayed': 'true' },
      });
    }
    expect(count()).toBe(1);
  });

  it.each([
    ['the request is malformed', { channel: 'sms', to: 'x', body: 'Hi' }, 400],
    ['the destination is not allowed', { channel: 'sms', to: '+18765550142', body: 'Hi' }, 422],
    ['WhatsApp wants a template', { channel: 'whatsapp', to: '+12125550142', body: 'Hi' }, 422],
    ['there is an open conversation', message(1), 409],
  ])('a refusal, as %s', async (_title, request, status) => {
    await startTo(1);
    for (let times = 0; times < 3; times++) expect(await flex.asAgent(request)).toMatchObject({ status });
    expect(count()).toBe(1);
    expect(await startTo(2)).toMatchObject({ status: 201 });
  });

  it('the rest of a start whose instance died', async () => {
    const keyed = { ...message(1), idempotencyKey: 'k' };
    flex.never({ method: 'POST', path: /Messages$/ });
    void flex.asAgent(keyed);
    await flex.reached('/Messages');
    flex.clock = 20_000;
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 503, body: { code: 'in_doubt' } });
    flex.clock = 60_000;
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 201 });
    expect(count()).toBe(1);
    expect(flex.messages()).toHaveLength(1);
  });

  it('a start over the limit, which may be asked for again with its key', async () => {
    await statuses(2);
    const keyed = { ...message(3), idempotencyKey: 'k' };
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 429 });
    flex.clock += 3_600_000;
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 201 });
    expect(counters()).toEqual([{ count: 1, since: expect.any(Number) }]);
  });

  it('but a start that Twilio fails counts', async () => {
    flex.fail({ method: 'POST', path: '/v1/Interactions' }, { status: 400, code: 20_001 }, 1);
    expect(await startTo(1)).toMatchObject({ status: 502 });
    expect(count()).toBe(1);
  });

  it('a refusal that cannot be taken back does, and the log says so', async () => {
    await startTo(1);
    flex.fail({ method: 'POST', path: /Messages$/ }, { status: 400, code: 21_610 });
    flex.rest.onRequest(({ request }) => {
      if (!request.path.endsWith('/Messages')) return;
      flex.fail({ method: 'POST', path: /outbound-starts/ }, { status: 400, code: 54_000 });
    });
    expect(await startTo(2)).toMatchObject({ status: 422, body: { code: 'recipient_opted_out' } });
    expect(flex.lines.at(-1)).toMatchObject({ starts: 'a refused one stays counted', level: 'warn' });
    expect(count()).toBe(2);
  });
});

describe('the hour', () => {
  beforeEach(() => limitTo({ agent: 2 }));

  it('begins with the first start, and then anew', async () => {
    expect(await statuses(3)).toEqual([201, 201, 429]);
    flex.clock = 3_595_000;
    expect(await statuses(1, 3)).toEqual([429]);
    flex.clock = 3_605_000;
    expect(await statuses(3, 4)).toEqual([201, 201, 429]);
    expect(counters()).toEqual([{ count: 2, since: expect.any(Number) }]);
  });

  it('is Sync’s: an instance whose clock is ahead lets nobody in early', async () => {
    limitTo({ server: 2 });
    for (const last of [1, 2]) expect(await flex.asServer(message(last))).toMatchObject({ status: 201 });
    ahead = -7_200_000;
    flex.clock = 7_200_000;
    const answer = await flex.asServer(message(3));
    expect(answer).toMatchObject({ status: 429, body: { code: 'too_many_starts', message: tooMany } });
    expect(answer.body.retryAfter).toBeGreaterThan(3_590);
    expect(counters()).toEqual([expect.objectContaining({ count: 2 })]);
  });

  it('is Sync’s: an instance whose clock is behind begins a new one', async () => {
    expect(await statuses(1)).toEqual([201]);
    ahead = 3_600_000;
    expect(await statuses(2, 1)).toEqual([201, 201]);
    const [counter] = counters() as { count: number; since: number }[];
    expect(counter?.count).toBe(2);
    expect(counter?.since).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + 3_600_000);
  });

  it('is told from dates: a counter that Sync has not removed yet is in nobody’s way', async () => {
    expect(await statuses(2)).toEqual([201, 201]);
    const [document] = flex.rest.sync.documents();
    flex.rest.sync.update(String(document?.sid), { ttlSeconds: 0 });
    flex.clock = 30 * 24 * 3_600_000;
    expect(await statuses(1, 2)).toEqual([201]);
    expect(counters()).toEqual([{ count: 1, since: expect.any(Number) }]);
  });
});

describe('where Sync fails', () => {
  it('nothing is started while it does not answer: 503', async () => {
    for (const strict of [true, false]) {
      flex = new VirtualFlex();
      limitTo({ agent: 2 }, strict);
      flex.fail({ host: 'sync.twilio.com' }, { status: 503 });
      expect(await startTo(1)).toMatchObject({ status: 503, body: { code: 'twilio_unavailable' } });
      expect(flex.writes()).toEqual([validate]);
      expect(flex.clock).toBeLessThan(9_300);
    }
  });

  it('and there is none, nothing is started where the data sets a limit: 502', async () => {
    limitTo({ agent: 2 });
    flex.fail({ host: 'sync.twilio.com' }, { status: 404, code: 20404 });
    expect(await startTo(1)).toMatchObject({ status: 502, body: { code: 'twilio_refused' } });
    expect(flex.writes()).toEqual([validate, create]);
  });

  it('and there is none, the limit that nobody set does not hold, and the log says so', async () => {
    limitTo({ agent: 2 }, false);
    flex.fail({ host: 'sync.twilio.com' }, { status: 404, code: 20404 });
    expect(await statuses(3)).toEqual([201, 201, 201]);
    expect(flex.lines.at(-1)).toMatchObject({ level: 'warn', starts: 'not counted: Sync refused' });
  });

  it.each([
    ['creating', { method: 'POST', path: '/v1/Services/default/Documents' }, 0, 2],
    ['updating', { method: 'POST', path: '/v1/Services/default/Documents/*' }, 1, 3],
  ])(
    'and its answer to %s a counter is lost, a start counts twice',
    async (_title, matcher, before, after) => {
      limitTo({ agent: 10 });
      await statuses(before);
      flex.fail(matcher, { reset: true, after: true } as never, 1);
      expect(await startTo(9)).toMatchObject({ status: 201 });
      expect(counters()).toEqual([expect.objectContaining({ count: after })]);
    },
  );
});
