import type { Conversations } from '../twilio/conversations/conversations';
import type { Conversation, Participant } from '../twilio/conversations/model';

/**
 * The fields of `onParticipantAdded`.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onparticipantadded
 */
export function participantAddedFields(
  conversation: Conversation,
  participant: Participant,
  source: string,
  { brackets = false } = {},
): Record<string, string> {
  const { address, proxy_address, type, projected_address: projected } = participant.messaging_binding ?? {};
  // Twilio's schema of this event has square brackets around it.
  const projectedAddress = projected !== undefined && brackets ? `[${projected}]` : projected;
  return {
    EventType: 'onParticipantAdded',
    AccountSid: participant.account_sid,
    Source: source,
    ChatServiceSid: conversation.chat_service_sid,
    ConversationSid: conversation.sid,
    ParticipantSid: participant.sid,
    DateCreated: eventDate(participant.date_created),
    ...(participant.identity !== null && { Identity: participant.identity }),
    RoleSid: participant.role_sid,
    Attributes: participant.attributes,
    ...(proxy_address !== undefined && { 'MessagingBinding.ProxyAddress': proxy_address }),
    ...(address !== undefined && { 'MessagingBinding.Address': address }),
    ...(projectedAddress !== undefined && { 'MessagingBinding.ProjectedAddress': projectedAddress }),
    ...(type !== undefined && { 'MessagingBinding.Type': type }),
    RetryCount: '0',
  };
}

/**
 * The fields of `onConversationAdded`, from Twilio's parameter table and from events that a public integration reads.
 * `Source` is `SMS` for a conversation that a message created, `API` for one created by REST.
 *
 * @param binding the addresses, if a message created the conversation
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadded
 */
export function conversationAddedFields(
  conversation: Conversation,
  source: string,
  binding: Record<string, string> = {},
): Record<string, string> {
  return {
    EventType: 'onConversationAdded',
    AccountSid: conversation.account_sid,
    Source: source,
    ConversationSid: conversation.sid,
    DateCreated: eventDate(conversation.date_created),
    DateUpdated: eventDate(conversation.date_updated),
    ...(conversation.friendly_name !== null && { FriendlyName: conversation.friendly_name }),
    ...(conversation.unique_name !== null && { UniqueName: conversation.unique_name }),
    Attributes: conversation.attributes,
    ChatServiceSid: conversation.chat_service_sid,
    MessagingServiceSid: conversation.messaging_service_sid,
    ...binding,
    State: conversation.state,
    RetryCount: '0',
  };
}

/**
 * The fields of `onConversationRoute`.
 *
 * @param binding the addresses
 * @see https://www.twilio.com/docs/frontline/handle-incoming-conversations
 */
export function conversationRouteFields(
  conversation: Conversation,
  binding: Record<string, string>,
): Record<string, string> {
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

/**
 * The fields that every `onConversationAdd` has.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export function conversationAddFields(
  state: Conversations,
  source: string,
  chatServiceSid = state.defaultServiceSid,
): Record<string, string> {
  return {
    EventType: 'onConversationAdd',
    AccountSid: state.accountSid,
    Source: source,
    Attributes: '{}',
    ChatServiceSid: chatServiceSid,
    MessagingServiceSid: `MG${'0'.repeat(31)}1`,
    State: 'active',
  };
}

/** Dates in webhooks have milliseconds, dates in resources do not. */
function eventDate(date: string): string {
  return new Date(date).toISOString();
}
