import { rankPool } from '../../lib/routing/plan';
import { customer, routing } from '../support/data';
import { fixture, without } from '../support/fixtures';
import { runtimes, useRuntime } from '../support/runtimes';

const path = '/callbacks/conversations';
const event = fixture('on-conversation-added');
const group = fixture('on-conversation-route-group-mms');
const sid = event.ConversationSid as string;
const ours = '+16465550190';
const pool = ['p1@example.com', 'p2@example.com'];
const [first] = rankPool(pool, sid);

type Rules = NonNullable<Parameters<typeof routing>[0]>['routing'];
const data = (rules: Rules = {}, ownAddresses = [ours]) => ({
  '/customers.json': JSON.stringify({
    customers: [
      customer({ channels: [{ type: 'sms', value: '+12125550101' }], worker: 'alice@example.com' }),
    ],
  }),
  '/routing.json': JSON.stringify(
    routing({
      ownAddresses,
      workers: [...pool, 'alice@example.com'].map((identity) => ({ identity })),
      routing: { on: 'onConversationAdded', pool, ...rules },
    }),
  ),
});

/** On accounts without Frontline, this event routes. */
describe.each(runtimes)('onConversationAdded, $name', (runtime) => {
  const running = useRuntime(runtime);
  beforeEach(() => {
    running.twilio.reset();
    running.twilio.frontline = 'missing';
    running.twilio.addConversation({ sid }, [{ address: '+12125550101', proxyAddress: ours }]);
  });
  const participants = `conversations.twilio.com/v1/Services/${event.ChatServiceSid}/Conversations/${sid}/Participants`;

  it('adds a worker to an inbound conversation, and never asks Frontline', async () => {
    await running.setData(data());
    running.twilio.addParticipant(sid, { identity: 'bot' });
    const answer = await running.call(path, event);
    expect([answer.status, answer.body]).toEqual([
      200,
      { routed: true, worker: 'alice@example.com', rule: 'customer_worker' },
    ]);
    expect(answer.calls.map((call) => `${call.method} ${call.host}${call.path}`)).toEqual([
      `GET ${participants}`,
      `POST ${participants}`,
      `GET ${participants}`,
    ]);
    expect(running.twilio.workers(sid)).toEqual(['bot', 'alice@example.com']);
    expect(answer.lines).toEqual([
      expect.objectContaining({ level: 'info', event: 'onConversationAdded', rule: 'customer_worker' }),
    ]);
  });

  it('adds a worker to a group MMS', async () => {
    await running.setData(data());
    const groupSid = group.ConversationSid as string;
    running.twilio.addConversation({ sid: groupSid }, [
      { address: '+12125550101' },
      { address: '+12125550102' },
      { projectedAddress: ours },
    ]);
    const answer = await running.call(path, { ...group, EventType: 'onConversationAdded' });
    expect(answer.body).toMatchObject({ routed: true, worker: 'alice@example.com' });
    expect(running.twilio.workers(groupSid)).toEqual(['alice@example.com']);
  });

  it.each([
    ['Frontline routes', {}, data({ on: 'onConversationRoute' }), 'onConversationRoute does it'],
    ['an app or Flex created it', { 'MessagingBinding.Address': '' }, data(), 'no inbound conversation'],
    [
      'another address was written to',
      { 'MessagingBinding.ProxyAddress': '+16465550191' },
      data(),
      'not to an address of the routing data',
    ],
    [
      'the data names no address of ours',
      { 'MessagingBinding.Address': '+12125550102,+16465550190', 'MessagingBinding.ProxyAddress': '' },
      data({}, []),
      'not to an address of the routing data',
    ],
  ])('does not route a conversation where %s', async (_title, fields, assets, notRouted) => {
    await running.setData(assets);
    const answer = await running.call(path, { ...event, ...fields });
    expect([answer.status, answer.body, answer.calls]).toEqual([200, {}, []]);
    expect(answer.lines).toEqual([expect.objectContaining({ level: 'info', notRouted })]);
  });

  it.each(['onConversationAdded', 'onConversationRoute'] as const)(
    'routes once where both events arrive at once, on %s',
    async (on) => {
      await running.setData({ ...data({ on }), '/customers.json': '{"customers":[]}' });
      const route = { ...fixture('on-conversation-route'), ConversationSid: sid };
      const answers = await Promise.all([
        running.call(path, event),
        running.call('/callbacks/routing', route),
        running.call('/callbacks/routing', route),
        running.call(path, { ...event, RetryCount: '1' }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const routed = answers.map(({ body }) => (body as { routed?: boolean }).routed);
      const byAdded = on === 'onConversationAdded';
      expect(routed).toEqual(byAdded ? [true, false, false, true] : [undefined, true, true, undefined]);
      expect(running.twilio.workers(sid)).toEqual([first]);
    },
  );

  it('answers in time when Twilio never does', async () => {
    await running.setData(data());
    running.twilio.fail({ method: 'GET' }, { hang: true });
    const { status, body, ms } = await running.call(path, event);
    expect([status, body]).toEqual([
      503,
      { code: 'twilio_unavailable', message: 'Twilio could not be reached in time.' },
    ]);
    expect(ms).toBeLessThan(5_000);
  });

  it('answers 400 that names the ConversationSid when it is missing', async () => {
    await running.setData(data());
    const answer = await running.call(path, without(event, 'ConversationSid'));
    expect([answer.status, answer.body]).toEqual([
      400,
      { code: 'invalid_event', message: 'ConversationSid is missing' },
    ]);
  });
});
