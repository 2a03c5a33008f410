import { formatDate } from '../http/dates';
import type { Conversation, Message, Participant } from './model';

const base = 'https://conversations.twilio.com/v1';

/** @see https://www.twilio.com/docs/conversations/api/conversation-resource */
export function conversationResource(one: Conversation): object {
  const url = `${base}/Conversations/${one.sid}`;
  return {
    account_sid: one.accountSid,
    chat_service_sid: one.chatServiceSid,
    messaging_service_sid: one.messagingServiceSid,
    sid: one.sid,
    friendly_name: one.friendlyName,
    unique_name: one.uniqueName,
    attributes: one.attributes,
    state: one.state,
    date_created: formatDate(one.dateCreated),
    date_updated: formatDate(one.dateUpdated),
    timers: timersOf(one),
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

function timersOf({ timers: { dateInactive, dateClosed } }: Conversation): object {
  return {
    ...(dateInactive && { date_inactive: formatDate(dateInactive) }),
    ...(dateClosed && { date_closed: formatDate(dateClosed) }),
  };
}

/** @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource */
export function participantResource(one: Participant): object {
  return {
    account_sid: one.accountSid,
    conversation_sid: one.conversationSid,
    sid: one.sid,
    identity: one.identity,
    attributes: one.attributes,
    messaging_binding: bindingResource(one),
    role_sid: one.roleSid,
    date_created: formatDate(one.dateCreated),
    date_updated: formatDate(one.dateUpdated),
    url: `${base}/Conversations/${one.conversationSid}/Participants/${one.sid}`,
    last_read_message_index: one.lastReadMessageIndex,
    last_read_timestamp: one.lastReadTimestamp,
  };
}

function bindingResource({ messagingBinding }: Participant): object | null {
  if (!messagingBinding) return null;
  const { type, address, proxyAddress, projectedAddress } = messagingBinding;
  return {
    type,
    ...(address !== undefined && { address }),
    ...(proxyAddress !== undefined && { proxy_address: proxyAddress }),
    ...(projectedAddress !== undefined && { projected_address: projectedAddress }),
  };
}

/** The summary of a message that reached nobody. */
const undelivered = {
  total: 1,
  sent: 'all',
  delivered: 'none',
  read: 'none',
  failed: 'all',
  undelivered: 'all',
};

/** @see https://www.twilio.com/docs/conversations/api/conversation-message-resource */
export function messageResource(one: Message): object {
  const url = `${base}/Conversations/${one.conversationSid}/Messages/${one.sid}`;
  return {
    account_sid: one.accountSid,
    conversation_sid: one.conversationSid,
    sid: one.sid,
    index: one.index,
    author: one.author,
    body: one.body,
    media:
      one.media?.map(({ sid, contentType, filename, size }) => ({
        sid,
        content_type: contentType,
        filename,
        size,
        category: 'media',
      })) ?? null,
    attributes: one.attributes,
    participant_sid: one.participantSid,
    date_created: formatDate(one.dateCreated),
    date_updated: formatDate(one.dateUpdated),
    url,
    delivery: one.undelivered === undefined ? null : undelivered,
    links: { delivery_receipts: `${url}/Receipts`, channel_metadata: `${url}/ChannelMetadata` },
    content_sid: one.contentSid,
  };
}

/** @see https://www.twilio.com/docs/conversations/api/participant-conversation-resource */
export function participantConversationResource(
  participant: Participant,
  conversation: Conversation,
): object {
  const url = `${base}/Conversations/${conversation.sid}`;
  return {
    account_sid: conversation.accountSid,
    chat_service_sid: conversation.chatServiceSid,
    participant_sid: participant.sid,
    participant_user_sid: null,
    participant_identity: participant.identity,
    participant_messaging_binding: bindingResource(participant),
    conversation_sid: conversation.sid,
    conversation_unique_name: conversation.uniqueName,
    conversation_friendly_name: conversation.friendlyName,
    conversation_attributes: conversation.attributes,
    conversation_date_created: formatDate(conversation.dateCreated),
    conversation_date_updated: formatDate(conversation.dateUpdated),
    conversation_created_by: 'system',
    conversation_state: conversation.state,
    conversation_timers: timersOf(conversation),
    links: { participant: `${url}/Participants/${participant.sid}`, conversation: url },
  };
}
