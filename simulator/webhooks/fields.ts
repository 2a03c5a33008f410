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
  const { address, proxyAddress, type, projectedAddress: projected } = participant.messagingBinding ?? {};
  // In square brackets Twilio's own schema of this event has it.
  const projectedAddress = projected !== undefined && brackets ? `[${projected}]` : projected;
  return {
    EventType: 'onParticipantAdded',
    AccountSid: participant.accountSid,
    Source: source,
    ChatServiceSid: conversation.chatServiceSid,
    ConversationSid: conversation.sid,
    ParticipantSid: participant.sid,
    DateCreated: participant.dateCreated.toISOString(),
    ...(participant.identity !== null && { Identity: participant.identity }),
    RoleSid: participant.roleSid,
    Attributes: participant.attributes,
    ...(proxyAddress !== undefined && { 'MessagingBinding.ProxyAddress': proxyAddress }),
    ...(address !== undefined && { 'MessagingBinding.Address': address }),
    ...(projectedAddress !== undefined && { 'MessagingBinding.ProjectedAddress': projectedAddress }),
    ...(type !== undefined && { 'MessagingBinding.Type': type }),
    RetryCount: '0',
  };
}

/**
 * The fields of `onConversationAdded`, whoever created the conversation. Twilio's parameter table, and the events that
 * a public integration reads; `Source` is `SMS` where a message created it, `API` for REST.
 *
 * @param binding between whom it is, where a message created it
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadded
 */
export function conversationAddedFields(
  conversation: Conversation,
  source: string,
  binding: Record<string, string> = {},
): Record<string, string> {
  return {
    EventType: 'onConversationAdded',
    AccountSid: conversation.accountSid,
    Source: source,
    ConversationSid: conversation.sid,
    DateCreated: conversation.dateCreated.toISOString(),
    DateUpdated: conversation.dateUpdated.toISOString(),
    ...(conversation.friendlyName !== null && { FriendlyName: conversation.friendlyName }),
    ...(conversation.uniqueName !== null && { UniqueName: conversation.uniqueName }),
    Attributes: conversation.attributes,
    ChatServiceSid: conversation.chatServiceSid,
    MessagingServiceSid: conversation.messagingServiceSid,
    ...binding,
    State: conversation.state,
    RetryCount: '0',
  };
}

/**
 * The fields that `onConversationAdd` has whoever creates the conversation.
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
