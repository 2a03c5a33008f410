import type { Origin } from '../http/request';

/**
 * How a worker can join a group MMS, where Twilio has already made a participant of our number, with a projected
 * address and no identity: by giving that participant an identity, by a new participant with identity and projected
 * address, or both. Public integrations do either; which one an account takes is not documented.
 */
export type GroupJoin = 'update' | 'create' | 'both';

export type ConversationState = 'initializing' | 'active' | 'inactive' | 'closed';

export interface Binding {
  /** `sms`, `whatsapp`, … */
  type: string;
  address?: string;
  proxyAddress?: string;
  projectedAddress?: string;
}

export interface Conversation {
  sid: string;
  accountSid: string;
  chatServiceSid: string;
  messagingServiceSid: string;
  friendlyName: string | null;
  uniqueName: string | null;
  /** JSON text */
  attributes: string;
  state: ConversationState;
  dateCreated: Date;
  dateUpdated: Date;
  /** ISO 8601 durations as they were given, and the moments that follow from them. */
  timers: { inactive?: string; closed?: string; dateInactive?: Date; dateClosed?: Date };
}

export interface Participant {
  sid: string;
  accountSid: string;
  conversationSid: string;
  identity: string | null;
  /** JSON text */
  attributes: string;
  messagingBinding: Binding | null;
  roleSid: string;
  dateCreated: Date;
  dateUpdated: Date;
  lastReadMessageIndex: number | null;
  lastReadTimestamp: string | null;
}

export interface Message {
  sid: string;
  accountSid: string;
  conversationSid: string;
  index: number;
  author: string;
  body: string | null;
  /** JSON text */
  attributes: string;
  participantSid: string | null;
  contentSid: string | null;
  /** Of an e-mail. */
  subject: string | null;
  /** Twilio's error code where the message does not reach the customer, e.g. 63016. */
  undelivered?: number;
  media: { sid: string; contentType: string; filename: string; size: number }[] | null;
  dateCreated: Date;
  dateUpdated: Date;
}

export interface NewConversation {
  /** One that is not taken, for a conversation that is known beforehand; a new one unless given. */
  sid?: string | undefined;
  friendlyName?: string | undefined;
  uniqueName?: string | undefined;
  attributes?: string | undefined;
  state?: ConversationState | undefined;
  messagingServiceSid?: string | undefined;
  /** In which conversation service it is made, the default one unless given; it stays there. */
  chatServiceSid?: string | undefined;
  /**
   * How long it is initializing, in milliseconds, or in changes by REST that are refused; Infinity for ever. Until it
   * is active, changes by REST are refused with 50386.
   */
  initializing?: { ms: number } | { calls: number } | undefined;
  timers?: { inactive?: string; closed?: string } | undefined;
  dateCreated?: Date | undefined;
}

export interface NewParticipant {
  identity?: string | undefined;
  address?: string | undefined;
  proxyAddress?: string | undefined;
  projectedAddress?: string | undefined;
  attributes?: string | undefined;
  roleSid?: string | undefined;
}

export interface NewMessage {
  author?: string | undefined;
  body?: string | undefined;
  attributes?: string | undefined;
  contentSid?: string | undefined;
  subject?: string | undefined;
  mediaSids?: string[] | undefined;
}

/** What changed; `origin` says whether Twilio would tell anybody by webhook. */
export type Change =
  | {
      type: 'conversationAdded' | 'conversationUpdated' | 'conversationRemoved';
      conversation: Conversation;
      origin: Origin;
    }
  | { type: 'conversationStateUpdated'; conversation: Conversation; from: ConversationState; origin: Origin }
  | {
      type: 'participantAdded' | 'participantUpdated' | 'participantRemoved';
      participant: Participant;
      origin: Origin;
    }
  | { type: 'messageAdded' | 'messageUpdated' | 'messageRemoved'; message: Message; origin: Origin };
