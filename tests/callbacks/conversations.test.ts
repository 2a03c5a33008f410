import { customer } from '../support/data';
import { faults } from '../support/fake-twilio';
import { fixture, without } from '../support/fixtures';
import { type Running, runtimes } from '../support/runtimes';

const path = '/callbacks/conversations';
const inbound = fixture('on-conversation-add-inbound');
const outbound = fixture('on-conversation-add-outbound');
const joined = fixture('on-participant-added-customer');
const worker = fixture('on-participant-added-worker');
const sid = joined.ConversationSid as string;
const participantSid = joined.ParticipantSid as string;
const at = `/v1/Conversations/${sid}/Participants/${participantSid}`;

const data = {
  '/customers.json': JSON.stringify({
    customers: [
      customer({
        customer_id: 'ada',
        avatar: 'https://example.com/ada.png',
        channels: [{ type: 'sms', value: '+12125550101' }],
      }),
    ],
  }),
};
const full = { customer_id: 'ada', display_name: 'Ada Lovelace', avatar: 'https://example.com/ada.png' };

describe.each(runtimes)('conversations, $name', (runtime) => {
  let running: Running;
  beforeAll(async () => {
    running = await runtime.start();
    await running.setData(data);
  });
  afterAll(() => running.stop());
  beforeEach(() => {
    running.twilio.reset();
    running.clearLogs();
  });
  const logLines = (): Record<string, unknown>[] =>
    running.logs().map((line) => JSON.parse(line) as Record<string, unknown>);

  describe('onConversationAdd', () => {
    afterEach(() => expect(running.twilio.calls).toEqual([]));

    it("names a customer's conversation and gives it the customer's avatar", async () => {
      const { status, body, headers } = await running.call(path, {
        ...inbound,
        Attributes: '{"from":"web"}',
      });
      expect([status, body]).toEqual([
        200,
        {
          friendly_name: 'Ada Lovelace',
          attributes: '{"avatar":"https://example.com/ada.png","from":"web"}',
        },
      ]);
      expect(headers['content-type']).toMatch(/^application\/json/);
    });

    it.each([
      ['+12125550199', '+12125550199'],
      ['whatsapp:+12125550199', 'whatsapp:+12125550199'],
      ['whatsapp:+12125550101', 'Ada Lovelace'],
    ])('calls the conversation of %s %s', async (address, friendly_name) => {
      const fields = {
        ...without(inbound, 'MessagingBinding.AuthorAddress'),
        'MessagingBinding.Address': address,
      };
      const { status, body } = await running.call(path, fields);
      expect([status, body]).toEqual([200, expect.objectContaining({ friendly_name })]);
    });

    it("takes the author's name for a group MMS", async () => {
      const fields = {
        ...inbound,
        'MessagingBinding.Address': '+12125550198, +12125550101',
        'MessagingBinding.AuthorAddress': '+12125550101',
      };
      expect((await running.call(path, fields)).body).toMatchObject({ friendly_name: 'Ada Lovelace' });
    });

    it('changes nothing about a conversation that no inbound message makes', async () => {
      const { status, body } = await running.call(path, outbound);
      expect([status, body]).toEqual([200, {}]);
    });

    it('leaves attributes alone that it cannot read', async () => {
      const { status, body } = await running.call(path, { ...inbound, Attributes: '{' });
      expect([status, body]).toEqual([200, { friendly_name: 'Ada Lovelace' }]);
    });

    it('needs no credentials', async () => {
      await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
      const { status, body } = await running.call(path, inbound);
      await running.setEnv({});
      expect([status, body]).toEqual([200, expect.objectContaining({ friendly_name: 'Ada Lovelace' })]);
    });

    it.each([
      ['missing', undefined],
      ['no JSON', '{'],
      ['of another form', 'null'],
    ])(
      'answers 200 with nothing to change when the customers are %s, and says so in the log',
      async (_title, text) => {
        await running.setData({ '/customers.json': text });
        const { status, body } = await running.call(path, inbound);
        await running.setData(data);
        expect([status, body]).toEqual([200, {}]);
        expect(logLines()).toEqual([
          expect.objectContaining({ level: 'error', status: 200, error: expect.any(String) }),
        ]);
      },
    );
  });

  describe('onParticipantAdded', () => {
    const put = (attributes = '{}'): void => {
      running.twilio.addConversation({ sid }, [
        { sid: participantSid, address: '+12125550101', proxyAddress: '+16465550190', attributes },
      ]);
    };
    const attributes = (): unknown => JSON.parse(String(running.twilio.participants(sid)[0]?.attributes));

    it("sets the customer's id, name and avatar: reads, merges, writes", async () => {
      put('{"role":"vip","display_name":"Ada L."}');
      const { status, body } = await running.call(path, joined);
      expect([status, body]).toEqual([200, {}]);
      expect(running.twilio.calls).toEqual([
        { method: 'GET', host: 'conversations.twilio.com', path: at, form: {} },
        {
          method: 'POST',
          host: 'conversations.twilio.com',
          path: at,
          form: {
            Attributes:
              '{"role":"vip","display_name":"Ada L.","customer_id":"ada","avatar":"https://example.com/ada.png"}',
          },
        },
      ]);
      expect(attributes()).toEqual({ ...full, role: 'vip', display_name: 'Ada L.' });
    });

    it('writes nothing when nothing would change', async () => {
      put(JSON.stringify(full));
      expect((await running.call(path, joined)).status).toBe(200);
      expect(running.twilio.writes).toEqual([]);
    });

    it('comes to the same attributes when the event is delivered again, and at the same time', async () => {
      put();
      const answers = await Promise.all(Array.from({ length: 4 }, () => running.call(path, joined)));
      answers.push(await running.call(path, { ...joined, RetryCount: '1' }));
      expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [200, {}]));
      expect(attributes()).toEqual(full);
    });

    it('keeps within 4 KB: the avatar goes first, the id stays', async () => {
      put(JSON.stringify({ x: 'x'.repeat(4_020) }));
      expect((await running.call(path, joined)).status).toBe(200);
      expect(Object.keys(attributes() as object)).toEqual(['x', 'customer_id', 'display_name']);
    });

    it.each([
      ['a worker', worker],
      ['a worker with an address, as in a group MMS', { ...joined, Identity: 'alice@example.com' }],
      ['an unknown customer', { ...joined, 'MessagingBinding.Address': '+12125550199' }],
      ['a participant without an address', without(joined, 'MessagingBinding.Address')],
    ])('changes nothing about %s', async (_title, fields) => {
      put();
      const { status, body } = await running.call(path, fields);
      expect([status, body]).toEqual([200, {}]);
      expect(running.twilio.calls).toEqual([]);
    });

    it('is content with a participant who has left', async () => {
      running.twilio.addConversation({ sid });
      const { status, body } = await running.call(path, joined);
      expect([status, body]).toEqual([200, {}]);
    });

    it.each([
      ['429', faults.tooManyRequests],
      ['503 with a page', faults.unavailable],
      ['a torn connection after the work was done', { ...faults.reset, after: true }],
    ])('loses nothing after %s', async (_title, fault) => {
      put();
      running.twilio.fail({ method: 'GET' }, fault, 1);
      running.twilio.fail({ method: 'POST' }, fault, 2);
      expect((await running.call(path, joined)).status).toBe(200);
      expect(attributes()).toEqual(full);
    });

    it('answers 503 in time when Twilio cannot be reached, so that Twilio sends the event again', async () => {
      put();
      running.twilio.fail({ method: 'POST' }, faults.serverError);
      const started = Date.now();
      const { status, body } = await running.call(path, joined);
      expect(Date.now() - started).toBeLessThan(5_000);
      expect([status, body]).toEqual([
        503,
        { code: 'twilio_unavailable', message: 'Twilio could not be reached in time.' },
      ]);
      expect(logLines()).toEqual([
        expect.objectContaining({
          level: 'error',
          error: 'twilio_unavailable',
          request: 'update participant',
        }),
      ]);
    });

    it('answers 502 when Twilio refuses, with its code in the log', async () => {
      put();
      running.twilio.fail({ method: 'POST' }, { status: 400, code: 20001 });
      const { status, body } = await running.call(path, joined);
      expect([status, body]).toEqual([502, { code: 'twilio_refused', message: 'Twilio refused a request.' }]);
      expect(logLines()).toEqual([expect.objectContaining({ level: 'error', twilioCode: 20001 })]);
    });

    it.each(['ConversationSid', 'ParticipantSid'])('names a missing %s: 400', async (field) => {
      const { status, body } = await running.call(path, without(joined, field));
      expect([status, body]).toEqual([400, { code: 'invalid_event', message: `${field} is missing` }]);
    });

    it('does not take customers who could not be read for unknown ones: 500', async () => {
      await running.setData({ '/customers.json': undefined });
      const { status } = await running.call(path, joined);
      await running.setData(data);
      expect(status).toBe(500);
    });
  });

  it.each([{ EventType: 'onMessageAdded' }, { EventType: '' }, {}])(
    'takes an unknown event calmly: 200, and a warning in the log: %j',
    async (fields) => {
      const { status, body } = await running.call(path, { ...fields, ConversationSid: sid });
      expect([status, body]).toEqual([200, {}]);
      expect(running.twilio.calls).toEqual([]);
      expect(logLines()).toEqual([expect.objectContaining({ level: 'warn', ignored: 'unknown event' })]);
    },
  );
});
