/**
 * What the local Twilio knows, and what can be done to it. `TwilioState` (in `state.ts`) implements `TwilioModel`;
 * the REST side and the webhook side both act on it and on nothing else.
 */

/**
 * How a worker can join a group MMS, where Twilio has already made a participant of our number, with a projected
 * address and no identity: by giving that participant an identity, by a new participant with identity and projected
 * address, or both. Public integrations do either; which one an account takes is not documented.
 */
export type GroupJoin = 'update' | 'create' | 'both';

/**
 * How Frontline's API answers: as it should, or as on an account without Frontline, which is every account since
 * February 2023 that had none before. What Twilio answers there is documented nowhere: 404/20404 or 403/20403.
 */
export type FrontlineAccess = 'available' | 'missing' | 'forbidden';

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

/** `/v1/Users` of Frontline. */
export interface FrontlineUser {
  sid: string;
  identity: string;
  friendlyName: string;
  avatar: string | null;
  state: 'active' | 'deactivated';
  isAvailable: boolean;
}

/** Who did it: changes through REST fire no webhooks unless the request's header asks for them. */
export interface Origin {
  /** `SMS`, `WHATSAPP`, `API`, `SDK` */
  source: string;
  /** Whether webhooks are to be fired for this change. */
  webhooks: boolean;
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
  | { type: 'messageAdded' | 'messageUpdated' | 'messageRemoved'; message: Message; origin: Origin }
  | { type: 'userUpdated'; user: FrontlineUser };

/** Every method throws a TwilioError with Twilio's status and code for what Twilio would refuse. */
export interface TwilioModel {
  readonly accountSid: string;
  readonly authToken: string;
  /** The default Conversations service, `IS…`. */
  readonly defaultServiceSid: string;

  createConversation(given: NewConversation, origin: Origin): Conversation;
  /**
   * @param chatServiceSid in which service alone it is looked for
   * @throws 404/20404
   */
  conversation(sidOrUniqueName: string, chatServiceSid?: string): Conversation;
  conversations(): Conversation[];
  updateConversation(sid: string, given: NewConversation, origin: Origin): Conversation;
  removeConversation(sid: string, origin: Origin): void;

  /**
   * @throws 409/50433 for an identity that is in it, 409/50437 for the same in a group, 400/50434 for an identity alone
   *   in a group, 400/50407 for an address of our own, 409/50416 for an address pair in another active conversation
   */
  addParticipant(conversationSid: string, given: NewParticipant, origin: Origin): Participant;
  participant(conversationSid: string, sidOrIdentity: string): Participant;
  participants(conversationSid: string): Participant[];
  updateParticipant(conversationSid: string, sid: string, given: NewParticipant, origin: Origin): Participant;
  removeParticipant(conversationSid: string, sid: string, origin: Origin): void;

  addMessage(conversationSid: string, given: NewMessage, origin: Origin): Message;
  messages(conversationSid: string): Message[];

  /** The conversation (initializing, active or inactive: not closed) in which this customer and our address meet. */
  conversationOfPair(address: string, proxyAddress: string): Conversation | undefined;

  frontlineUser(sidOrIdentity: string): FrontlineUser;
  frontlineUsers(): FrontlineUser[];
  /** Makes the user if it is not there. */
  putFrontlineUser(given: Partial<FrontlineUser> & { identity: string }): FrontlineUser;

  /** @returns a function that ends it */
  onChange(listener: (change: Change) => void): () => void;
  /** Forgets everything but users and configuration. */
  reset(): void;
}
