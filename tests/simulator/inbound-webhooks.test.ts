import { useWebhooks } from './sent-webhooks';
import { type Answer, json, never } from './stand-in-functions';

const local = useWebhooks();
const { functions, write, webhook } = local;

describe('an inbound message to a number of another conversation service', () => {
  it('has that service’s SID in every webhook', async () => {
    local.serviceSid = local.rest.account.services.put(`IS${'2'.repeat(32)}`, 'Second').sid;
    const { conversationSid } = await write();
    expect(local.state.conversation(conversationSid ?? '').chat_service_sid).toBe(local.serviceSid);
    expect(
      ['onConversationAdd', 'onParticipantAdded', 'onConversationRoute'].map((name) => {
        const { ChatServiceSid, ConversationServiceSid } = webhook(name)?.fields ?? {};
        return ChatServiceSid ?? ConversationServiceSid;
      }),
    ).toEqual([local.serviceSid, local.serviceSid, local.serviceSid]);
  });

  it('is lost when that service was deleted, and the timeline names what is wrong', async () => {
    const { services } = local.client.conversations.v1;
    const { sid } = await services.create({ friendlyName: 'Second' });
    local.serviceSid = sid;
    await services(sid).remove();
    expect(await local.write()).toEqual({ created: false });
    expect(local.state.conversations()).toEqual([]);
    expect(functions.received).toEqual([]);
    expect(local.timeline.entries().at(-1)).toMatchObject({
      kind: 'note',
      state: 'failed',
      title: `No conversation: the address configuration of +16465550190 names the conversation service ${sid}, which does not exist any more`,
      text: "The customer's message is lost. Name another service in its AutoCreation.ConversationServiceSid, or none for the default one.",
    });
  });
});

describe('onConversationAdded', () => {
  const names = (): string[] => functions.received.map(({ name }) => name).sort();
  beforeEach(() => {
    local.filters('onConversationAdd', 'onConversationAdded', 'onParticipantAdded');
  });

  it('names the conversation and its addresses once it is created', async () => {
    functions.answers.onConversationAdd = json({ friendly_name: 'Ada', attributes: '{"a":1}' });
    local.initializingMs = 60_000;
    const { conversationSid = '' } = await write();
    const conversation = local.state.conversation(conversationSid);
    const DateCreated = new Date(conversation.date_created).toISOString();
    expect(webhook('onConversationAdded')?.fields).toEqual({
      EventType: 'onConversationAdded',
      AccountSid: conversation.account_sid,
      Source: 'SMS',
      ConversationSid: conversationSid,
      DateCreated,
      DateUpdated: DateCreated,
      FriendlyName: 'Ada',
      Attributes: '{"a":1}',
      ChatServiceSid: conversation.chat_service_sid,
      MessagingServiceSid: conversation.messaging_service_sid,
      'MessagingBinding.Address': '+12125550101',
      'MessagingBinding.ProxyAddress': '+16465550190',
      State: 'initializing',
      RetryCount: '0',
    });
    expect(names()).toEqual([
      'onConversationAdd',
      'onConversationAdded',
      'onConversationRoute',
      'onParticipantAdded',
    ]);
  });

  it('asks for a worker, also twice, where there is no Frontline', async () => {
    local.routesOn = 'onConversationAdded';
    local.twice = true;
    await write();
    expect(names().filter((name) => name !== 'onParticipantAdded')).toEqual([
      'onConversationAdd',
      'onConversationAdded',
      'onConversationAdded',
    ]);
    expect(webhook('onConversationAdded')).toMatchObject({
      limitMs: 5_000,
      state: 'warning',
      outcome: 'Nobody is in the conversation: it shows in the log only.',
    });
  });

  it('comes for what the app creates too, without addresses', async () => {
    functions.answers.GetCustomerDetailsByCustomerId = json({
      objects: {
        customer: {
          customer_id: '1',
          display_name: 'Ada',
          channels: [{ type: 'sms', value: '+12125550101' }],
        },
      },
    });
    functions.answers.GetProxyAddress = json({ proxy_address: '+16465550190' });
    await local.app.startOutgoing({ worker: 'alice', customerId: '1', channel: 'sms' }, 't');
    const { fields = {} } = webhook('onConversationAdded') ?? {};
    expect(fields).toMatchObject({ Source: 'SDK', FriendlyName: 'Ada' });
    expect(Object.keys(fields).filter((name) => name.startsWith('MessagingBinding'))).toEqual([]);
  });
});

describe('a group MMS', () => {
  it.each([false, true])('is sent as real requests are, brackets: %s', async (inBrackets) => {
    local.brackets = inBrackets;
    const [from, other, to] = ['+12125550101', '+12125550102', '+16465550190'];
    const { conversationSid } = await local.inbound.receiveInbound(
      { from, to, group: [other], body: 'Hi' },
      't',
    );
    const binding = { 'MessagingBinding.Address': `${to}, ${other}`, 'MessagingBinding.AuthorAddress': from };
    const bindingOf = ({ fields }: { fields: Record<string, string> }): Record<string, string> =>
      Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('MessagingBinding.')));
    const told = local.timeline.entries().flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
    expect(told.map((entry) => [entry.name, bindingOf(entry)])).toEqual([
      ['onConversationAdd', binding],
      ['onParticipantAdded', { 'MessagingBinding.Address': from, 'MessagingBinding.Type': 'sms' }],
      ['onParticipantAdded', { 'MessagingBinding.Address': other, 'MessagingBinding.Type': 'sms' }],
      [
        'onParticipantAdded',
        { 'MessagingBinding.ProjectedAddress': inBrackets ? `[${to}]` : to, 'MessagingBinding.Type': 'sms' },
      ],
      ['onConversationRoute', binding],
    ]);
    const participants = local.state.participants(conversationSid ?? '');
    expect(participants.map(({ identity, messaging_binding }) => [identity, messaging_binding])).toEqual([
      [null, { type: 'sms', address: from }],
      [null, { type: 'sms', address: other }],
      [null, { type: 'sms', projected_address: to }],
    ]);
  });
});

describe('another group MMS', () => {
  const [ada, ben, cleo, ours] = ['+12125550101', '+12125550102', '+12125550103', '+16465550190'];
  const write = async (from: string, ...group: string[]): Promise<string | undefined> =>
    (await local.inbound.receiveInbound({ from, to: ours, group, body: 'Hi' }, 't')).conversationSid;

  it('of the same people goes into their conversation, whoever writes, until one is added', async () => {
    const sid = (await write(ada, ben)) ?? '';
    expect(await write(ben, ada)).toBe(sid);
    local.state.addParticipant(sid, { address: cleo }, { source: 'API', webhooks: false });
    expect(await write(ada, ben)).not.toBe(sid);
    expect(await write(ben, ada, cleo)).toBe(sid);
  });

  it('goes into the conversation that REST has created for these people', async () => {
    const { conversations } = local.client.conversations.v1;
    const { sid } = await conversations.create({});
    const { participants } = conversations(sid);
    for (const address of [ada, ben]) await participants.create({ 'messagingBinding.address': address });
    await participants.create({ identity: 'alice', 'messagingBinding.projectedAddress': ours });
    expect(await write(ben, ada)).toBe(sid);
    expect(await write(ben)).not.toBe(sid);
  });
});

describe('the answer to onConversationAdd', () => {
  it.each<[string, Answer, string | null]>([
    ['with values names the conversation', json({ friendly_name: 'Ada', attributes: '{"a":1}' }), 'Ada'],
    ['without values changes nothing', json({}), null],
    ['without a body changes nothing', (response) => response.writeHead(200).end(), null],
    ['that breaks the contract changes nothing', json({ friendly_name: 5 }), null],
  ])('%s, and the message arrives', async (_title, answer, name) => {
    functions.answers.onConversationAdd = answer;
    const { conversationSid } = await write();
    expect(local.state.conversation(conversationSid ?? '').friendly_name).toBe(name);
    expect(local.state.messages(conversationSid ?? '')).toHaveLength(1);
    expect(functions.received.map((one) => [one.name, one.signed]).sort()).toEqual([
      ['onConversationAdd', true],
      ['onConversationRoute', true],
      ['onParticipantAdded', true],
    ]);
  });

  it.each([422, 500])('of %d rejects the conversation, and the message is lost', async (status) => {
    functions.answers.onConversationAdd = json({}, status);
    expect(await write()).toEqual({ created: false });
    expect(local.state.conversations()).toEqual([]);
    const lost = local.timeline.entries().find(({ state: one }) => one === 'failed');
    expect(lost).toBeDefined();
    expect(local.timeline.entries().at(-1)?.title).toBe(
      "Twilio rejects the conversation: the customer's message is lost",
    );
  });

  it('that does not come within 5 s lets the conversation be created unchanged, late', async () => {
    functions.answers.onConversationAdd = never;
    const { conversationSid } = await write();
    expect(local.state.messages(conversationSid ?? '')).toHaveLength(1);
    expect(webhook('onConversationAdd')).toMatchObject({
      outcome: 'No answer in time: the conversation is created unchanged, late.',
      problems: [{ field: 'time', problem: 'no answer within 5 s' }],
    });
    expect(webhook('onConversationAdd')?.ms).toBeGreaterThanOrEqual(4_900);
  });

  it('is waited for by the other messages of the pair, and one conversation is made', async () => {
    functions.answers.onConversationAdd = (response, fields) =>
      setTimeout(() => json({})(response, fields), 200);
    const outcomes = await Promise.all([write(), write(), write()]);
    expect(new Set(outcomes.map(({ conversationSid }) => conversationSid)).size).toBe(1);
    expect(local.state.messages(outcomes[0]?.conversationSid ?? '')).toHaveLength(3);
  });
});

it('delivers post-action webhooks twice when told, and pre-action webhooks never', async () => {
  local.twice = true;
  await write();
  const names = functions.received.map(({ name }) => name).sort();
  expect(names).toEqual([
    'onConversationAdd',
    'onConversationRoute',
    'onConversationRoute',
    'onParticipantAdded',
    'onParticipantAdded',
  ]);
});
