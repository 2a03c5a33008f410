import { fixture, without } from '../support/fixtures';
import { runtimes, useRuntime } from '../support/runtimes';
import { data, path } from './conversations-data';

const inbound = fixture('on-conversation-add-inbound');
const group = fixture('on-conversation-add-group-mms');
const whatsapp = fixture('on-conversation-add-whatsapp');
const outbound = fixture('on-conversation-add-outbound');
const ConversationSid = `CH${'0'.repeat(31)}1`;

describe.each(runtimes)('/callbacks/conversations, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: data });
  beforeEach(() => {
    running.twilio.reset();
  });

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
          attributes: '{"from":"web","avatar":"https://example.com/ada.png"}',
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

    it.each([
      ['the sender first, then the others', {}, 'Ada Lovelace, +12125550102'],
      ['all of them unknown', { author: '+12125550198' }, '+12125550198, +12125550102'],
      ['two', { receivers: '[+16465550190]' }, 'Ada Lovelace'],
      ['in square brackets', { receivers: '[+16465550190, +12125550103]' }, 'Ada Lovelace, Bo Diaz'],
      [
        'with a number of ours that is not listed',
        { receivers: '+12125550103, +16465550199' },
        'Ada Lovelace',
      ],
    ])('names a group after its people, never after our number: %s', async (_title, given, friendly_name) => {
      const {
        receivers = group['MessagingBinding.Address'],
        author = group['MessagingBinding.AuthorAddress'],
      } = given as { receivers?: string; author?: string };
      const fields = {
        ...group,
        'MessagingBinding.Address': String(receivers),
        'MessagingBinding.AuthorAddress': String(author),
      };
      const { status, body, lines } = await running.call(path, fields);
      expect([status, body]).toEqual([200, expect.objectContaining({ friendly_name })]);
      expect(lines).toHaveLength(1);
      expect(lines[0]?.ourAddress).toBe(
        receivers?.includes('6465550199') ? 'not in the routing data' : undefined,
      );
      expect(JSON.stringify(lines)).not.toMatch(/5550|Lovelace|Diaz/);
    });

    it('names an unknown customer after the WhatsApp profile, and keeps the name out of the log', async () => {
      const { status, body, lines } = await running.call(path, whatsapp);
      expect([status, body]).toEqual([200, { friendly_name: 'Grace H.', attributes: '{}' }]);
      expect(JSON.stringify(lines)).not.toMatch(/Grace|5550/);
      const known = {
        ...whatsapp,
        'MessagingBinding.Address': 'whatsapp:+12125550101',
        'MessagingBinding.AuthorAddress': 'whatsapp:+12125550101',
      };
      expect((await running.call(path, known)).body).toMatchObject({ friendly_name: 'Ada Lovelace' });
    });

    it.each([
      ['missing', undefined],
      ['not JSON', '{'],
      ['of another form', 'null'],
      ['without our addresses', '{}'],
    ])('names what it can when the routing data are %s, and says so in the log', async (_title, text) => {
      await running.setData({ ...data, '/routing.json': text });
      const one = await running.call(path, inbound);
      const many = await running.call(path, group);
      await running.setData(data);
      for (const { status, body, lines } of [one, many]) {
        expect([status, body]).toEqual([200, expect.objectContaining({ friendly_name: 'Ada Lovelace' })]);
        expect(lines).toEqual([
          expect.objectContaining({ level: 'error', status: 200, error: expect.any(String) }),
        ]);
      }
    });

    it('changes nothing about a conversation that no inbound message makes', async () => {
      const { status, body } = await running.call(path, outbound);
      expect([status, body]).toEqual([200, {}]);
    });

    it('does not change attributes that it cannot read', async () => {
      const { status, body } = await running.call(path, { ...inbound, Attributes: '{' });
      expect([status, body]).toEqual([200, { friendly_name: 'Ada Lovelace' }]);
    });

    it('names a conversation whose attributes are 5,000 levels deep, and keeps every one', async () => {
      const deep = '['.repeat(5_000) + ']'.repeat(5_000);
      const { status, body } = await running.call(path, { ...inbound, Attributes: `{"a":${deep}}` });
      const attributes = `{"a":${deep},"avatar":"https://example.com/ada.png"}`;
      expect([status, body]).toEqual([200, { friendly_name: 'Ada Lovelace', attributes }]);
    });

    it.each([[['{}', '{}']], [{ a: { b: 1 } }]])(
      'names a conversation whose attributes came twice or as fields, and leaves them alone: %j',
      async (Attributes) => {
        const { status, body } = await running.call(path, {}, { json: { ...inbound, Attributes } });
        expect([status, body]).toEqual([200, { friendly_name: 'Ada Lovelace' }]);
      },
    );

    it('needs no credentials', async () => {
      await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
      const { status, body } = await running.call(path, inbound);
      await running.setEnv({});
      expect([status, body]).toEqual([200, expect.objectContaining({ friendly_name: 'Ada Lovelace' })]);
    });

    it.each([
      ['missing', undefined],
      ['not JSON', '{'],
      ['of another form', 'null'],
    ])(
      'answers 200 with nothing to change when the customers are %s, and says so in the log',
      async (_title, text) => {
        await running.setData({ '/customers.json': text });
        const { status, body, lines } = await running.call(path, inbound);
        await running.setData(data);
        expect([status, body]).toEqual([200, {}]);
        expect(lines).toEqual([
          expect.objectContaining({ level: 'error', status: 200, error: expect.any(String) }),
        ]);
      },
    );
  });

  it.each([{ EventType: 'onMessageAdded' }, { EventType: '' }, {}])(
    'answers 200 to an unknown event, with a warning in the log: %j',
    async (fields) => {
      const { status, body, calls, lines } = await running.call(path, { ...fields, ConversationSid });
      expect([status, body, calls]).toEqual([200, {}, []]);
      expect(lines).toEqual([expect.objectContaining({ level: 'warn', ignored: 'unknown event' })]);
    },
  );
});
