import { bindingOf } from '../twilio/conversations/bindings';
import type {
  Binding,
  Change,
  Conversation,
  Message,
  NewConversation,
  NewMessage,
  NewParticipant,
  Participant,
} from '../twilio/conversations/model';
import type { UserResource } from '../twilio/conversations/users';
import type { Origin } from '../twilio/http/request';

/** What webhooks send: Twilio's fields by name. */
export type Fields = Record<string, string>;

/** How participants are sent. */
export interface BindingFormat {
  /** Twilio's schema of onParticipantAdded has square brackets around the projected address. */
  brackets: boolean;
}

/**
 * The fields that every event has. `Source` is `SDK` or `API` in Twilio's table; public integrations also read `SMS` and
 * `WHATSAPP`, which was measured on a live account too.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#webhook-bodies-by-event-type
 */
export function commonFields(name: string, accountSid: string, { source, clientIdentity }: Origin): Fields {
  return {
    EventType: name,
    AccountSid: accountSid,
    Source: source === 'TIMER' || source === 'EVENT' ? 'API' : source,
    ...(clientIdentity !== undefined && { ClientIdentity: clientIdentity }),
  };
}

/**
 * A conversation in its events, as Twilio's tables of onConversationAdded, onConversationUpdate and the others have it.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadded
 */
export function conversationFields(conversation: Conversation): Fields {
  return {
    ConversationSid: conversation.sid,
    DateCreated: eventDate(conversation.date_created),
    DateUpdated: eventDate(conversation.date_updated),
    ...(conversation.friendly_name !== null && { FriendlyName: conversation.friendly_name }),
    ...(conversation.unique_name !== null && { UniqueName: conversation.unique_name }),
    Attributes: conversation.attributes,
    ChatServiceSid: conversation.chat_service_sid,
    MessagingServiceSid: conversation.messaging_service_sid,
    State: conversation.state,
  };
}

/**
 * A conversation that does not exist yet: it has no SID and no dates.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export function newConversationFields(
  { friendlyName, uniqueName, attributes = '{}', messagingServiceSid }: NewConversation,
  service: { chatServiceSid: string; messagingServiceSid: string },
): Fields {
  return {
    ...(friendlyName !== undefined && { FriendlyName: friendlyName }),
    ...(uniqueName !== undefined && { UniqueName: uniqueName }),
    Attributes: attributes,
    ChatServiceSid: service.chatServiceSid,
    MessagingServiceSid: messagingServiceSid ?? service.messagingServiceSid,
    State: 'active',
  };
}

/** @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationstateupdated */
export function stateFields({
  conversation,
  from,
  to,
  origin,
}: Extract<Change, { type: 'conversationStateUpdated' }>): Fields {
  return {
    ChatServiceSid: conversation.chat_service_sid,
    StateUpdated: now(),
    StateFrom: from,
    StateTo: to,
    ConversationSid: conversation.sid,
    Reason: origin.source === 'TIMER' || origin.source === 'EVENT' ? origin.source : 'API',
    MessagingServiceSid: conversation.messaging_service_sid,
  };
}

/**
 * A participant in its events.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onparticipantadded
 */
export function participantFields(
  { chat_service_sid }: Conversation,
  participant: Participant,
  format: BindingFormat,
): Fields {
  return {
    ChatServiceSid: chat_service_sid,
    ConversationSid: participant.conversation_sid,
    ParticipantSid: participant.sid,
    DateCreated: eventDate(participant.date_created),
    ...(participant.identity !== null && { Identity: participant.identity }),
    RoleSid: participant.role_sid,
    Attributes: participant.attributes,
    ...bindingFields(participant.messaging_binding, format),
  };
}

/** A participant who has not joined yet. */
export function newParticipantFields(
  { sid, chat_service_sid }: Conversation,
  given: NewParticipant,
  format: BindingFormat,
): Fields {
  return {
    ChatServiceSid: chat_service_sid,
    ConversationSid: sid,
    ...(given.identity !== undefined && { Identity: given.identity }),
    ...(given.roleSid !== undefined && { RoleSid: given.roleSid }),
    Attributes: given.attributes ?? '{}',
    ...bindingFields(bindingOf(given), format),
  };
}

function bindingFields(binding: Binding | null, { brackets }: BindingFormat): Fields {
  const { address, proxy_address, type, projected_address: projected } = binding ?? {};
  const projectedAddress = projected !== undefined && brackets ? `[${projected}]` : projected;
  return {
    ...(proxy_address !== undefined && { 'MessagingBinding.ProxyAddress': proxy_address }),
    ...(address !== undefined && { 'MessagingBinding.Address': address }),
    ...(projectedAddress !== undefined && { 'MessagingBinding.ProjectedAddress': projectedAddress }),
    ...(type !== undefined && { 'MessagingBinding.Type': type }),
  };
}

/**
 * A message in its events. `ChatServiceSid` is not in Twilio's table; public integrations read it in onMessageAdded.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onmessageadded
 */
export function messageFields(conversation: Conversation, message: Message): Fields {
  return {
    ChatServiceSid: conversation.chat_service_sid,
    ConversationSid: conversation.sid,
    MessageSid: message.sid,
    MessagingServiceSid: conversation.messaging_service_sid,
    Index: String(message.index),
    DateCreated: eventDate(message.date_created),
    Body: message.body ?? '',
    Author: message.author,
    ...(message.participant_sid !== null && { ParticipantSid: message.participant_sid }),
    Attributes: message.attributes,
    ...(message.media && { Media: JSON.stringify(message.media.map(mediaOf)) }),
  };
}

/** Public integrations read `Sid`, `Filename` and `Size`; Twilio's schema of the event names the first `MediaSid`. */
function mediaOf({ sid, filename, content_type, size }: NonNullable<Message['media']>[number]): object {
  return { Sid: sid, Filename: filename, ContentType: content_type, Size: size };
}

/** A message that has not been added yet. */
export function newMessageFields(
  { sid, chat_service_sid }: Conversation,
  { body = '', author = 'system', attributes = '{}' }: NewMessage,
  participants: Participant[],
): Fields {
  const sender = participants.find(
    ({ identity, messaging_binding: binding }) => (identity ?? binding?.address) === author,
  );
  return {
    ChatServiceSid: chat_service_sid,
    ConversationSid: sid,
    Body: body,
    Author: author,
    ...(sender && { ParticipantSid: sender.sid }),
    Attributes: attributes,
  };
}

/** @see https://www.twilio.com/docs/conversations/conversations-webhooks#ondeliveryupdated */
export function deliveryFields(
  { chat_service_sid }: Conversation,
  { receipt }: Extract<Change, { type: 'deliveryUpdated' }>,
): Fields {
  return {
    ConversationSid: receipt.conversation_sid,
    ChatServiceSid: chat_service_sid,
    MessageSid: receipt.message_sid,
    DeliveryReceiptSid: receipt.sid,
    ChannelMessageSid: receipt.channel_message_sid,
    ParticipantSid: receipt.participant_sid,
    Status: receipt.status,
    // Whether it is 0 or missing in a success is not documented.
    ...(receipt.error_code !== 0 && { ErrorCode: String(receipt.error_code) }),
    DateCreated: eventDate(receipt.date_created),
    DateUpdated: eventDate(receipt.date_updated),
  };
}

/** @see https://www.twilio.com/docs/conversations/conversations-webhooks#onuseradded */
export function userFields(user: UserResource): Fields {
  return {
    ChatServiceSid: user.chat_service_sid,
    UserSid: user.sid,
    DateCreated: eventDate(user.date_created),
    Identity: user.identity,
    RoleSid: user.role_sid,
    Attributes: user.attributes,
    FriendlyName: user.friendly_name ?? '',
  };
}

/**
 * The fields of `onConversationRoute`.
 *
 * @param binding the addresses
 * @see https://www.twilio.com/docs/frontline/handle-incoming-conversations
 */
export function conversationRouteFields(conversation: Conversation, binding: Fields): Fields {
  return {
    EventType: 'onConversationRoute',
    ConversationSid: conversation.sid,
    DateCreated: eventDate(conversation.date_created),
    DateUpdated: eventDate(conversation.date_updated),
    ...(conversation.friendly_name !== null && { FriendlyName: conversation.friendly_name }),
    UniqueName: conversation.unique_name ?? '',
    Attributes: conversation.attributes,
    ConversationServiceSid: conversation.chat_service_sid,
    ...binding,
    State: conversation.state,
  };
}

/** Dates in webhooks have milliseconds, dates in resources do not. */
export function eventDate(date: string): string {
  return new Date(date).toISOString();
}

/** @returns the current time, as webhooks have it */
export function now(): string {
  return new Date().toISOString();
}
