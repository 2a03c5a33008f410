import { rankPool } from '../../lib/routing/rank';
import { customer, routing } from '../support/data';
import { faults } from '../support/fake-twilio';
import { fixture, without } from '../support/fixtures';
import { type Running, runtimes } from '../support/runtimes';

const path = '/callbacks/routing';
const event = fixture('on-conversation-route');
const group = fixture('on-conversation-route-group-mms');
const sid = event.ConversationSid as string;
const participants = `/v1/Services/${event.ConversationServiceSid}/Conversations/${sid}/Participants`;
const pool = ['p1@example.com', 'p2@example.com', 'p3@example.com'];
const ranked = rankPool(pool, sid);

const ada = customer({ customer_id: 'ada', channels: [{ type: 'sms', value: '+12125550101' }] });
const owned = { ...ada, worker: 'alice@example.com' };
const dataWith = (
  one: typeof ada,
  rules: Parameters<typeof routing>[0] extends infer R
    ? NonNullable<R>['routing' & keyof NonNullable<R>]
    : never,
) => ({
  '/customers.json': JSON.stringify({ customers: [one] }),
  '/routing.json': JSON.stringify(
    routing({ routing: { pool, defaultWorker: 'desk@example.com', ...rules } }),
  ),
});

describe.each(runtimes)('onConversationRoute, $name', (runtime) => {
  let running: Running;
  beforeAll(async () => {
    running = await runtime.start();
  });
  afterAll(() => running.stop());
  beforeEach(() => {
    running.twilio.reset();
    running.twilio.addConversation({ sid }, [{ address: '+12125550101', proxyAddress: '+16465550190' }]);
  });

  const added = (): unknown[] =>
    running.twilio.writes.map(({ method, host, path: at, form }) => [method, host, at, form]);
  const mark = (rank: number, rule: string) => JSON.stringify({ added_by_routing: { rank, rule } });
  const adding = (Identity: string, rule: string, rank = 0): unknown[] => [
    'POST',
    'conversations.twilio.com',
    participants,
    { Identity, Attributes: mark(rank, rule) },
  ];

  describe('the worker', () => {
    it.each([
      [
        'by the entry for the customer',
        { ...owned, assigned_workers: ['eve@example.com'] },
        {},
        'eve@example.com',
        'customer_entry',
      ],
      ["as the customer's own worker", owned, {}, 'alice@example.com', 'customer_worker'],
      [
        'by the number that was written to',
        ada,
        { numbers: { '+16465550190': ['nora@example.com'] } },
        'nora@example.com',
        'number',
      ],
      ['out of the pool', ada, {}, ranked[0], 'pool'],
      ['as the default', ada, { pool: [] }, 'desk@example.com', 'default_worker'],
      [
        'by the entry for the address of an unknown customer',
        customer(),
        { addresses: { '+12125550101': 'eve@example.com' } },
        'eve@example.com',
        'customer_entry',
      ],
    ])('is chosen %s', async (_title, one, rules, worker, rule) => {
      await running.setData(dataWith(one, rules));
      const answer = await running.call(path, event);
      expect([answer.status, answer.body]).toEqual([200, { routed: true, worker, rule }]);
      expect(added()).toEqual([adding(worker as string, rule)]);
      expect(running.twilio.workers(sid)).toEqual([worker]);
    });

    it('is added when the event has no EventType, as in real requests', async () => {
      await running.setData(dataWith(owned, {}));
      expect(await running.call(path, without(event, 'EventType'))).toMatchObject({
        status: 200,
        body: { routed: true, worker: 'alice@example.com' },
      });
    });

    it("is the customer's own for a WhatsApp sender whose card has only an SMS number", async () => {
      await running.setData(dataWith(owned, {}));
      const fields = { ...event, 'MessagingBinding.Address': 'whatsapp:+12125550101' };
      expect(await running.call(path, fields)).toMatchObject({ body: { worker: 'alice@example.com' } });
    });
  });

  describe('a group MMS', () => {
    const ours = '+16465550190';
    const groupSid = group.ConversationSid as string;
    const projected = { sid: `MB${'c'.repeat(32)}`, projectedAddress: ours };
    /** As Twilio has made them by then: a participant for each number, ours without an identity. */
    const begin = (join: 'update' | 'create' | 'both', members = ['+12125550101', '+12125550102']): void => {
      running.twilio.addConversation({ sid: groupSid }, [
        ...members.map((address) => ({ address })),
        projected,
      ]);
      running.twilio.groupJoin = join;
    };
    const data = (rules = {}, ownAddresses = [ours]) => ({
      '/customers.json': JSON.stringify({ customers: [owned] }),
      '/routing.json': JSON.stringify(
        routing({
          ownAddresses,
          workers: [{ identity: 'alice@example.com' }],
          routing: { numbers: { [ours]: ['nora@example.com'] }, pool, ...rules },
        }),
      ),
    });
    const inGroup = () =>
      running.twilio
        .participants(groupSid)
        .flatMap(({ identity, messaging_binding }) =>
          identity === null ? [] : [[identity, messaging_binding?.projected_address]],
        );

    it.each(['update', 'create', 'both'] as const)(
      "gives the sender's worker our number, where Twilio accepts %s",
      async (join) => {
        await running.setData(data());
        begin(join);
        const answer = await running.call(path, group);
        expect(answer.body).toEqual({ routed: true, worker: 'alice@example.com', rule: 'customer_worker' });
        expect(inGroup()).toEqual([['alice@example.com', ours]]);
        expect((await running.call(path, group)).body).toEqual({
          routed: true,
          worker: 'alice@example.com',
          rule: 'already_in_conversation',
        });
        expect(inGroup()).toEqual([['alice@example.com', ours]]);
      },
    );

    it.each([
      ['among the receivers', {}, [ours]],
      ['in the list of participants, where the data does not name it', {}, []],
      ['in square brackets', { 'MessagingBinding.Address': `[+12125550102, ${ours}]` }, [ours]],
      ['as documented', { 'MessagingBinding.ProjectedAddress': `[${ours}]` }, []],
    ])('of unknown customers gets a worker of our number, found %s', async (_title, fields, ownAddresses) => {
      await running.setData({ ...data({}, ownAddresses), '/customers.json': '{"customers":[]}' });
      begin('update');
      const answer = await running.call(path, { ...group, ...fields });
      expect(answer.body).toEqual({ routed: true, worker: 'nora@example.com', rule: 'number' });
      expect(inGroup()).toEqual([['nora@example.com', ours]]);
    });

    it("of the sender and us gets the sender's worker", async () => {
      await running.setData(data());
      begin('update', ['+12125550101']);
      const answer = await running.call(path, { ...group, 'MessagingBinding.Address': ours });
      expect(answer.body).toMatchObject({ worker: 'alice@example.com' });
      expect(inGroup()).toEqual([['alice@example.com', ours]]);
    });

    it('keeps the attributes of the participant of our number', async () => {
      await running.setData(data());
      running.twilio.addConversation({ sid: groupSid }, [
        { address: '+12125550101' },
        { ...projected, attributes: '{"crm":{"id":7}}' },
      ]);
      await running.call(path, group);
      expect(running.twilio.writes.map(({ form }) => JSON.parse(String(form.Attributes)))).toEqual([
        { crm: { id: 7 }, added_by_routing: { rank: -1, rule: 'customer_worker' } },
      ]);
    });

    it.each(['update', 'create'] as const)(
      'has one worker after five deliveries at once, where Twilio accepts %s',
      async (join) => {
        await running.setData(data());
        begin(join);
        const answers = await Promise.all(Array.from({ length: 5 }, () => running.call(path, group)));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
        expect(inGroup()).toEqual([['alice@example.com', ours]]);
      },
    );
  });

  describe('the conversation service', () => {
    const service = `IS${'7'.repeat(32)}`;
    it.each([
      ['the one that the event names', { ConversationServiceSid: service }, undefined, service],
      ['the one that the event names as its chat service', { ChatServiceSid: service }, undefined, service],
      ['the one that the data names, where the event names none', {}, service, service],
      ["Twilio's default one", {}, undefined, undefined],
      [
        "Twilio's default one, where the event names something that is not a SID",
        { ConversationServiceSid: 'IS/../x' },
        undefined,
        undefined,
      ],
    ])('is %s', async (_title, fields, conversationServiceSid, used) => {
      const data = dataWith(owned, {});
      await running.setData({
        ...data,
        '/routing.json': JSON.stringify({ ...JSON.parse(data['/routing.json']), conversationServiceSid }),
      });
      running.twilio.addConversation({ sid, ...(used && { chatServiceSid: used }) });
      const answer = await running.call(path, { ...without(event, 'ConversationServiceSid'), ...fields });
      expect(answer.body).toMatchObject({ routed: true, worker: 'alice@example.com' });
      const base = used ? `/v1/Services/${used}` : '/v1';
      expect(new Set(answer.calls.map((call) => call.path))).toEqual(
        new Set([`${base}/Conversations/${sid}/Participants`]),
      );
    });
  });

  describe('an existing conversation', () => {
    const listing = (...identities: string[]) => {
      const data = dataWith(owned, {});
      const workers = identities.map((identity) => ({ identity }));
      const routingData = { ...JSON.parse(data['/routing.json']), workers };
      return { ...data, '/routing.json': JSON.stringify(routingData) };
    };

    it.each([
      ['whom the data lists', ['sam@example.com'], false, 0],
      ['whom only Frontline knows', [], true, 1],
      ['whom only Frontline knows, and says so at the second try', [], true, 2],
    ])('keeps its worker, %s', async (_title, listed, isUser, asked) => {
      await running.setData(listing(...listed));
      if (asked === 2) running.twilio.fail({ host: 'frontline-api.twilio.com' }, faults.serverError, 1);
      if (isUser) running.twilio.addUser({ identity: 'sam@example.com' });
      running.twilio.addParticipant(sid, { identity: 'sam@example.com' });
      const answer = await running.call(path, event);
      expect(answer.body).toEqual({
        routed: true,
        worker: 'sam@example.com',
        rule: 'already_in_conversation',
      });
      expect(added()).toEqual([]);
      expect(answer.calls.filter(({ host }) => host === 'frontline-api.twilio.com')).toHaveLength(asked);
    });

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
        await running.setData(listing('alice@example.com'));
        for (const identity of ['customer-7', 'bot']) running.twilio.addParticipant(sid, { identity });
        if (fault) running.twilio.fail({ host: 'frontline-api.twilio.com' }, fault);
        const answer = await running.call(path, event);
        expect(answer.body).toEqual({ routed: true, worker: 'alice@example.com', rule: 'customer_worker' });
        expect(running.twilio.workers(sid)).toEqual(['customer-7', 'bot', 'alice@example.com']);
      },
    );

    it('is not routed on an account that routes on another event', async () => {
      await running.setData(dataWith(owned, { on: 'onConversationAdded' }));
      const answer = await running.call(path, event);
      expect([answer.status, answer.body, answer.calls]).toEqual([
        200,
        { routed: false, reason: 'routed_on_another_event' },
        [],
      ]);
    });

    it('is not changed by another event, which is answered with 422', async () => {
      const answer = await running.call(path, { ...event, EventType: 'onMessageAdded' });
      expect([answer.status, answer.body, answer.calls]).toEqual([
        422,
        { code: 'unknown_action', message: 'EventType must be one of: onConversationRoute' },
        [],
      ]);
    });
  });

  describe('an event that is delivered more than once', () => {
    it('leaves the same worker when it comes again', async () => {
      await running.setData(dataWith(ada, {}));
      await running.call(path, event);
      const again = await running.call(path, event);
      expect(again.body).toMatchObject({ routed: true, worker: ranked[0] });
      expect(running.twilio.workers(sid)).toEqual([ranked[0]]);
    });

    it('adds one worker when it comes five times at once', async () => {
      await running.setData(dataWith(ada, {}));
      const answers = await Promise.all(Array.from({ length: 5 }, () => running.call(path, event)));
      for (const { status, body } of answers) {
        expect([status, body]).toEqual([200, expect.objectContaining({ routed: true, worker: ranked[0] })]);
      }
      expect(running.twilio.workers(sid)).toEqual([ranked[0]]);
    });

    it('adds one worker when it comes twice at once while availability changes', async () => {
      await running.setData(dataWith(ada, { respectAvailability: true }));
      for (const identity of pool) running.twilio.addUser({ identity });
      // One delivery cannot learn anything, so it takes the first; the other one hears that the first is away.
      running.twilio.fail({ host: 'frontline-api.twilio.com' }, faults.serverError, 3);
      running.twilio.addUser({ identity: ranked[0] as string, isAvailable: false });
      running.twilio.fail({ method: 'POST', path: participants }, { delay: 300 }, 1);
      const answers = await Promise.all([running.call(path, event), running.call(path, event)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(running.twilio.workers(sid)).toHaveLength(1);
    });
  });

  describe('routing with respectAvailability', () => {
    const respect = { respectAvailability: true };
    const away = (identity: string | undefined): void =>
      running.twilio.addUser({ identity: String(identity), isAvailable: false });

    it('passes over workers who are away, deactivated or no Frontline users', async () => {
      await running.setData(dataWith(ada, respect));
      away(ranked[0]);
      running.twilio.addUser({ identity: ranked[1] as string, state: 'deactivated' });
      running.twilio.addUser({ identity: 'desk@example.com' });
      const answer = await running.call(path, event);
      expect(answer.body).toEqual({ routed: true, worker: 'desk@example.com', rule: 'default_worker' });
      expect(answer.lines[0]?.passedOver).toEqual([
        { rule: 'customer_entry', why: 'no entry for this customer' },
        { rule: 'customer_worker', why: 'the customer has no worker' },
        { rule: 'number', why: 'no workers for this number' },
        { rule: 'pool', why: 'unavailable' },
        { rule: 'pool', why: 'unavailable' },
        { rule: 'pool', why: 'unavailable' },
      ]);
    });

    it.each([
      ['assign', 'alice@example.com'],
      ['next', ranked[0]],
    ] as const)(
      "with unavailableOwner %s, gives an absent owner's customer to %s",
      async (unavailableOwner, worker) => {
        await running.setData(dataWith(owned, { ...respect, unavailableOwner }));
        away('alice@example.com');
        for (const identity of pool) running.twilio.addUser({ identity });
        expect(await running.call(path, event)).toMatchObject({ body: { routed: true, worker } });
      },
    );

    it.each([
      ['leave', { routed: false, reason: 'nobody_available' }, []],
      ['assign', { routed: true, worker: 'desk@example.com', rule: 'default_worker' }, ['desk@example.com']],
    ] as const)(
      'follows nobodyAvailable: %s, while all workers are away',
      async (nobodyAvailable, body, workers) => {
        await running.setData(dataWith(ada, { ...respect, nobodyAvailable }));
        for (const identity of [...pool, 'desk@example.com']) away(identity);
        const answer = await running.call(path, event);
        expect([answer.status, answer.body]).toEqual([200, body]);
        expect(running.twilio.workers(sid)).toEqual(workers);
      },
    );

    it.each([
      ['fails', faults.serverError],
      ['cannot be reached', faults.reset],
      ['refuses our credentials', { status: 401, code: 20003 }],
    ])(
      'assigns a worker whose availability is not known, because the Users API %s',
      async (_title, fault) => {
        await running.setData(dataWith(ada, respect));
        for (const identity of pool) away(identity);
        running.twilio.fail({ host: 'frontline-api.twilio.com' }, fault);
        expect(await running.call(path, event)).toMatchObject({
          status: 200,
          body: { routed: true, worker: ranked[0], rule: 'pool' },
        });
      },
    );

    it('asks about an identity with odd characters as it is written', async () => {
      const identity = 'ann+1 #2@example.com';
      await running.setData(dataWith(ada, { ...respect, pool: [identity] }));
      running.twilio.addUser({ identity });
      expect(await running.call(path, event)).toMatchObject({ body: { routed: true, worker: identity } });
    });
  });

  describe('routing while Twilio has trouble', () => {
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
      expect(added()).toHaveLength(1);
    });

    it('waits while the conversation is initializing', async () => {
      await running.setData(dataWith(ada, {}));
      running.twilio.addConversation({ sid, initializingCalls: 3 });
      expect(await running.call(path, event)).toMatchObject({ status: 200, body: { routed: true } });
      expect(added()).toEqual(Array.from({ length: 4 }, () => adding(ranked[0] as string, 'pool')));
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
      const { status, ms } = await running.call(path, event);
      expect(status).toBe(503);
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

  it('logs the decision and no personal data', async () => {
    await running.setData(dataWith(owned, {}));
    const answer = await running.call(path, event);
    expect(answer.lines).toEqual([
      {
        level: 'info',
        event: 'onConversationRoute',
        ConversationSid: sid,
        ConversationServiceSid: event.ConversationServiceSid,
        rule: 'customer_worker',
        worker: expect.stringMatching(/^[0-9a-f]{12}$/),
        passedOver: [{ rule: 'customer_entry', why: 'no entry for this customer' }],
        status: 200,
        ms: expect.any(Number),
      },
    ]);
  });
});
