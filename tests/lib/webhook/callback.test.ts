import * as v from 'valibot';
import { Misconfigured, NotFound, TwilioUnavailable } from '../../../lib/errors';
import { text } from '../../../lib/events/fields';
import { action, type Callback, serve } from '../../../lib/webhook/callback';
import { FakePlatform, type Heard, hear } from '../../support/fake-platform';

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

async function call(
  callback: Callback,
  event: Record<string, unknown>,
  platform = new FakePlatform(),
): Promise<Heard> {
  return hear(serve(callback, platform), event, platform);
}

describe('a callback', () => {
  it("answers 200 with the handler's value, calls back once and writes one line", async () => {
    const heard = await call(definition, { Location: 'Greet', Worker: 'alice@example.com' });
    expect(heard).toEqual({
      answers: [{ status: 200, body: { hello: 'alice@example.com' } }],
      lines: [{ level: 'info', event: 'Greet', rule: 'hello', status: 200, ms: 0 }],
    });
  });

  it('lets fields through that its schema does not name', async () => {
    const heard = await call(definition, { Location: 'Greet', Worker: 'a', Surprise: ['x'] });
    expect(heard.answers).toEqual([{ status: 200, body: { hello: 'a' } }]);
  });

  it.each([
    [{ Location: 'Greet' }, 'Worker is missing'],
    [{ Location: 'Greet', Worker: '' }, 'Worker must not be empty'],
    [{ Location: 'Greet', Worker: ['a', 'b'] }, 'Worker must be given once, as text'],
    [{ Location: 'Greet', Worker: null }, 'Worker must be given once, as text'],
  ])('answers 400 that names the field: %j', async (event, message) => {
    const heard = await call(definition, event);
    expect(heard.answers).toEqual([{ status: 400, body: { code: 'invalid_event', message } }]);
    expect(heard.lines).toEqual([
      { level: 'warn', event: 'Greet', error: 'invalid_event', field: 'Worker', status: 400, ms: 0 },
    ]);
  });

  it.each([
    [{ Worker: 'a' }],
    [{ Location: 'Other' }],
    [{ Location: ['Greet'] }],
    [{ Location: 'toString' }],
  ])('refuses an action that it does not have with 422: %j', async (event) => {
    const heard = await call(definition, event);
    expect(heard.answers).toEqual([
      { status: 422, body: { code: 'unknown_action', message: 'Location must be one of: Greet' } },
    ]);
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
      expect(await call({ ...definition, defaultAction: 'Greet' }, event)).toEqual({
        answers: [{ status: 400, body: { code: 'invalid_event', message } }],
        lines: [{ level: 'warn', event: 'Greet', contentType, ...problem, status: 400, ms: 0 }],
      });
    });

    it('is answered with 200 and an error in the log where a message would be lost', async () => {
      expect(await call({ ...definition, onUnknown: 'ignore' }, sentAs('text/plain'))).toEqual({
        answers: [{ status: 200, body: {} }],
        lines: [
          { level: 'error', event: 'unknown', contentType: 'text/plain', ...problem, status: 200, ms: 0 },
        ],
      });
    });
  });

  it('ignores an unknown event with 200 and a warning when it is told to', async () => {
    const heard = await call({ ...definition, onUnknown: 'ignore' }, { Location: 'Other' });
    expect(heard).toEqual({
      answers: [{ status: 200, body: {} }],
      lines: [{ level: 'warn', event: 'unknown', ignored: 'unknown event', status: 200, ms: 0 }],
    });
  });

  it('takes the default action when none is named', async () => {
    const heard = await call({ ...definition, defaultAction: 'Greet' }, { Worker: 'a' });
    expect(heard.answers).toEqual([{ status: 200, body: { hello: 'a' } }]);
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
    const heard = await call(failing(error), { Location: 'Greet' });
    expect(heard.answers).toEqual([{ status, body: { code, message } }]);
    expect(heard.lines).toEqual([expect.objectContaining({ level, status })]);
  });

  it('names file, field and fix of a misconfiguration in the log', async () => {
    const heard = await call(failing(new Misconfigured('x', { file: 'f', field: 'g', fix: 'h' })), {
      Location: 'Greet',
    });
    expect(heard.lines[0]).toMatchObject({ error: 'x', file: 'f', field: 'g', fix: 'h' });
  });

  it('says where an unexpected error was thrown, but not its message, which may quote data', async () => {
    const heard = await call(failing(new SyntaxError('"+12125550101" is not valid JSON')), {
      Location: 'Greet',
    });
    expect(heard.lines[0]).toMatchObject({ error: 'unexpected', cause: { name: 'SyntaxError' } });
    expect(heard.lines[0]?.at).toEqual(expect.arrayContaining([expect.stringContaining('callback.test')]));
    expect(JSON.stringify(heard.lines)).not.toContain('2125550101');
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
      const heard = await call(hook, event);
      expect(heard.answers).toEqual([{ status: 200, body: {} }]);
      expect(heard.lines).toEqual([expect.objectContaining({ status: 200, error: expect.any(String) })]);
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
    expect(await call(tolerant, { Location: 'Greet' })).toEqual({
      answers: [{ status: 200, body: { pool: [] } }],
      lines: [expect.objectContaining({ level: 'error', error: 'asset_missing', file: '/routing.json' })],
    });
  });

  it('answers 503 when the work takes longer than the budget, and never a second time', async () => {
    const platform = new FakePlatform();
    let finish: (value: object) => void = () => undefined;
    const slow: Callback = {
      ...definition,
      actions: {
        Greet: action(
          v.object({}),
          () =>
            new Promise((resolve) => {
              finish = resolve;
            }),
        ),
      },
    };
    const heard = call(slow, { Location: 'Greet' }, platform);
    await platform.pass(1_000);
    const { answers, lines } = await heard;
    finish({ late: true });
    await platform.pass(1_000);
    expect(answers).toEqual([
      { status: 503, body: { code: 'out_of_time', message: 'The work could not be done in time.' } },
    ]);
    expect(lines).toEqual([
      { level: 'error', event: 'Greet', error: 'out_of_time', budgetMs: 1_000, status: 503, ms: 1_000 },
    ]);
  });

  it('leaves no timer behind', async () => {
    const platform = new FakePlatform();
    await call(definition, { Location: 'Greet', Worker: 'a' }, platform);
    expect(platform.pendingTimers).toBe(0);
  });

  it('logs well-formed SIDs of an event and nothing else of it', async () => {
    const sid = `CH${'0'.repeat(32)}`;
    const heard = await call(definition, {
      Location: 'Greet',
      Worker: 'alice@example.com',
      ConversationSid: sid,
      ParticipantSid: '+12125550101',
      Body: 'hello',
      RetryCount: '2',
    });
    expect(heard.lines).toEqual([
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
    const platform = new FakePlatform();
    const reads: Callback = {
      ...definition,
      actions: {
        Greet: action(v.object({}), async (_event, { routing }) => ({ pool: (await routing()).workers })),
      },
    };
    const handler = serve(reads, platform);
    expect((await hear(handler, { Location: 'Greet' }, platform)).answers).toEqual([
      { status: 500, body: { code: 'asset_missing', message: expect.any(String) } },
    ]);
    platform.assets.set('/routing.json', '{"workers":[]}');
    for (let i = 0; i < 3; i++) {
      expect((await hear(handler, { Location: 'Greet' }, platform)).answers).toEqual([
        { status: 200, body: { pool: [] } },
      ]);
    }
    expect(platform.reads).toEqual(['/routing.json', '/routing.json']);
  });
});

describe('wrong definitions do not compile', () => {
  it('knows the types of its events', () => {
    // @ts-expect-error a handler cannot read a field that its schema does not have
    action(v.object({ Worker: text }), async (event) => ({ x: event.Wroker }));
    // @ts-expect-error an answer is an object
    action(v.object({}), async () => 'text');
    // @ts-expect-error what happens to an unknown action must be said
    const incomplete: Callback = { dispatchOn: 'Location', actions: {}, budgetMs: 1 };
    expect(incomplete).toBeDefined();
  });
});
