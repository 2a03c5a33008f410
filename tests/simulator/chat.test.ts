import { failure } from './rest-api';
import { useWebhooks } from './sent-webhooks';
import { json } from './stand-in-functions';

const local = useWebhooks();
const write = (more: { conversationSid?: string; body?: string } = {}) =>
  local.chat.receive({ from: 'visitor-1', body: 'Hi', ...more }, 't');
const participantsOf = (sid = '') =>
  local.state.participants(sid).map((one) => [one.identity, one.messaging_binding]);

describe('a customer on chat', () => {
  it('writes into a new conversation, and then into the same one until it is closed', async () => {
    const { conversationSid = '', created } = await write();
    expect(created).toBe(true);
    expect(participantsOf(conversationSid)).toEqual([['visitor-1', null]]);
    expect(await write()).toEqual({ conversationSid, created: false });
    local.state.updateConversation(conversationSid, { state: 'closed' }, { source: 'API', webhooks: false });
    expect((await write()).conversationSid).not.toBe(conversationSid);
  });

  it('makes one conversation with messages that come at once', async () => {
    const bodies = ['one', 'two', 'three'];
    const outcomes = await Promise.all(bodies.map((body) => write({ body })));
    expect(new Set(outcomes.map(({ conversationSid }) => conversationSid)).size).toBe(1);
    const messages = local.state.messages(outcomes[0]?.conversationSid ?? '');
    expect(messages.map(({ body }) => body)).toEqual(bodies);
  });

  it('joins the conversation that is named', async () => {
    const { conversationSid = '' } = await local.write();
    expect(await write({ conversationSid })).toEqual({ conversationSid, created: false });
    expect(participantsOf(conversationSid).map(([identity]) => identity)).toEqual([null, 'visitor-1']);
    const unknown = `CH${'0'.repeat(32)}`;
    expect(await failure(write({ conversationSid: unknown }))).toEqual([404, 20404]);
  });

  it('is in the conversation service of the data', async () => {
    local.serviceSid = `IS${'2'.repeat(32)}`;
    const { conversationSid = '' } = await write();
    expect(local.state.conversation(conversationSid).chat_service_sid).toBe(local.serviceSid);
    expect(local.webhook('onConversationAdd')?.fields).toMatchObject({
      Source: 'SDK',
      ClientIdentity: 'visitor-1',
      ChatServiceSid: local.serviceSid,
    });
  });

  it.each([
    ['onConversationAdd', 0, 0],
    ['onParticipantAdd', 1, 0],
    ['onMessageAdd', 1, 0],
  ])('cannot write when %s is rejected', async (name, conversations, messages) => {
    local.filters(name);
    local.functions.answers[name] = json({}, 403);
    await write();
    const all = local.state.conversations();
    expect(all).toHaveLength(conversations);
    expect(all.flatMap(({ sid }) => local.state.messages(sid))).toHaveLength(messages);
    expect(local.timeline.entries().at(-1)).toMatchObject({ kind: 'note', state: 'failed' });
  });
});
