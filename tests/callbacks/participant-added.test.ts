import { routing } from '../support/data';
import { faults } from '../support/fake-twilio';
import { fixture, without } from '../support/fixtures';
import { runtimes, useRuntime } from '../support/runtimes';
import { data, path } from './conversations-data';

const joined = fixture('on-participant-added-customer');
const worker = fixture('on-participant-added-worker');
const ourNumber = fixture('on-participant-added-projected');
const member = fixture('on-participant-added-group-member');
const sid = joined.ConversationSid as string;
const participantSid = joined.ParticipantSid as string;
const inDefaultService = `/v1/Conversations/${sid}/Participants/${participantSid}`;
const at = inDefaultService.replace('/v1', `/v1/Services/${joined.ChatServiceSid}`);
const full = { customer_id: 'ada', display_name: 'Ada Lovelace', avatar: 'https://example.com/ada.png' };

describe.each(runtimes)('onParticipantAdded, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: data });
  beforeEach(() => running.twilio.reset());
  const put = (attributes = '{}'): void => {
    running.twilio.addConversation({ sid }, [
      { sid: participantSid, address: '+12125550101', proxyAddress: '+16465550190', attributes },
    ]);
  };
  const attributes = (): unknown => JSON.parse(String(running.twilio.participants(sid)[0]?.attributes));

  it("reads the attributes, merges the customer's id, name and avatar, and writes them", async () => {
    put('{"role":"vip","display_name":"Ada L."}');
    const { status, body, calls } = await running.call(path, joined);
    expect([status, body]).toEqual([200, {}]);
    const read = { method: 'GET', host: 'conversations.twilio.com', path: at, form: {} };
    expect(calls).toEqual([
      read,
      {
        method: 'POST',
        host: 'conversations.twilio.com',
        path: at,
        form: {
          Attributes:
            '{"role":"vip","display_name":"Ada L.","customer_id":"ada","avatar":"https://example.com/ada.png"}',
        },
      },
      // Nobody replaced them meanwhile.
      read,
    ]);
    expect(attributes()).toEqual({ ...full, role: 'vip', display_name: 'Ada L.' });
  });

  it('writes nothing when nothing would change', async () => {
    put(JSON.stringify(full));
    expect((await running.call(path, joined)).status).toBe(200);
    expect(running.twilio.writes).toEqual([]);
  });

  it('writes the same attributes when the event is delivered again, and at the same time', async () => {
    put();
    const answers = await Promise.all(Array.from({ length: 4 }, () => running.call(path, joined)));
    answers.push(await running.call(path, { ...joined, RetryCount: '1' }));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [200, {}]));
    expect(attributes()).toEqual(full);
  });

  it('stays within 4 KB: it leaves out the avatar first and keeps the id', async () => {
    put(JSON.stringify({ x: 'x'.repeat(4_020) }));
    expect((await running.call(path, joined)).status).toBe(200);
    expect(Object.keys(attributes() as object)).toEqual(['x', 'customer_id', 'display_name']);
  });

  it.each([
    ['a worker', worker],
    ['a worker with an address, as in a group MMS', { ...joined, Identity: 'alice@example.com' }],
    ['an unknown customer', { ...joined, 'MessagingBinding.Address': '+12125550199' }],
    ['a participant without an address', without(joined, 'MessagingBinding.Address')],
    ['our own number in a group MMS', { ...ourNumber, Attributes: '{"customer_id":"ada"}' }],
    ['our own number as an address', { ...joined, 'MessagingBinding.Address': '+16465550190' }],
  ])('changes nothing about %s', async (_title, fields) => {
    put();
    const { status, body, calls } = await running.call(path, fields);
    expect([status, body, calls]).toEqual([200, {}, []]);
  });

  it.each([
    ['customer_id is null', '{"customer_id":null}', full],
    ['customer_id is empty', '{"customer_id":"","role":"vip"}', { ...full, role: 'vip' }],
    ['customer_id is another card', '{"customer_id":"bo"}', { customer_id: 'bo', display_name: 'Bo Diaz' }],
    ['customer_id is no text', '{"customer_id":{},"avatar":"x"}', { customer_id: {}, avatar: 'x' }],
    ['customer_id is on no card', '{"customer_id":"eve"}', { customer_id: 'eve' }],
    ['a number is large', '{"customer_id":null,"order":1e400}', { ...full, order: Number.POSITIVE_INFINITY }],
  ])('completes one card and keeps the rest where %s', async (_title, before, after) => {
    put(before);
    const { status, lines } = await running.call(path, joined);
    expect([status, attributes()]).toEqual([200, after]);
    expect(JSON.stringify(lines)).not.toMatch(/5550|Lovelace|Diaz|eve"/);
  });

  it('describes a customer who is a member of a group', async () => {
    const { ConversationSid = '' } = member;
    running.twilio.addConversation({ sid: ConversationSid }, [
      { sid: participantSid, address: '+12125550101', attributes: '{}' },
    ]);
    expect((await running.call(path, member)).status).toBe(200);
    const [participant] = running.twilio.participants(ConversationSid);
    expect(JSON.parse(String(participant?.attributes))).toEqual(full);
  });

  it('describes a customer when the routing data cannot be read, and says so in the log', async () => {
    await running.setData({ ...data, '/routing.json': undefined });
    put();
    const { status, lines } = await running.call(path, joined);
    await running.setData(data);
    expect([status, attributes()]).toEqual([200, full]);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', error: 'asset_missing', updates: 1 })]);
  });

  it('waits for a participant who cannot be read yet, and keeps what is there', async () => {
    put('{"role":"vip"}');
    running.twilio.fail({ method: 'GET' }, { status: 404, code: 20404 }, 2);
    const { status, body } = await running.call(path, joined);
    expect([status, body, attributes()]).toEqual([200, {}, { ...full, role: 'vip' }]);
  });

  it('answers 404 in time when there is no such participant', async () => {
    running.twilio.addConversation({ sid });
    const { status, body, lines } = await running.call(path, joined);
    expect([status, body]).toEqual([
      404,
      { code: 'participant_not_found', message: 'There is no such participant.' },
    ]);
    expect(running.twilio.writes).toEqual([]);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', error: 'participant_not_found', status: 404 }),
    ]);
  });

  it.each(['ChatServiceSid', 'ConversationServiceSid'])(
    'describes a customer in a conversation service that the event names as %s',
    async (field) => {
      const chatServiceSid = `IS${'0'.repeat(31)}9`;
      running.twilio.addConversation({ sid, chatServiceSid }, [
        { sid: participantSid, address: '+12125550101', proxyAddress: '+16465550190', attributes: '{}' },
      ]);
      const { status } = await running.call(path, {
        ...without(joined, 'ChatServiceSid'),
        [field]: chatServiceSid,
      });
      expect([status, attributes()]).toEqual([200, full]);
    },
  );

  it('describes a customer in the conversation service of the data, where the event names none', async () => {
    const conversationServiceSid = `IS${'0'.repeat(31)}9`;
    await running.setData({
      ...data,
      '/routing.json': JSON.stringify(routing({ conversationServiceSid })),
    });
    running.twilio.addConversation({ sid, chatServiceSid: conversationServiceSid }, [
      { sid: participantSid, address: '+12125550101', proxyAddress: '+16465550190', attributes: '{}' },
    ]);
    const { status } = await running.call(path, without(joined, 'ChatServiceSid'));
    await running.setData(data);
    expect([status, attributes()]).toEqual([200, full]);
  });

  it.each(['', 'IS../../x', 'CH00000000000000000000000000000001'])(
    'uses the default service where ChatServiceSid is not a SID: %j',
    async (ChatServiceSid) => {
      put();
      const { status, calls } = await running.call(path, { ...joined, ChatServiceSid });
      expect([status, attributes()]).toEqual([200, full]);
      expect(new Set(calls.map((call) => call.path))).toEqual(new Set([inDefaultService]));
    },
  );

  it.each([
    ['429', faults.tooManyRequests],
    ['503 with a page', faults.unavailable],
    ['a reset connection after the work was done', { ...faults.reset, after: true }],
  ])('completes the participant after %s', async (_title, fault) => {
    put();
    running.twilio.fail({ method: 'GET' }, fault, 1);
    running.twilio.fail({ method: 'POST' }, fault, 2);
    expect((await running.call(path, joined)).status).toBe(200);
    expect(attributes()).toEqual(full);
  });

  it('answers 503 in time when Twilio cannot be reached, so that Twilio sends the event again', async () => {
    put();
    running.twilio.fail({ method: 'POST' }, faults.serverError);
    const { status, body, lines, ms } = await running.call(path, joined);
    expect(ms).toBeLessThan(5_000);
    expect([status, body]).toEqual([
      503,
      { code: 'twilio_unavailable', message: 'Twilio could not be reached in time.' },
    ]);
    expect(lines).toEqual([
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
    const { status, body, lines } = await running.call(path, joined);
    expect([status, body]).toEqual([502, { code: 'twilio_refused', message: 'Twilio refused a request.' }]);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', twilioCode: 20001 })]);
  });

  it.each(['ConversationSid', 'ParticipantSid'])('answers 400 that names a missing %s', async (field) => {
    const { status, body } = await running.call(path, without(joined, field));
    expect([status, body]).toEqual([400, { code: 'invalid_event', message: `${field} is missing` }]);
  });

  it('answers 500 when the customers cannot be read, and does not call them unknown', async () => {
    await running.setData({ '/customers.json': undefined });
    const { status } = await running.call(path, joined);
    await running.setData(data);
    expect(status).toBe(500);
  });
});
