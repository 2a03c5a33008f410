import * as v from 'valibot';
import { Misconfigured, NotFound, TwilioUnavailable } from '../../../lib/errors';
import { text } from '../../../lib/events/fields';
import { action, type Callback, serve } from '../../../lib/webhook/callback';
import { useJumpingClock } from '../../support/clock';
import { invoke, type Surroundings } from '../../support/invoke';
import type { Answer, LogLine } from '../../support/runtime';

const clock = useJumpingClock();

const greet = action(v.object({ Worker: text }), async ({ Worker }, { addToLog }) => {
  addToLog({ rule: 'hello' });
  return { hello: Worker };
});

const definition: Callback = {
  dispatchOn: 'Location',
  actions: { Greet: greet },
  onUnknown: 'reject',
  budgetMs: 1_000,
};

const failing = (error: unknown): Callback => ({
  ...definition,
  actions: {
    Greet: action(v.object({}), async () => {
      throw error;
    }),
  },
});

const call = (callback: Callback, event: Record<string, unknown>): Promise<Answer> =>
  invoke(serve(callback), event, { clock });

/** The one answer of a function that asks nothing of Twilio, and its log lines. */
const once = (status: number, body: unknown, lines: LogLine[]) => ({
  status,
  body,
  headers: { 'content-type': 'application/json' },
  callbacks: 1,
  lines,
  calls: [],
  ms: 0,
});
const anyLine = [expect.any(Object)] as LogLine[];

describe('a callback', () => {
  it("answers 200 with the handler's value, calls back once and writes one line", async () => {
    expect(await call(definition, { Location: 'Greet', Worker: 'alice@example.com' })).toEqual(
      once(200, { hello: 'alice@example.com' }, [
        { level: 'info', event: 'Greet', rule: 'hello', status: 200, ms: 0 },
      ]),
    );
  });

  it('lets fields through that its schema does not name', async () => {
    const answer = await call(definition, { Location: 'Greet', Worker: 'a', Surprise: ['x'] });
    expect(answer).toEqual(once(200, { hello: 'a' }, anyLine));
  });

  it.each([
    [{ Location: 'Greet' }, 'Worker is missing'],
    [{ Location: 'Greet', Worker: '' }, 'Worker must not be empty'],
    [{ Location: 'Greet', Worker: ['a', 'b'] }, 'Worker must be given once, as text'],
    [{ Location: 'Greet', Worker: null }, 'Worker must be given once, as text'],
  ])('answers 400 that names the field: %j', async (event, message) => {
    expect(await call(definition, event)).toEqual(
      once(400, { code: 'invalid_event', message }, [
        { level: 'warn', event: 'Greet', error: 'invalid_event', field: 'Worker', status: 400, ms: 0 },
      ]),
    );
  });

  it.each([
    [{ Worker: 'a' }],
    [{ Location: 'Other' }],
    [{ Location: ['Greet'] }],
    [{ Location: 'toString' }],
  ])('answers 422 to an action that it does not have: %j', async (event) => {
    expect(await call(definition, event)).toEqual(
      once(422, { code: 'unknown_action', message: 'Location must be one of: Greet' }, anyLine),
    );
  });

  describe('an event without any field', () => {
    const message =
      'event has no fields: send them as a form, with Content-Type: application/x-www-form-urlencoded';
    const sentAs = (type?: string) => ({
      request: { headers: type === undefined ? {} : { 'content-type': type }, cookies: {} },
    });
    const problem = { error: 'invalid_event', field: 'event' };

    it.each([
      [{}, 'none'],
      [sentAs(), 'none'],
      [sentAs('text/plain; charset=alice@example.com'), 'text/plain'],
      [sentAs('application/json'), 'application/json'],
      [sentAs('alice@example.com'), 'another'],
    ])('is answered with 400 that says how to send it: %j', async (event, contentType) => {
      expect(await call({ ...definition, defaultAction: 'Greet' }, event)).toEqual(
        once(400, { code: 'invalid_event', message }, [
          { level: 'warn', event: 'Greet', contentType, ...problem, status: 400, ms: 0 },
        ]),
      );
    });

    it('is answered with 200 and an error in the log where a message would be lost', async () => {
      expect(await call({ ...definition, onUnknown: 'ignore' }, sentAs('text/plain'))).toEqual(
        once(200, {}, [
          { level: 'error', event: 'unknown', contentType: 'text/plain', ...problem, status: 200, ms: 0 },
        ]),
      );
    });
  });

  it('ignores an unknown event with 200 and a warning when it is told to', async () => {
    expect(await call({ ...definition, onUnknown: 'ignore' }, { Location: 'Other' })).toEqual(
      once(200, {}, [{ level: 'warn', event: 'unknown', ignored: 'unknown event', status: 200, ms: 0 }]),
    );
  });

  it('takes the default action when none is named', async () => {
    const answer = await call({ ...definition, defaultAction: 'Greet' }, { Worker: 'a' });
    expect(answer).toEqual(once(200, { hello: 'a' }, anyLine));
  });

  it.each([
    [
      new NotFound('customer_not_found', 'There is none.'),
      404,
      'customer_not_found',
      'There is none.',
      'warn',
    ],
    [
      new Misconfigured('asset_missing', { file: 'f', field: 'x', fix: 'do y' }),
      500,
      'asset_missing',
      'This service is misconfigured; its log says where.',
      'error',
    ],
    [
      new TwilioUnavailable({ attempts: 3 }),
      503,
      'twilio_unavailable',
      'Twilio could not be reached in time.',
      'error',
    ],
    [new TypeError('secret'), 500, 'internal_error', 'Something went wrong; the log says what.', 'error'],
    ['a string', 500, 'internal_error', 'Something went wrong; the log says what.', 'error'],
  ])('turns a thrown error into its status: %p', async (error, status, code, message, level) => {
    expect(await call(failing(error), { Location: 'Greet' })).toEqual(
      once(status, { code, message }, [expect.objectContaining({ level, status })]),
    );
  });

  it('names file, field and fix of a misconfiguration in the log', async () => {
    const { lines } = await call(failing(new Misconfigured('x', { file: 'f', field: 'g', fix: 'h' })), {
      Location: 'Greet',
    });
    expect(lines[0]).toMatchObject({ error: 'x', file: 'f', field: 'g', fix: 'h' });
  });

  it('says where an unexpected error was thrown, but not its message, which may quote data', async () => {
    const { lines } = await call(failing(new SyntaxError('"+12125550101" is not valid JSON')), {
      Location: 'Greet',
    });
    expect(lines[0]).toMatchObject({ error: 'unexpected', cause: { name: 'SyntaxError' } });
    expect(lines[0]?.at).toEqual(expect.arrayContaining([expect.stringContaining('callback.test')]));
    expect(JSON.stringify(lines)).not.toContain('2125550101');
  });

  it('answers the fallback with 200 whatever goes wrong, and says what in the log', async () => {
    const hook: Callback = {
      ...definition,
      actions: {
        Greet: action(
          v.object({ Worker: text }),
          async () => {
            throw new Error('x');
          },
          { fallback: {} },
        ),
      },
    };
    for (const event of [{ Location: 'Greet', Worker: 'a' }, { Location: 'Greet' }]) {
      expect(await call(hook, event)).toEqual(
        once(200, {}, [expect.objectContaining({ status: 200, error: expect.any(String) })]),
      );
    }
  });

  it('does without what a handler can do without, and says in the log what failed', async () => {
    const tolerant: Callback = {
      ...definition,
      actions: {
        Greet: action(v.object({}), async (_event, { recover, routing }) => ({
          pool: await recover(async () => (await routing()).workers, []),
        })),
      },
    };
    const file = 'assets/routing.private.json';
    expect(await call(tolerant, { Location: 'Greet' })).toEqual(
      once(200, { pool: [] }, [expect.objectContaining({ level: 'error', error: 'asset_missing', file })]),
    );
  });

  it('answers 503 when the work takes longer than the budget, and never a second time', async () => {
    const finish = jest.fn((resolve: (body: object) => void) => resolve({ late: true }));
    const slow: Callback = {
      ...definition,
      actions: {
        Greet: action(v.object({}), () => new Promise((resolve) => setTimeout(finish, 2_000, resolve))),
      },
    };
    const body = { code: 'out_of_time', message: 'The work could not be done in time.' };
    expect(await call(slow, { Location: 'Greet' })).toEqual({
      ...once(503, body, [
        { level: 'error', event: 'Greet', error: 'out_of_time', budgetMs: 1_000, status: 503, ms: 1_000 },
      ]),
      ms: 1_000,
    });
    expect(finish).toHaveBeenCalledTimes(1);
  });

  it('leaves no timer behind', async () => {
    const started = clock.now();
    await call(definition, { Location: 'Greet', Worker: 'a' });
    // The clock jumps from timer to timer until none is left.
    expect(clock.now()).toBe(started);
  });

  it('logs well-formed SIDs of an event and nothing else of it', async () => {
    const sid = `CH${'0'.repeat(32)}`;
    const { lines } = await call(definition, {
      Location: 'Greet',
      Worker: 'alice@example.com',
      ConversationSid: sid,
      ParticipantSid: '+12125550101',
      Body: 'hello',
      RetryCount: '2',
    });
    expect(lines).toEqual([
      {
        level: 'info',
        event: 'Greet',
        ConversationSid: sid,
        RetryCount: 2,
        rule: 'hello',
        status: 200,
        ms: 0,
      },
    ]);
  });

  it('reads the data once per instance, and again after a failed read', async () => {
    const open = jest.fn(() => '{"workers":[]}');
    const reads: Callback = {
      ...definition,
      actions: {
        Greet: action(v.object({}), async (_event, { routing }) => ({ pool: (await routing()).workers })),
      },
    };
    const handler = serve(reads);
    const greet = (assets: NonNullable<Surroundings['assets']>) =>
      invoke(handler, { Location: 'Greet' }, { assets, clock });
    expect(await greet({})).toEqual(
      once(500, { code: 'asset_missing', message: expect.any(String) }, anyLine),
    );
    for (let i = 0; i < 3; i++) {
      expect(await greet(() => ({ '/routing.json': { open } }))).toEqual(once(200, { pool: [] }, anyLine));
    }
    expect(open).toHaveBeenCalledTimes(1);
  });
});
