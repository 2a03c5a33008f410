import { formatDate } from '../http/dates';
import { fixedSid, newSid } from '../http/sids';
import { bindingOf } from './bindings';
import type {
  Conversation,
  Message,
  NewConversation,
  NewMessage,
  NewParticipant,
  Participant,
} from './model';

const base = 'https://conversations.twilio.com/v1/Conversations';

/** @returns a new conversation, `active` by default */
export function newConversation(
  given: NewConversation,
  account: { accountSid: string; chatServiceSid: string; messagingServiceSid: string },
  now: Date,
): Conversation {
  const sid = given.sid ?? newSid('CH');
  const url = `${base}/${sid}`;
  return {
    account_sid: account.accountSid,
    chat_service_sid: account.chatServiceSid,
    messaging_service_sid: given.messagingServiceSid ?? account.messagingServiceSid,
    sid,
    friendly_name: given.friendlyName ?? null,
    unique_name: given.uniqueName ?? null,
    attributes: given.attributes ?? '{}',
    state: given.state ?? (given.initializing ? 'initializing' : 'active'),
    ...givenDates(given, now),
    timers: {},
    url,
    links: {
      participants: `${url}/Participants`,
      messages: `${url}/Messages`,
      webhooks: `${url}/Webhooks`,
      export: `${url}/Export`,
    },
    bindings: null,
  };
}

/** @returns a new participant of a conversation */
export function newParticipant(
  { account_sid, sid: conversation_sid }: Conversation,
  given: NewParticipant,
  now: Date,
): Participant {
  const sid = newSid('MB');
  return {
    account_sid,
    conversation_sid,
    sid,
    identity: given.identity ?? null,
    attributes: given.attributes ?? '{}',
    messaging_binding: bindingOf(given),
    role_sid: given.roleSid ?? fixedSid('RL', given.identity ? 1 : 2),
    ...givenDates(given, now),
    url: `${base}/${conversation_sid}/Participants/${sid}`,
    last_read_message_index: null,
    last_read_timestamp: null,
  };
}

/**
 * @param position.sender the participant who is the author, if any
 * @returns a new message in a conversation
 */
export function newMessage(
  { account_sid, sid: conversation_sid }: Conversation,
  given: NewMessage,
  { index, sender, now }: { index: number; sender: Participant | undefined; now: Date },
): Message {
  const sid = newSid('IM');
  const url = `${base}/${conversation_sid}/Messages/${sid}`;
  const mediaOf = (mediaSid: string) => ({
    sid: mediaSid,
    content_type: 'application/octet-stream',
    filename: mediaSid,
    size: 0,
    category: 'media',
  });
  return {
    account_sid,
    conversation_sid,
    sid,
    index,
    author: given.author ?? 'system',
    body: given.body ?? null,
    media: given.mediaSids?.map(mediaOf) ?? null,
    attributes: given.attributes ?? '{}',
    participant_sid: sender?.sid ?? null,
    ...givenDates(given, now),
    url,
    delivery: null,
    links: { delivery_receipts: `${url}/Receipts`, channel_metadata: `${url}/ChannelMetadata` },
    content_sid: given.contentSid ?? null,
  };
}

/** Who imports old conversations gives their dates. */
function givenDates(
  { dateCreated, dateUpdated }: { dateCreated?: Date | undefined; dateUpdated?: Date | undefined },
  now: Date,
): { date_created: string; date_updated: string } {
  return { date_created: formatDate(dateCreated ?? now), date_updated: formatDate(dateUpdated ?? now) };
}

/**
 * @returns a participant's membership in a conversation
 * @see https://www.twilio.com/docs/conversations/api/participant-conversation-resource
 */
export function membershipOf(participant: Participant, conversation: Conversation): object {
  return {
    account_sid: conversation.account_sid,
    chat_service_sid: conversation.chat_service_sid,
    participant_sid: participant.sid,
    participant_user_sid: null,
    participant_identity: participant.identity,
    participant_messaging_binding: participant.messaging_binding,
    conversation_sid: conversation.sid,
    conversation_unique_name: conversation.unique_name,
    conversation_friendly_name: conversation.friendly_name,
    conversation_attributes: conversation.attributes,
    conversation_date_created: conversation.date_created,
    conversation_date_updated: conversation.date_updated,
    conversation_created_by: 'system',
    conversation_state: conversation.state,
    conversation_timers: conversation.timers,
    links: { participant: participant.url, conversation: conversation.url },
  };
}
