import { routing } from '../support/data';
import { faults } from '../support/fake-twilio';
import { without } from '../support/fixtures';
import { deployedRuntime } from '../support/process-runtimes';
import {
  ada,
  adding,
  dataListing,
  dataWith,
  event,
  owned,
  participants,
  path,
  ranked,
  sid,
  useRouting,
  writesTo,
} from './route-event';

// They wait for time-outs: in one runtime, as the other tests show that all behave alike.
describe(`onConversationRoute, ${deployedRuntime.name}`, () => {
  const running = useRouting(deployedRuntime);

  describe('routing while Twilio has trouble', () => {
    it.each([
      ['does not know them', undefined],
      ['answers 500', faults.serverError],
      ['never answers', faults.hang],
      ['answers a byte at a time', { drip: 1_000 }],
      ['answers 404', { status: 404, code: 20404 }],
      ['answers with a page', { status: 404, body: '<html>Not found</html>' }],
    ] as const)(
      'keeps a chat customer and a bot beside the new worker, where Frontline %s',
      async (_title, fault) => {
        await running.setData(dataListing('alice@example.com'));
        for (const identity of ['customer-7', 'bot']) running.twilio.addParticipant(sid, { identity });
        if (fault) running.twilio.fail({ host: 'frontline-api.twilio.com' }, fault);
        const answer = await running.call(path, event);
        expect(answer.body).toEqual({ routed: true, worker: 'alice@example.com', rule: 'customer_worker' });
        expect(running.twilio.workers(sid)).toEqual(['customer-7', 'bot', 'alice@example.com']);
      },
    );

    it.each([
      ['429', faults.tooManyRequests],
      ['500', faults.serverError],
      ['503 with a page', faults.unavailable],
      ['a reset connection', faults.reset],
      ['500 after the work was done', { ...faults.serverError, after: true }],
      ['a reset connection after the work was done', { ...faults.reset, after: true }],
    ])('adds the worker once after %s', async (_title, fault) => {
      await running.setData(dataWith(ada, {}));
      running.twilio.fail({ method: 'POST', path: participants }, fault, 2);
      expect(await running.call(path, event)).toMatchObject({
        status: 200,
        body: { routed: true, worker: ranked[0], rule: 'pool' },
      });
      expect(running.twilio.workers(sid)).toEqual([ranked[0]]);
    });

    it.each(['a wrong 404', 'a wrong 404, twice'])(
      'adds a worker who was removed before again, despite %s',
      async (title) => {
        await running.setData(dataWith(owned, {}));
        if (title.endsWith('twice')) {
          running.twilio.fail({ method: 'POST', path: participants }, { status: 404, code: 20404 }, 1);
        }
        running.twilio.staleIdentities.add('alice@example.com');
        expect(await running.call(path, event)).toMatchObject({
          status: 200,
          body: { routed: true, worker: 'alice@example.com', rule: 'customer_worker' },
        });
        expect(running.twilio.workers(sid)).toEqual(['alice@example.com']);
      },
    );

    it('does not try every worker in a closed conversation', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.fail({ method: 'POST', path: participants }, { status: 400, code: 50377 });
      const answer = await running.call(path, event);
      expect(answer.body).toEqual({ routed: false, reason: 'conversation_closed' });
      expect(writesTo(running)).toHaveLength(1);
    });

    it('waits while the conversation is initializing', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.addConversation({ sid, initializingCalls: 3 });
      expect(await running.call(path, event)).toMatchObject({ status: 200, body: { routed: true } });
      expect(writesTo(running)).toEqual(Array.from({ length: 4 }, () => adding(ranked[0] as string, 'pool')));
    });

    it('passes over a worker whom Twilio refuses, and says why in the log', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.fail({ method: 'POST', path: participants }, { status: 400, code: 50200 }, 1);
      const answer = await running.call(path, event);
      expect(answer.body).toEqual({ routed: true, worker: ranked[1], rule: 'pool' });
      expect(running.twilio.workers(sid)).toEqual([ranked[1]]);
      expect(JSON.stringify(answer.lines[0]?.passedOver)).toContain('50200');
    });

    it('answers that nobody was found when all are refused, with an error in the log', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.fail({ method: 'POST', path: participants }, { status: 400, code: 50200 });
      const answer = await running.call(path, event);
      expect([answer.status, answer.body]).toEqual([200, { routed: false, reason: 'all_refused' }]);
      expect(answer.lines).toEqual([expect.objectContaining({ level: 'error', unrouted: 'all_refused' })]);
    });

    it('answers 503 within the budget when Twilio cannot be reached', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.fail({ method: 'POST' }, faults.unavailable);
      const answer = await running.call(path, event);
      expect(answer.ms).toBeLessThan(10_000);
      expect([answer.status, answer.body]).toEqual([
        503,
        { code: 'twilio_unavailable', message: 'Twilio could not be reached in time.' },
      ]);
      expect(running.twilio.workers(sid)).toEqual([]);
    });

    it('answers in time when Twilio never does', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.fail({ method: 'GET' }, faults.hang);
      const { status, body, ms } = await running.call(path, event);
      expect([status, body]).toEqual([
        503,
        { code: 'twilio_unavailable', message: 'Twilio could not be reached in time.' },
      ]);
      expect(ms).toBeLessThan(10_000);
    });

    it('answers 404 when the conversation is gone', async () => {
      await running.setData(dataWith(ada, {}));
      const answer = await running.call(path, { ...event, ConversationSid: `CH${'f'.repeat(32)}` });
      expect([answer.status, answer.body]).toEqual([
        404,
        { code: 'conversation_not_found', message: 'There is no such conversation.' },
      ]);
    });
  });

  describe('routing without what it needs', () => {
    it.each([
      [undefined, 'ConversationSid is missing'],
      ['', 'ConversationSid must be a SID that begins with CH'],
      ['CH1/../x', 'ConversationSid must be a SID that begins with CH'],
    ])('answers 400 to the ConversationSid %j', async (value, message) => {
      const rest = without(event, 'ConversationSid');
      const answer = await running.call(
        path,
        value === undefined ? rest : { ...rest, ConversationSid: value },
      );
      expect([answer.status, answer.body]).toEqual([400, { code: 'invalid_event', message }]);
    });

    it('answers that there is no candidate in empty data, with an error in the log', async () => {
      await running.setData({
        '/customers.json': '{"customers":[]}',
        '/routing.json': JSON.stringify(routing()),
      });
      const answer = await running.call(path, event);
      expect([answer.status, answer.body]).toEqual([200, { routed: false, reason: 'no_candidate' }]);
      expect(answer.lines).toEqual([
        expect.objectContaining({ level: 'error', unrouted: 'no_candidate', ConversationSid: sid }),
      ]);
    });

    it.each([
      [{ ACCOUNT_SID: undefined }, 'ACCOUNT_SID'],
      [{ AUTH_TOKEN: undefined }, 'AUTH_TOKEN'],
      [{ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined }, 'ACCOUNT_SID and AUTH_TOKEN'],
    ])('answers 500 that names the missing credentials: %j', async (env, names) => {
      await running.setData(dataWith(ada, {}));
      await running.setEnv(env);
      const answer = await running.call(path, event);
      await running.setEnv({});
      expect(answer).toMatchObject({ status: 500, body: { code: 'missing_credentials' } });
      expect((answer.body as { message: string }).message).toMatch(
        new RegExp(`^${names} (is|are) not set: fill in .env`),
      );
    });

    it('answers 500 where the credentials are wrong', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.credentials = { ...running.twilio.credentials, authToken: 'another' };
      expect(await running.call(path, event)).toMatchObject({
        status: 500,
        body: { code: 'credentials_refused' },
      });
    });
  });
});
