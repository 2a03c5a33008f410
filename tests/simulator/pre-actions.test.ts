import { failure } from './rest-api';
import { useWebhooks } from './sent-webhooks';
import { json, never } from './stand-in-functions';

const local = useWebhooks();
const { functions } = local;
const asked = { xTwilioWebhookEnabled: 'true' } as const;
const conversationsOf = () => local.client.conversations.v1.conversations;
const outcomeOf = (name: string): string | undefined => local.webhook(name)?.outcome;

describe('a pre-action webhook of a REST request whose header asks for it', () => {
  beforeEach(() =>
    local.filters(
      ...['onConversationAdd', 'onConversationUpdate', 'onConversationRemove', 'onMessageAdd'],
      ...['onMessageUpdate', 'onMessageRemove', 'onParticipantAdd', 'onUserUpdate'],
    ),
  );

  it('changes the name of a conversation, and what a message says', async () => {
    functions.answers.onConversationAdd = json({ friendly_name: 'Ada', attributes: '{"a":1}' });
    functions.answers.onMessageAdd = json({ body: 'changed', author: 'bot', attributes: '{"b":2}' });
    const made = await conversationsOf().create({ friendlyName: 'x', ...asked });
    expect(made).toMatchObject({ friendlyName: 'Ada', attributes: '{"a":1}' });
    functions.answers.onConversationUpdate = json({ friendly_name: 'Grace' });
    const updated = await conversationsOf()(made.sid).update({ friendlyName: 'y', ...asked });
    expect(updated.friendlyName).toBe('Grace');
    const message = await conversationsOf()(made.sid).messages.create({ body: 'Hi', ...asked });
    expect(message).toMatchObject({ body: 'changed', author: 'bot', attributes: '{"b":2}' });
    expect(outcomeOf('onMessageAdd')).toBe('The message is added with these values.');
  });

  it('rejects every change with 4xx and 5xx', async () => {
    const { sid } = await conversationsOf().create({ friendlyName: 'Ada' });
    const { messages, participants } = conversationsOf()(sid);
    const message = await messages.create({ body: 'Hi' });
    await local.client.conversations.v1.users.create({ identity: 'ada' });
    functions.answers = Object.fromEntries(
      ['onConversationAdd', 'onConversationUpdate', 'onConversationRemove', 'onParticipantAdd']
        .concat('onMessageAdd', 'onMessageUpdate', 'onMessageRemove', 'onUserUpdate')
        .map((name, index) => [name, json({}, index % 2 === 0 ? 403 : 500)]),
    );
    for (const work of [
      () => conversationsOf().create(asked),
      () => conversationsOf()(sid).update({ friendlyName: 'x', ...asked }),
      () => messages.create({ body: 'x', ...asked }),
      () => messages(message.sid).update({ body: 'x', ...asked }),
      () => messages(message.sid).remove(asked),
      () => participants.create({ identity: 'bob', ...asked }),
      () => local.client.conversations.v1.users('ada').update({ friendlyName: 'x', ...asked }),
      () => conversationsOf()(sid).remove(asked),
    ])
      expect(await failure(work())).toEqual([400, 20001]);
    expect(local.state.conversations().map((one) => one.friendly_name)).toEqual(['Ada']);
    expect(local.state.messages(sid).map(({ body }) => body)).toEqual(['Hi']);
    expect(local.state.participants(sid)).toEqual([]);
  });

  it('gives a REST client the error of a value that does not fit', async () => {
    functions.answers.onConversationAdd = json({ unique_name: 'taken' });
    await conversationsOf().create({ uniqueName: 'taken' });
    expect(await failure(conversationsOf().create(asked))).toEqual([409, 50353]);
  });

  it('is not asked for a request without the header', async () => {
    functions.answers.onConversationAdd = json({}, 403);
    await conversationsOf().create({});
    expect(functions.received).toEqual([]);
  });

  it('is asked by the account first, then by the service, which sees what was changed', async () => {
    const { configuration } = local.client.conversations.v1.services(local.state.defaultServiceSid);
    const preWebhookUrl = `${functions.url}/service`;
    await configuration.webhooks().update({ preWebhookUrl, filters: ['onMessageAdd'] });
    functions.answers.onMessageAdd = (response, fields) =>
      json({ body: `${fields.get('Body')}!` })(response, fields);
    const { sid } = await conversationsOf().create({});
    expect((await conversationsOf()(sid).messages.create({ body: 'Hi', ...asked })).body).toBe('Hi!!');
  });
});

describe("a pre-action webhook of a customer's message into an open conversation", () => {
  beforeEach(async () => {
    await local.write('first');
    local.filters('onMessageAdd');
  });
  const bodies = () =>
    local.state.messages(local.state.conversations()[0]?.sid ?? '').map(({ body }) => body);

  it('can change it', async () => {
    functions.answers.onMessageAdd = json({ body: 'masked' });
    await local.write('4111 1111 1111 1111');
    expect(bodies()).toEqual(['first', 'masked']);
    expect(local.webhook('onMessageAdd')?.fields).toMatchObject({
      Source: 'SMS',
      Body: '4111 1111 1111 1111',
      Author: '+12125550101',
      ParticipantSid: expect.stringMatching(/^MB/),
    });
  });

  it.each([403, 500])('loses it with %d', async (status) => {
    functions.answers.onMessageAdd = json({}, status);
    expect(await local.write('second')).toEqual({ created: false });
    expect(bodies()).toEqual(['first']);
    expect(local.timeline.entries().at(-1)).toMatchObject({
      state: 'failed',
      title: "Twilio rejects the message: the customer's message is lost",
    });
  });

  it('lets it in, late, without an answer within 5 s, and the next ones after it', async () => {
    functions.answers.onMessageAdd = (response, fields) =>
      (fields.get('Body') === 'second' ? never : json({}))(response, fields);
    await Promise.all([local.write('second'), local.write('third')]);
    expect(bodies()).toEqual(['first', 'second', 'third']);
    expect(outcomeOf('onMessageAdd')).toBe('No answer in time: the message is added unchanged, late.');
  });

  it('makes a new conversation for it when the old one is closed meanwhile', async () => {
    const [old] = local.state.conversations();
    functions.answers.onMessageAdd = (response, fields) => {
      local.state.updateConversation(old?.sid ?? '', { state: 'closed' }, { source: 'API', webhooks: false });
      json({})(response, fields);
    };
    expect(await local.write('second')).toMatchObject({ created: true });
    expect(bodies()).toEqual(['first']);
    expect(local.state.conversations()).toHaveLength(2);
  });
});

describe('many messages at once from one phone', () => {
  it('are all kept, in order, in one conversation, though Twilio allows 30 changes a second', async () => {
    local.filters('onConversationAdd', 'onMessageAdd', 'onMessageAdded');
    const texts = Array.from({ length: 40 }, (_, index) => `message ${index}`);
    const outcomes = await Promise.all(texts.map((text) => local.write(text)));
    const [sid = '', ...others] = new Set(outcomes.map(({ conversationSid }) => conversationSid));
    expect(others).toEqual([]);
    expect(local.state.messages(sid).map(({ body }) => body)).toEqual(texts);
    expect(await local.received('onMessageAdded', 40)).toHaveLength(40);
  });

  it('can have 32 KB each, and no more', async () => {
    const long = 'é'.repeat(16 * 1024);
    const { conversationSid = '' } = await local.write(long);
    await local.write(long);
    expect(local.state.messages(conversationSid).map(({ body }) => body)).toEqual([long, long]);
    expect(local.webhook('onConversationAdd')?.fields.MessageBody).toBe(long);
    expect(await failure(local.write(`${long}.`))).toEqual([400, 50504]);
  });
});
