import { customer } from '../support/data';
import { faults } from '../support/fake-twilio';
import { without } from '../support/fixtures';
import { runtimes } from '../support/runtimes';
import {
  ada,
  adding,
  dataListing,
  dataWith,
  event,
  owned,
  participants,
  path,
  pool,
  ranked,
  sid,
  useRouting,
  writesTo,
} from './route-event';

describe.each(runtimes)('onConversationRoute, $name', (runtime) => {
  const running = useRouting(runtime);

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
      expect(writesTo(running)).toEqual([adding(worker as string, rule)]);
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
    it.each([
      ['whom the data lists', ['sam@example.com'], false, 0],
      ['whom only Frontline knows', [], true, 1],
      ['whom only Frontline knows, and says so at the second try', [], true, 2],
    ])('keeps its worker, %s', async (_title, listed, isUser, asked) => {
      await running.setData(dataListing(...listed));
      if (asked === 2) running.twilio.fail({ host: 'frontline-api.twilio.com' }, faults.serverError, 1);
      if (isUser) running.twilio.addUser({ identity: 'sam@example.com' });
      running.twilio.addParticipant(sid, { identity: 'sam@example.com' });
      const answer = await running.call(path, event);
      expect(answer.body).toEqual({
        routed: true,
        worker: 'sam@example.com',
        rule: 'already_in_conversation',
      });
      expect(writesTo(running)).toEqual([]);
      expect(answer.calls.filter(({ host }) => host === 'frontline-api.twilio.com')).toHaveLength(asked);
    });

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
