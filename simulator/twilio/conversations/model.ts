import type { Origin } from '../http/request';

/**
 * How a worker can join a group MMS. Twilio has already added our number as a participant with a projected address and
 * no identity. The worker joins by an update of that participant's identity, by a new participant with identity and
 * projected address, or in both ways. Public integrations do either; Twilio does not document which one it accepts.
 */
export type GroupJoin = 'update' | 'create' | 'both';

export type ConversationState = 'initializing' | 'active' | 'inactive' | 'closed';

/** `messaging_binding` of a participant. */
export interface Binding {
  /** `sms`, `whatsapp`, … */
  type: string;
  address?: string;
  proxy_address?: string;
  projected_address?: string;
}

/**
 * A conversation, as served by a path without a service.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-resource
 */
export interface Conversation {
  account_sid: string;
  chat_service_sid: string;
  messaging_service_sid: string;
  sid: string;
  friendly_name: string | null;
  unique_name: string | null;
  /** JSON text */
  attributes: string;
  state: ConversationState;
  date_created: string;
  date_updated: string;
  timers: { date_inactive?: string; date_closed?: string };
  url: string;
  links: Record<string, string>;
  bindings: null;
}

/** @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource */
export interface Participant {
  account_sid: string;
  conversation_sid: string;
  sid: string;
  identity: string | null;
  /** JSON text */
  attributes: string;
  messaging_binding: Binding | null;
  role_sid: string;
  date_created: string;
  date_updated: string;
  url: string;
  last_read_message_index: number | null;
  last_read_timestamp: string | null;
}

/** @see https://www.twilio.com/docs/conversations/api/conversation-message-resource */
export interface Message {
  account_sid: string;
  conversation_sid: string;
  sid: string;
  index: number;
  author: string;
  body: string | null;
  media: { sid: string; content_type: string; filename: string; size: number; category: string }[] | null;
  /** JSON text */
  attributes: string;
  participant_sid: string | null;
  date_created: string;
  date_updated: string;
  url: string;
  delivery: Record<string, number | string> | null;
  links: Record<string, string>;
  content_sid: string | null;
}

/**
 * How a message reached one participant who is not on chat.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/receipt-resource
 */
export interface Receipt {
  sid: string;
  account_sid: string;
  conversation_sid: string;
  message_sid: string;
  channel_message_sid: string;
  participant_sid: string;
  status: DeliveryStatus;
  error_code: number;
  date_created: string;
  date_updated: string;
  url: string;
}

export type DeliveryStatus = 'sent' | 'delivered' | 'read' | 'failed' | 'undelivered';

/** What is known about a message but not served. */
export interface MessageDetails {
  /** For e-mail only. */
  subject: string | null;
  /** Twilio's error code if the message reached nobody, e.g. 63016. */
  undelivered?: number;
  /** One for each participant who is not on chat, once something is known. */
  receipts: Receipt[];
}

export interface NewConversation {
  /** A new SID by default. */
  sid?: string | undefined;
  friendlyName?: string | undefined;
  uniqueName?: string | undefined;
  attributes?: string | undefined;
  state?: ConversationState | undefined;
  messagingServiceSid?: string | undefined;
  /** The default service by default; it cannot be changed. */
  chatServiceSid?: string | undefined;
  /**
   * How long the conversation is initializing: for some milliseconds, or until so many REST requests were rejected.
   * Until it is active, REST requests that change it are rejected with 50386.
   */
  initializing?: { ms: number } | { calls: number } | undefined;
  timers?: { inactive?: string; closed?: string } | undefined;
  dateCreated?: Date | undefined;
  dateUpdated?: Date | undefined;
}

export interface NewParticipant {
  identity?: string | undefined;
  address?: string | undefined;
  proxyAddress?: string | undefined;
  projectedAddress?: string | undefined;
  attributes?: string | undefined;
  roleSid?: string | undefined;
  lastReadMessageIndex?: number | null | undefined;
  lastReadTimestamp?: string | undefined;
  dateCreated?: Date | undefined;
  dateUpdated?: Date | undefined;
}

export interface NewMessage {
  author?: string | undefined;
  body?: string | undefined;
  attributes?: string | undefined;
  contentSid?: string | undefined;
  subject?: string | undefined;
  mediaSids?: string[] | undefined;
  dateCreated?: Date | undefined;
  dateUpdated?: Date | undefined;
}

/** What changed; `origin` says whether the change triggers webhooks. */
export type Change =
  | {
      type: 'conversationAdded' | 'conversationUpdated' | 'conversationRemoved';
      conversation: Conversation;
      origin: Origin;
    }
  | {
      type: 'conversationStateUpdated';
      conversation: Conversation;
      from: ConversationState;
      to: ConversationState;
      origin: Origin;
    }
  | {
      type: 'participantAdded' | 'participantUpdated' | 'participantRemoved';
      participant: Participant;
      origin: Origin;
    }
  | { type: 'messageAdded' | 'messageUpdated' | 'messageRemoved'; message: Message; origin: Origin }
  | { type: 'deliveryUpdated'; message: Message; receipt: Receipt; origin: Origin };
