import { readFileSync } from 'node:fs';
import { conversationEvents } from '../../simulator/twilio/conversations/event-list';
import { useWebhooks } from './sent-webhooks';

const local = useWebhooks();
const customer = {
  'messagingBinding.address': '+12125550101',
  'messagingBinding.proxyAddress': '+16465550190',
};
const asked = { xTwilioWebhookEnabled: 'true' } as const;

/** Every change there is, by REST with the header that asks for webhooks. */
const changeEverything = async (): Promise<void> => {
  const { v1 } = local.client.conversations;
  const user = await v1.users.create({ identity: 'ada', friendlyName: 'Ada', ...asked });
  await v1.users(user.sid).update({ attributes: '{"a":1}', ...asked });
  const named = { friendlyName: 'Ada', uniqueName: 'ada', attributes: '{"a":1}' };
  const { sid } = await v1.conversations.create({ ...named, ...asked });
  const conversation = v1.conversations(sid);
  await conversation.update({ friendlyName: 'Grace', ...asked });
  const participant = await conversation.participants.create({ ...customer, ...asked });
  await conversation.participants(participant.sid).update({ attributes: '{"b":2}', ...asked });
  local.rest.optOuts.read('+12125550101', '+16465550190', 'STOP');
  const message = await conversation.messages.create({ author: 'alice', body: 'Hello', ...asked });
  await conversation.messages(message.sid).update({ body: 'Hi', ...asked });
  await conversation.messages(message.sid).remove(asked);
  await conversation.participants(participant.sid).remove(asked);
  await conversation.update({ state: 'inactive', ...asked });
  await conversation.remove(asked);
};

const common = ['AccountSid', 'EventType', 'Source'];
const conversation = [
  ...['Attributes', 'ChatServiceSid', 'ConversationSid', 'DateCreated', 'DateUpdated', 'FriendlyName'],
  ...['MessagingServiceSid', 'State', 'UniqueName'],
];
const binding = ['MessagingBinding.Address', 'MessagingBinding.ProxyAddress', 'MessagingBinding.Type'];
const participant = [
  ...['Attributes', 'ChatServiceSid', 'ConversationSid', 'DateCreated', 'DateUpdated', 'ParticipantSid'],
  ...['RoleSid', ...binding],
];
const message = [
  ...['Attributes', 'Author', 'Body', 'ChatServiceSid', 'ConversationSid', 'DateCreated', 'DateUpdated'],
  ...['Index', 'MessageSid', 'MessagingServiceSid'],
];
const user = [
  ...['Attributes', 'ChatServiceSid', 'DateCreated', 'DateUpdated', 'FriendlyName', 'Identity', 'RoleSid'],
  'UserSid',
];
const without = (fields: string[], ...names: string[]): string[] =>
  fields.filter((one) => !names.includes(one));

/**
 * Twilio's parameter tables, without what is optional and not there: `ClientIdentity` is for SDKs only. `ChatServiceSid`
 * of messages and participants, `MessagingServiceSid` of all events of messages, and `RetryCount` are not in them.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#webhook-bodies-by-event-type
 */
const tables: Record<string, string[]> = {
  onConversationAdd: without(conversation, 'ConversationSid', 'DateCreated', 'DateUpdated'),
  onConversationAdded: conversation,
  onConversationUpdate: conversation,
  onConversationUpdated: conversation,
  onConversationRemove: conversation,
  onConversationRemoved: [...conversation, 'DateRemoved'],
  onConversationStateUpdated: [
    ...['ChatServiceSid', 'ConversationSid', 'MessagingServiceSid', 'Reason', 'StateFrom', 'StateTo'],
    'StateUpdated',
  ],
  onParticipantAdd: without(participant, 'DateCreated', 'DateUpdated', 'ParticipantSid', 'RoleSid'),
  onParticipantAdded: without(participant, 'DateUpdated'),
  onParticipantUpdate: participant,
  onParticipantUpdated: participant,
  onParticipantRemove: participant,
  onParticipantRemoved: [...participant, 'DateRemoved'],
  onMessageAdd: ['Attributes', 'Author', 'Body', 'ChatServiceSid', 'ConversationSid'],
  onMessageAdded: without(message, 'DateUpdated'),
  onMessageUpdate: message,
  onMessageUpdated: message,
  onMessageRemove: message,
  onMessageRemoved: [...message, 'DateRemoved'],
  onDeliveryUpdated: [
    ...['ChannelMessageSid', 'ChatServiceSid', 'ConversationSid', 'DateCreated', 'DateUpdated'],
    ...['DeliveryReceiptSid', 'ErrorCode', 'MessageSid', 'ParticipantSid', 'Status'],
  ],
  onUserAdded: without(user, 'DateUpdated'),
  onUserUpdate: without(user, 'DateCreated'),
  onUserUpdated: [...user, 'isNotifiable', 'isOnline'],
};

describe('the events of Conversations', () => {
  it("are those that Twilio's OpenAPI file lists as filters of an account's webhooks", () => {
    const file = 'node_modules/@twilio/cli-core/src/services/twilio-api/twilio_conversations_v1.json';
    const { components } = JSON.parse(readFileSync(file, 'utf8'));
    const schema = components.schemas['conversations.v1.configuration.configuration_webhook'];
    const listed: string[] = schema.properties.filters.description.match(/\bon[A-Z]\w+/g);
    expect(conversationEvents.map(({ name }) => name).sort()).toEqual([...listed].sort());
  });

  it('come for each change by REST whose header asks for them, with the fields of Twilio’s tables', async () => {
    local.filters(...conversationEvents.map(({ name }) => name));
    await changeEverything();
    const sent = Object.fromEntries(
      local
        .webhooks()
        .reverse()
        .map(({ name, fields }) => [name, Object.keys(fields).sort()]),
    );
    const isPost = (name: string): boolean => /(ed)$/.test(name);
    const expected = Object.entries(tables).map(([name, fields]) => [
      name,
      [...common, ...fields, ...(isPost(name) ? ['RetryCount'] : [])].sort(),
    ]);
    expect(sent).toEqual(Object.fromEntries(expected));
  });

  it('are signed, and carry what has changed', async () => {
    local.filters(...conversationEvents.map(({ name }) => name));
    await changeEverything();
    await local.received('onConversationRemoved');
    const { received } = local.functions;
    expect(received.every(({ signed, method }) => signed && method === 'POST')).toBe(true);
    const values = (name: string, ...names: string[]) =>
      names.map((field) => local.webhook(name)?.fields[field]);
    expect(values('onConversationUpdate', 'FriendlyName', 'Source')).toEqual(['Grace', 'API']);
    expect(values('onMessageUpdate', 'Body', 'Author', 'Index')).toEqual(['Hi', 'alice', '0']);
    expect(values('onParticipantUpdated', 'Attributes')).toEqual(['{"b":2}']);
    expect(values('onUserUpdate', 'Identity', 'Attributes')).toEqual(['ada', '{"a":1}']);
    expect(values('onDeliveryUpdated', 'Status', 'ErrorCode')).toEqual(['failed', '21610']);
    expect(values('onConversationStateUpdated', 'StateFrom', 'StateTo', 'Reason')).toEqual([
      ...['active', 'inactive', 'API'],
    ]);
  });

  it('do not come for changes by REST without the header, except for deliveries', async () => {
    local.filters(...conversationEvents.map(({ name }) => name));
    const { sid } = await local.client.conversations.v1.conversations.create({});
    const { participants, messages } = local.client.conversations.v1.conversations(sid);
    await participants.create(customer);
    local.rest.deliveries.upTo = 'delivered';
    const message = await messages.create({ author: 'alice', body: 'Hello' });
    expect(message.delivery).toBeNull();
    const told = await local.received('onDeliveryUpdated', 2);
    expect(told.map(({ fields }) => fields.Status)).toEqual(['sent', 'delivered']);
    expect(new Set(local.webhooks().map(({ name }) => name))).toEqual(new Set(['onDeliveryUpdated']));
    expect((await messages(message.sid).fetch()).delivery).toMatchObject({ total: 1, delivered: 'all' });
    const [receipt] = await messages(message.sid).deliveryReceipts.list();
    expect(receipt).toMatchObject({ status: 'delivered', errorCode: 0 });
    const same = await messages(message.sid)
      .deliveryReceipts(receipt?.sid ?? '')
      .fetch();
    expect(same.channelMessageSid).toBe(told[0]?.fields.ChannelMessageSid);
  });

  it('tell when a conversation is no longer initializing, and when its timers expire', async () => {
    local.filters('onConversationStateUpdated');
    const { v1 } = local.client.conversations;
    const { sid } = await v1.conversations.create({});
    local.state.updateConversation(sid, { timers: { inactive: 'PT1M' } }, { source: 'API', webhooks: false });
    jest.useFakeTimers({ now: Date.now() + 61_000, doNotFake: ['setTimeout', 'nextTick', 'setImmediate'] });
    local.state.expireTimers();
    jest.useRealTimers();
    await local.inbound.receiveInbound({ from: '+12125550102', to: '+16465550190', body: 'Hi' }, 't');
    local.initializingMs = 1;
    await local.write();
    await new Promise((done) => setTimeout(done, 5));
    local.state.expireTimers();
    const moves = await local.received('onConversationStateUpdated', 2);
    expect(moves.map(({ fields }) => [fields.StateFrom, fields.StateTo, fields.Reason])).toEqual([
      ['active', 'inactive', 'TIMER'],
      ['initializing', 'active', 'EVENT'],
    ]);
  });

  it('name the user of an SDK, and a user is added when an identity first joins', async () => {
    local.filters('onUserAdded', 'onParticipantAdded', 'onMessageAdded');
    await local.chat.receive({ from: 'visitor', body: 'Hi' }, 't');
    await local.chat.receive({ from: 'visitor', body: 'Still there?' }, 't');
    const sent = local.functions.received.map(({ name, fields }) => [
      name,
      fields.Identity ?? fields.Author,
      fields.Source,
      fields.ClientIdentity,
    ]);
    expect(sent.sort()).toEqual([
      ['onMessageAdded', 'visitor', 'SDK', 'visitor'],
      ['onMessageAdded', 'visitor', 'SDK', 'visitor'],
      ['onParticipantAdded', 'visitor', 'SDK', 'visitor'],
      ['onUserAdded', 'visitor', 'SDK', 'visitor'],
    ]);
    expect(local.state.conversations()).toHaveLength(1);
  });
});
