import type { Conversations } from '../twilio/conversations/conversations';
import type { Intention } from '../twilio/conversations/intentions';
import type { Change } from '../twilio/conversations/model';
import type { UserChange } from '../twilio/conversations/users';
import type { Origin } from '../twilio/http/request';
import {
  type BindingFormat,
  commonFields,
  conversationFields,
  deliveryFields,
  eventDate,
  type Fields,
  messageFields,
  newConversationFields,
  newMessageFields,
  newParticipantFields,
  now,
  participantFields,
  stateFields,
  userFields,
} from './fields';

/** An event of Conversations, before it is known who gets it. */
export interface ConversationEvent {
  /** `onMessageAdded`, … */
  name: string;
  serviceSid: string;
  /** undefined for users, and for a conversation that is not there yet. */
  conversationSid?: string;
  fields: Fields;
  origin: Origin;
}

/** @returns the post-action event of a change */
export function postActionOf(
  change: Change | UserChange,
  state: Conversations,
  format: BindingFormat,
): ConversationEvent {
  const { origin } = change;
  const name = `on${change.type.charAt(0).toUpperCase()}${change.type.slice(1)}`;
  const make = (accountSid: string, serviceSid: string, fields: Fields, conversationSid?: string) => ({
    name,
    serviceSid,
    origin,
    ...(conversationSid !== undefined && { conversationSid }),
    fields: { ...commonFields(name, accountSid, origin), ...fields },
  });
  const removed = name.endsWith('Removed') ? { DateRemoved: now() } : {};
  if ('user' in change) {
    const { user } = change;
    const updated = name === 'onUserUpdated' ? updatedUserFields(user) : {};
    return make(user.account_sid, user.chat_service_sid, { ...userFields(user), ...updated });
  }
  if ('conversation' in change) {
    const { conversation } = change;
    const fields =
      change.type === 'conversationStateUpdated'
        ? stateFields(change)
        : { ...conversationFields(conversation), ...removed };
    const binding = change.type === 'conversationAdded' ? origin.binding : undefined;
    return make(
      conversation.account_sid,
      conversation.chat_service_sid,
      { ...fields, ...binding },
      conversation.sid,
    );
  }
  const { conversation_sid } = 'participant' in change ? change.participant : change.message;
  const conversation = state.conversation(conversation_sid);
  const { account_sid, chat_service_sid } = conversation;
  const dated = name.endsWith('Added') ? undefined : dateUpdated(change);
  const fields =
    'participant' in change
      ? participantFields(conversation, change.participant, format)
      : change.type === 'deliveryUpdated'
        ? deliveryFields(conversation, change)
        : messageFields(conversation, change.message);
  const read =
    change.type === 'participantUpdated' && change.participant.last_read_message_index !== null
      ? { LastReadMessageIndex: String(change.participant.last_read_message_index) }
      : {};
  return make(account_sid, chat_service_sid, { ...fields, ...dated, ...removed, ...read }, conversation_sid);
}

function dateUpdated(change: Exclude<Change, { conversation: unknown }>): Fields {
  const date =
    'receipt' in change
      ? change.receipt.date_updated
      : 'participant' in change
        ? change.participant.date_updated
        : change.message.date_updated;
  return { DateUpdated: eventDate(date) };
}

/** Whether users are online is not simulated. */
function updatedUserFields({ date_updated }: UserChange['user']): Fields {
  return { DateUpdated: eventDate(date_updated), isOnline: 'false', isNotifiable: 'false' };
}

/**
 * @returns the pre-action event of an intended change, with the values as they would be afterwards. Whether Twilio sends
 *   the old or the new values of an update is not documented; an answer could not modify old ones.
 */
export function preActionOf(
  intention: Intention,
  origin: Origin,
  state: Conversations,
  format: BindingFormat,
): ConversationEvent {
  const name = `on${intention.type.charAt(0).toUpperCase()}${intention.type.slice(1)}`;
  const make = (serviceSid: string, fields: Fields, conversationSid?: string) => ({
    name,
    serviceSid,
    origin,
    ...(conversationSid !== undefined && { conversationSid }),
    fields: { ...commonFields(name, state.accountSid, origin), ...fields },
  });
  if (intention.type === 'conversationAdd') {
    const { given, chatServiceSid, body } = intention;
    const services = { chatServiceSid, messagingServiceSid: state.defaultMessagingServiceSid };
    return make(chatServiceSid, {
      ...newConversationFields(given, services),
      ...origin.binding,
      ...(body !== undefined && { MessageBody: body }),
    });
  }
  if (intention.type === 'userUpdate') {
    const { DateCreated: _date, ...fields } = userFields({ ...intention.user, ...intention.given });
    return make(intention.user.chat_service_sid, { ...fields, DateUpdated: now() });
  }
  const { conversation } = intention;
  return make(
    conversation.chat_service_sid,
    fieldsInConversation(intention, state, format),
    conversation.sid,
  );
}

type InConversation = Exclude<Intention, { type: 'conversationAdd' | 'userUpdate' }>;

function fieldsInConversation(
  intention: InConversation,
  state: Conversations,
  format: BindingFormat,
): Fields {
  const { conversation } = intention;
  switch (intention.type) {
    case 'conversationUpdate': {
      const { friendlyName, uniqueName, attributes } = intention.given;
      return conversationFields({
        ...conversation,
        ...(friendlyName !== undefined && { friendly_name: friendlyName }),
        ...(uniqueName !== undefined && { unique_name: uniqueName }),
        ...(attributes !== undefined && { attributes }),
      });
    }
    case 'conversationRemove':
      return conversationFields(conversation);
    case 'participantAdd':
      return newParticipantFields(conversation, intention.given, format);
    case 'participantUpdate':
    case 'participantRemove': {
      const { participant } = intention;
      const { identity, attributes, roleSid } = 'given' in intention ? intention.given : {};
      const updated = {
        ...participant,
        ...(identity !== undefined && { identity }),
        ...(attributes !== undefined && { attributes }),
        ...(roleSid !== undefined && { role_sid: roleSid }),
      };
      return {
        ...participantFields(conversation, updated, format),
        DateUpdated: eventDate(participant.date_updated),
      };
    }
    case 'messageAdd':
      return newMessageFields(conversation, intention.given, state.participants(conversation.sid));
    case 'messageUpdate':
    case 'messageRemove': {
      const { message } = intention;
      const { body, author, attributes } = 'given' in intention ? intention.given : {};
      const updated = {
        ...message,
        ...(body !== undefined && { body }),
        ...(author !== undefined && { author }),
        ...(attributes !== undefined && { attributes }),
      };
      return {
        ...messageFields(conversation, updated),
        DateUpdated: eventDate(message.date_updated),
      };
    }
  }
}
