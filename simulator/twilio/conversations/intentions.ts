import type { Origin } from '../http/request';
import type {
  Conversation,
  Message,
  NewConversation,
  NewMessage,
  NewParticipant,
  Participant,
} from './model';
import type { UserResource } from './users';

/** A change that somebody is about to make: pre-action webhooks are asked about it first. */
export type Intention =
  | {
      type: 'conversationAdd';
      given: NewConversation;
      chatServiceSid: string;
      /** The inbound message that creates the conversation. */
      body?: string | undefined;
    }
  | { type: 'conversationUpdate'; conversation: Conversation; given: NewConversation }
  | { type: 'conversationRemove'; conversation: Conversation }
  | { type: 'participantAdd'; conversation: Conversation; given: NewParticipant }
  | {
      type: 'participantUpdate';
      conversation: Conversation;
      participant: Participant;
      given: NewParticipant;
    }
  | { type: 'participantRemove'; conversation: Conversation; participant: Participant }
  | { type: 'messageAdd'; conversation: Conversation; given: NewMessage }
  | { type: 'messageUpdate'; conversation: Conversation; message: Message; given: NewMessage }
  | { type: 'messageRemove'; conversation: Conversation; message: Message }
  | { type: 'userUpdate'; user: UserResource; given: Partial<UserResource> };

/** What a pre-action webhook changes: fields of the conversation or of the message, by their names in its answer. */
export type ModifiedFields = Partial<
  Record<'friendly_name' | 'unique_name' | 'attributes' | 'body' | 'author', string>
>;

/**
 * Asks pre-action webhooks about a change.
 *
 * @returns what they modify; undefined if one of them rejects the change
 */
export type AskPreAction = (intention: Intention, origin: Origin) => Promise<ModifiedFields | undefined>;
