import { Hono } from 'hono';
import { answer } from '../http/app';
import { invalid, notFound } from '../http/errors';
import { page } from '../http/paging';
import { isIsoDate } from '../http/parameter-values';
import type { Conversations } from './conversations';
import type { ConversationsEnv } from './env';
import { readIndex } from './forms';
import type { Conversation, Participant } from './model';
import type { UserResource, Users } from './users';

/** The notification level of a participant; `default` by default. */
type Levels = WeakMap<Participant, string>;

/**
 * The conversations that a user is in.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/user-conversation-resource
 */
export function userConversationRoutes(state: Conversations, users: Users): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  const levels: Levels = new WeakMap();
  const membership = (serviceSid: string, { identity }: UserResource, sid: string) => {
    const conversation = state.conversation(sid, serviceSid);
    const participant = state.participants(conversation.sid).find((one) => one.identity === identity);
    if (participant) return { conversation, participant };
    throw notFound(`/Users/${identity}/Conversations/${sid}`);
  };
  app.get('/:user/Conversations', (c) => {
    const { serviceSid } = c.var;
    const user = users.fetch(serviceSid, c.req.param('user'));
    const found = state
      .conversations()
      .filter((one) => one.chat_service_sid === serviceSid)
      .flatMap((conversation) => {
        const participants = state.participants(conversation.sid);
        const participant = participants.find(({ identity }) => identity === user.identity);
        return participant ? resourceOf(state, user, { conversation, participant }, levels) : [];
      });
    return answer(c, page(c, 'conversations', found));
  });
  app.get('/:user/Conversations/:sid', (c) => {
    const user = users.fetch(c.var.serviceSid, c.req.param('user'));
    const found = membership(c.var.serviceSid, user, c.req.param('sid'));
    return answer(c, resourceOf(state, user, found, levels));
  });
  app.post('/:user/Conversations/:sid', (c) => {
    const user = users.fetch(c.var.serviceSid, c.req.param('user'));
    const { NotificationLevel: level, LastReadTimestamp, LastReadMessageIndex } = c.env.form;
    const found = membership(c.var.serviceSid, user, c.req.param('sid'));
    if (LastReadTimestamp !== undefined && !isIsoDate(LastReadTimestamp)) {
      throw invalid('LastReadTimestamp must be an ISO 8601 date');
    }
    const given = {
      lastReadMessageIndex: readIndex(LastReadMessageIndex),
      lastReadTimestamp: LastReadTimestamp,
    };
    state.updateParticipant(found.conversation.sid, found.participant.sid, given, c.var.origin);
    if (level !== undefined) levels.set(found.participant, level);
    return answer(c, resourceOf(state, user, found, levels));
  });
  app.delete('/:user/Conversations/:sid', (c) => {
    const user = users.fetch(c.var.serviceSid, c.req.param('user'));
    const { conversation, participant } = membership(c.var.serviceSid, user, c.req.param('sid'));
    state.removeParticipant(conversation.sid, participant.sid, c.var.origin);
    return c.body(null, 204);
  });
  return app;
}

function resourceOf(
  state: Conversations,
  user: UserResource,
  { conversation, participant }: { conversation: Conversation; participant: Participant },
  levels: Levels,
) {
  const url = `${user.url}/Conversations/${conversation.sid}`;
  const lastRead = participant.last_read_message_index;
  const unread = state.messages(conversation.sid).filter(({ index }) => index > (lastRead ?? -1)).length;
  return {
    account_sid: conversation.account_sid,
    chat_service_sid: conversation.chat_service_sid,
    conversation_sid: conversation.sid,
    // Twilio answers null until the user has read something.
    unread_messages_count: lastRead === null ? null : unread,
    last_read_message_index: lastRead,
    participant_sid: participant.sid,
    user_sid: user.sid,
    friendly_name: conversation.friendly_name,
    conversation_state: conversation.state,
    timers: conversation.timers,
    attributes: conversation.attributes,
    date_created: conversation.date_created,
    date_updated: conversation.date_updated,
    created_by: 'system',
    notification_level: levels.get(participant) ?? 'default',
    unique_name: conversation.unique_name,
    url,
    links: { participant: participant.url, conversation: conversation.url },
  };
}
