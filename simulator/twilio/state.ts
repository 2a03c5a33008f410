import { notFound, TwilioError } from './errors';
import type {
  Binding,
  Change,
  Conversation,
  ConversationState,
  FrontlineAccess,
  FrontlineUser,
  GroupJoin,
  Message,
  NewConversation,
  NewMessage,
  NewParticipant,
  Origin,
  Participant,
  TwilioModel,
} from './model';
import { fixedSid, newSid } from './sids';

export interface StateOptions {
  accountSid: string;
  authToken: string;
  now?: () => Date;
  /** How many changes a conversation takes a second. */
  changesPerSecond?: number;
}

/** Twilio's limits. */
const limits = {
  friendlyName: 256,
  uniqueName: 256,
  identity: 256,
  address: 256,
  body: 1_600,
  subject: 256,
  /** bytes */
  participantAttributes: 4 * 1024,
  conversationAttributes: 16 * 1024,
  messageAttributes: 4 * 1024,
  participants: 1_000,
};

/** What Twilio's documentation gives no number for answers with the general code of a wrong parameter. */
const wrongParameter = 20001;

interface Entry {
  conversation: Conversation;
  participants: Participant[];
  messages: Message[];
  nextIndex: number;
  /** The identities that were taken out of it. */
  removed: Set<string>;
  /** Until when it is initializing, and how many changes by REST are refused before. */
  initializing: { until: number; calls: number };
  /** When it was changed lately. */
  changes: number[];
}

/**
 * Conversations and Frontline users in memory, with Twilio's rules.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-resource
 * @see https://www.twilio.com/docs/conversations/states-timers
 */
export class TwilioState implements TwilioModel {
  readonly accountSid: string;
  readonly authToken: string;
  readonly defaultServiceSid = fixedSid('IS', 1);
  readonly defaultMessagingServiceSid = fixedSid('MG', 1);
  /** Our own numbers as they stand in messages, with a channel's prefix: none of them can be a customer's. */
  readonly ownAddresses = new Set<string>();
  groupJoin: GroupJoin = 'both';
  frontline: FrontlineAccess = 'available';
  /**
   * Identities whose re-adding to a conversation that they were removed from answers 404/20404 although it was done,
   * until the user is deleted.
   *
   * @see https://support.twilio.com/hc/en-us/articles/50009103572635-Resolving-Error-20404-When-Re-Adding-the-Same-Participant
   */
  readonly staleIdentities = new Set<string>();
  readonly #now: () => Date;
  readonly #changesPerSecond: number;
  #entries = new Map<string, Entry>();
  /** Which open conversation holds a pair of addresses. */
  #pairs = new Map<string, string>();
  #users = new Map<string, FrontlineUser>();
  #listeners = new Set<(change: Change) => void>();

  constructor({ accountSid, authToken, now = () => new Date(), changesPerSecond = 30 }: StateOptions) {
    this.accountSid = accountSid;
    this.authToken = authToken;
    this.#now = now;
    this.#changesPerSecond = changesPerSecond;
  }

  createConversation(given: NewConversation, origin: Origin): Conversation {
    checkConversation(given);
    if (given.state === 'closed') throw new TwilioError(400, 50384, "Initial state can't be 'closed'");
    const chatServiceSid = given.chatServiceSid ?? this.defaultServiceSid;
    this.#requireUniqueName(given.uniqueName, chatServiceSid);
    const now = this.#now();
    const conversation: Conversation = {
      sid: given.sid ?? newSid('CH'),
      accountSid: this.accountSid,
      chatServiceSid,
      messagingServiceSid: given.messagingServiceSid ?? this.defaultMessagingServiceSid,
      friendlyName: given.friendlyName ?? null,
      uniqueName: given.uniqueName ?? null,
      attributes: given.attributes ?? '{}',
      state: given.state ?? (given.initializing ? 'initializing' : 'active'),
      dateCreated: given.dateCreated ?? now,
      dateUpdated: now,
      timers: {},
    };
    this.#setTimers(conversation, given.timers);
    this.#entries.set(conversation.sid, {
      conversation,
      participants: [],
      messages: [],
      nextIndex: 0,
      removed: new Set(),
      initializing: initializingOf(given.initializing, now),
      changes: [],
    });
    this.#tell({ type: 'conversationAdded', conversation, origin });
    return conversation;
  }

  conversation(sidOrUniqueName: string, chatServiceSid?: string): Conversation {
    return this.#entry(sidOrUniqueName, chatServiceSid).conversation;
  }

  conversations(): Conversation[] {
    return [...this.#entries.values()].map((entry) => this.#timed(entry).conversation);
  }

  updateConversation(sid: string, given: NewConversation, origin: Origin): Conversation {
    checkConversation(given);
    const entry = this.#changing(sid);
    const { conversation } = entry;
    if (given.uniqueName !== undefined && given.uniqueName !== conversation.uniqueName) {
      this.#requireUniqueName(given.uniqueName, conversation.chatServiceSid);
    }
    const { friendlyName, uniqueName, attributes, messagingServiceSid, dateCreated } = given;
    Object.assign(conversation, {
      ...(friendlyName !== undefined && { friendlyName }),
      ...(uniqueName !== undefined && { uniqueName }),
      ...(attributes !== undefined && { attributes }),
      ...(messagingServiceSid !== undefined && { messagingServiceSid }),
      ...(dateCreated !== undefined && { dateCreated }),
      dateUpdated: this.#now(),
    });
    this.#setTimers(conversation, given.timers);
    const from = conversation.state;
    if (given.state !== undefined && given.state !== from) {
      this.#move(entry, given.state);
      this.#tell({ type: 'conversationStateUpdated', conversation, from, origin });
    }
    this.#tell({ type: 'conversationUpdated', conversation, origin });
    return conversation;
  }

  removeConversation(sid: string, origin: Origin): void {
    const entry = this.#entry(sid);
    for (const participant of entry.participants) this.#release(participant);
    this.#entries.delete(entry.conversation.sid);
    this.#tell({ type: 'conversationRemoved', conversation: entry.conversation, origin });
  }

  addParticipant(conversationSid: string, given: NewParticipant, origin: Origin): Participant {
    checkParticipant(given);
    const entry = this.#changing(conversationSid, origin);
    const { sid } = entry.conversation;
    const { identity, address, proxyAddress, projectedAddress } = given;
    if (!identity && !address && !projectedAddress) {
      throw new TwilioError(400, 50407, 'Identity or MessagingBinding.Address is required for a participant');
    }
    this.#requireCustomers(entry, address);
    this.#requireNew(entry, given);
    if (identity) requireIdentityFree(entry, identity);
    if (isGroup(entry) && !address && !projectedAddress) {
      throw new TwilioError(400, 50434, 'Participant projected address not provided');
    }
    if (entry.participants.length >= limits.participants) {
      throw new TwilioError(400, 50404, `A conversation has at most ${limits.participants} participants`);
    }
    if (address && proxyAddress) this.#claim(address, proxyAddress, sid);
    const now = this.#now();
    const participant: Participant = {
      sid: newSid('MB'),
      accountSid: this.accountSid,
      conversationSid: sid,
      identity: identity ?? null,
      attributes: given.attributes ?? '{}',
      messagingBinding: bindingOf({ address, proxyAddress, projectedAddress }),
      roleSid: given.roleSid ?? fixedSid('RL', identity ? 1 : 2),
      dateCreated: now,
      dateUpdated: now,
      lastReadMessageIndex: null,
      lastReadTimestamp: null,
    };
    entry.participants.push(participant);
    this.#touch(entry, now);
    this.#tell({ type: 'participantAdded', participant, origin });
    if (identity && entry.removed.has(identity) && this.staleIdentities.has(identity)) {
      throw notFound(`/Conversations/${sid}/Participants`);
    }
    return participant;
  }

  participant(conversationSid: string, sidOrIdentity: string): Participant {
    const found = this.#entry(conversationSid).participants.find(
      ({ sid, identity }) => sid === sidOrIdentity || identity === sidOrIdentity,
    );
    if (found) return found;
    throw notFound(`/Conversations/${conversationSid}/Participants/${sidOrIdentity}`);
  }

  participants(conversationSid: string): Participant[] {
    return [...this.#entry(conversationSid).participants];
  }

  updateParticipant(
    conversationSid: string,
    sid: string,
    given: NewParticipant,
    origin: Origin,
  ): Participant {
    checkParticipant(given);
    const participant = this.participant(conversationSid, sid);
    this.#changing(conversationSid, origin);
    const { identity, attributes, roleSid, proxyAddress, projectedAddress } = given;
    if (identity !== undefined && identity !== participant.identity) {
      requireIdentityFree(this.#entry(conversationSid), identity);
      if (isProjected(participant) && this.groupJoin === 'create') {
        // Which code Twilio gives here is not documented.
        throw new TwilioError(
          400,
          wrongParameter,
          'The identity of a projected participant cannot be changed',
        );
      }
    }
    this.#moveClaim(participant, proxyAddress);
    Object.assign(participant, {
      ...(identity !== undefined && { identity }),
      ...(attributes !== undefined && { attributes }),
      ...(roleSid !== undefined && { roleSid }),
      dateUpdated: this.#now(),
    });
    if (proxyAddress !== undefined || projectedAddress !== undefined) {
      const before = participant.messagingBinding;
      participant.messagingBinding = bindingOf({
        address: before?.address,
        proxyAddress: proxyAddress ?? before?.proxyAddress,
        projectedAddress: projectedAddress ?? before?.projectedAddress,
      });
    }
    this.#tell({ type: 'participantUpdated', participant, origin });
    return participant;
  }

  removeParticipant(conversationSid: string, sid: string, origin: Origin): void {
    const participant = this.participant(conversationSid, sid);
    const entry = this.#changing(conversationSid, origin);
    entry.participants = entry.participants.filter((one) => one !== participant);
    if (participant.identity !== null) entry.removed.add(participant.identity);
    this.#release(participant);
    this.#tell({ type: 'participantRemoved', participant, origin });
  }

  addMessage(conversationSid: string, given: NewMessage, origin: Origin): Message {
    const { author, body, attributes, contentSid, subject, mediaSids } = given;
    const entry = this.#changing(conversationSid, origin);
    if (entry.conversation.state === 'inactive') this.#move(entry, 'active');
    requireAtMost('Body', body, limits.body);
    requireAtMost('Subject', subject, limits.subject);
    requireAttributes(attributes, limits.messageAttributes);
    const now = this.#now();
    const participant = entry.participants.find(
      ({ identity, messagingBinding }) =>
        author !== undefined && (identity ?? messagingBinding?.address) === author,
    );
    const message: Message = {
      sid: newSid('IM'),
      accountSid: this.accountSid,
      conversationSid: entry.conversation.sid,
      index: entry.nextIndex++,
      author: author ?? 'system',
      body: body ?? null,
      attributes: attributes ?? '{}',
      participantSid: participant?.sid ?? null,
      contentSid: contentSid ?? null,
      subject: subject ?? null,
      media:
        mediaSids?.map((sid) => ({ sid, contentType: 'application/octet-stream', filename: sid, size: 0 })) ??
        null,
      dateCreated: now,
      dateUpdated: now,
    };
    entry.messages.push(message);
    this.#touch(entry, now);
    this.#tell({ type: 'messageAdded', message, origin });
    return message;
  }

  messages(conversationSid: string): Message[] {
    return [...this.#entry(conversationSid).messages];
  }

  /** Changes a message's text, author or attributes. */
  updateMessage(conversationSid: string, sid: string, given: NewMessage, origin: Origin): Message {
    const entry = this.#changing(conversationSid);
    const message = entry.messages.find((one) => one.sid === sid);
    if (!message) throw notFound(`/Conversations/${conversationSid}/Messages/${sid}`);
    requireAtMost('Body', given.body, limits.body);
    requireAttributes(given.attributes, limits.messageAttributes);
    Object.assign(message, {
      ...(given.body !== undefined && { body: given.body }),
      ...(given.author !== undefined && { author: given.author }),
      ...(given.attributes !== undefined && { attributes: given.attributes }),
      dateUpdated: this.#now(),
    });
    this.#tell({ type: 'messageUpdated', message, origin });
    return message;
  }

  removeMessage(conversationSid: string, sid: string, origin: Origin): void {
    const entry = this.#changing(conversationSid);
    const message = entry.messages.find((one) => one.sid === sid);
    if (!message) throw notFound(`/Conversations/${conversationSid}/Messages/${sid}`);
    entry.messages = entry.messages.filter((one) => one !== message);
    this.#tell({ type: 'messageRemoved', message, origin });
  }

  conversationOfPair(address: string, proxyAddress: string): Conversation | undefined {
    const sid = this.#pairs.get(pairOf(address, proxyAddress));
    const entry = sid === undefined ? undefined : this.#entries.get(sid);
    if (!entry) return undefined;
    const { conversation } = this.#timed(entry);
    return conversation.state === 'closed' ? undefined : conversation;
  }

  frontlineUser(sidOrIdentity: string): FrontlineUser {
    const user = [...this.#users.values()].find(
      ({ sid, identity }) => sid === sidOrIdentity || identity === sidOrIdentity,
    );
    if (user) return user;
    throw notFound(`/Users/${sidOrIdentity}`);
  }

  frontlineUsers(): FrontlineUser[] {
    return [...this.#users.values()];
  }

  putFrontlineUser(given: Partial<FrontlineUser> & { identity: string }): FrontlineUser {
    const user: FrontlineUser = {
      sid: newSid('US'),
      friendlyName: given.identity,
      avatar: null,
      state: 'active',
      isAvailable: true,
      ...this.#users.get(given.identity),
      ...given,
    };
    this.#users.set(user.identity, user);
    this.#tell({ type: 'userUpdated', user });
    return user;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reset(): void {
    this.#entries.clear();
    this.#pairs.clear();
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  #entry(sidOrUniqueName: string, chatServiceSid?: string): Entry {
    const isInService = (entry: Entry | undefined): boolean =>
      chatServiceSid === undefined || entry?.conversation.chatServiceSid === chatServiceSid;
    const withSid = this.#entries.get(sidOrUniqueName);
    const entry = withSid
      ? [withSid].find(isInService)
      : [...this.#entries.values()].find(
          (one) => one.conversation.uniqueName === sidOrUniqueName && isInService(one),
        );
    if (!entry) throw notFound(`/Conversations/${sidOrUniqueName}`);
    return this.#timed(entry);
  }

  /**
   * @param origin undefined where it does not matter whether the conversation is still initializing
   * @returns the entry, about to be changed: a closed conversation and too many changes a second are refused
   */
  #changing(sid: string, origin?: Origin): Entry {
    const entry = this.#entry(sid);
    if (entry.conversation.state === 'initializing' && origin?.source === 'API') this.#requireReady(entry);
    if (entry.conversation.state === 'closed') {
      throw new TwilioError(400, 50377, "Can't update conversation as it's in final closed state");
    }
    const now = this.#now().getTime();
    entry.changes = entry.changes.filter((at) => now - at < 1_000);
    if (entry.changes.length >= this.#changesPerSecond)
      throw new TwilioError(429, 20429, 'Too Many Requests');
    entry.changes.push(now);
    return entry;
  }

  /** @see https://www.twilio.com/docs/api/errors/50386 */
  #requireReady(entry: Entry): void {
    if (entry.initializing.calls > 0) {
      entry.initializing.calls -= 1;
      throw new TwilioError(409, 50386, 'Conversation is still initializing');
    }
    this.#becomeActive(entry);
  }

  /** Twilio tells the end of initializing by `onConversationStateUpdated`, as a thing of its own. */
  #becomeActive({ conversation }: Entry): void {
    conversation.state = 'active';
    const origin = { source: 'EVENT', webhooks: true };
    this.#tell({ type: 'conversationStateUpdated', conversation, from: 'initializing', origin });
  }

  /** A number of our own takes no part as somebody's address, only as a proxy or projected address. */
  #requireCustomers({ participants }: Entry, address: string | undefined): void {
    if (address === undefined) return;
    const isOurs =
      this.ownAddresses.has(address) ||
      participants.some(({ messagingBinding: binding }) =>
        [binding?.projectedAddress, binding?.proxyAddress].includes(address),
      );
    if (isOurs) throw new TwilioError(400, 50407, 'Invalid messaging binding address');
  }

  /** In a group each number is there once; a projected one can stand for several identities. */
  #requireNew(entry: Entry, { identity, address, proxyAddress, projectedAddress }: NewParticipant): void {
    if (!isGroup(entry)) return;
    const isThere = entry.participants.some(({ messagingBinding: binding }) => {
      if (address !== undefined)
        return !proxyAddress && !binding?.proxyAddress && binding?.address === address;
      if (projectedAddress === undefined || binding?.projectedAddress !== projectedAddress) return false;
      return !identity || this.groupJoin === 'update';
    });
    if (isThere) throw groupParticipantExists();
  }

  #touch(entry: Entry, now: Date): void {
    entry.conversation.dateUpdated = now;
    this.#setTimers(entry.conversation, undefined);
  }

  /** Timers run from the last change on. */
  #setTimers(conversation: Conversation, given: NewConversation['timers']): void {
    if (given?.inactive !== undefined) conversation.timers.inactive = given.inactive;
    if (given?.closed !== undefined) conversation.timers.closed = given.closed;
    const { timers } = conversation;
    const from = this.#now().getTime();
    const inactive = readDuration('Timers.Inactive', timers.inactive, 60);
    const closed = readDuration('Timers.Closed', timers.closed, 600);
    if (inactive !== undefined) timers.dateInactive = new Date(from + inactive);
    if (closed !== undefined) timers.dateClosed = new Date(from + closed);
  }

  /** Moves a conversation on whose timers have run out. */
  #timed(entry: Entry): Entry {
    const { conversation } = entry;
    const { dateInactive, dateClosed } = conversation.timers;
    const now = this.#now();
    if (conversation.state === 'initializing' && entry.initializing.until <= now.getTime()) {
      this.#becomeActive(entry);
    }
    if (conversation.state === 'active' && dateInactive && dateInactive <= now) this.#move(entry, 'inactive');
    if (conversation.state !== 'closed' && dateClosed && dateClosed <= now) this.#move(entry, 'closed');
    return entry;
  }

  #move({ conversation, participants }: Entry, state: ConversationState): void {
    conversation.state = state;
    if (state === 'closed') for (const participant of participants) this.#release(participant);
  }

  #claim(address: string, proxyAddress: string, sid: string): void {
    const holder = this.conversationOfPair(address, proxyAddress);
    if (holder) {
      const message = 'A binding for this participant and proxy address already exists in Conversation';
      throw new TwilioError(409, 50416, `${message} ${holder.sid}`);
    }
    this.#pairs.set(pairOf(address, proxyAddress), sid);
  }

  /** A customer who meets us at another of our addresses lets the old pair go. */
  #moveClaim(participant: Participant, proxyAddress: string | undefined): void {
    const { messagingBinding, conversationSid } = participant;
    const address = messagingBinding?.address;
    if (!address || !proxyAddress || proxyAddress === messagingBinding.proxyAddress) return;
    this.#claim(address, proxyAddress, conversationSid);
    this.#release(participant);
  }

  #release({ messagingBinding, conversationSid }: Participant): void {
    if (!messagingBinding?.address || !messagingBinding.proxyAddress) return;
    const pair = pairOf(messagingBinding.address, messagingBinding.proxyAddress);
    if (this.#pairs.get(pair) === conversationSid) this.#pairs.delete(pair);
  }

  #requireUniqueName(uniqueName: string | undefined, chatServiceSid: string): void {
    if (uniqueName === undefined) return;
    const taken = [...this.#entries.values()].some(
      ({ conversation }) =>
        conversation.uniqueName === uniqueName && conversation.chatServiceSid === chatServiceSid,
    );
    if (taken) throw new TwilioError(409, 50353, 'Conversation with provided unique name already exists');
  }
}

/** What nothing is said of stays initializing until it is changed by hand. */
function initializingOf(given: NewConversation['initializing'], now: Date): Entry['initializing'] {
  const never = Number.POSITIVE_INFINITY;
  if (!given) return { until: never, calls: never };
  return 'ms' in given
    ? { until: now.getTime() + given.ms, calls: never }
    : { until: never, calls: given.calls };
}

/**
 * A group MMS has people without a proxy address, and our number as a projected address.
 *
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
function isGroup({ participants }: Entry): boolean {
  return participants.some(
    ({ messagingBinding: binding }) =>
      binding?.projectedAddress !== undefined ||
      (binding?.type === 'sms' && binding.address !== undefined && binding.proxyAddress === undefined),
  );
}

function isProjected({ identity, messagingBinding }: Participant): boolean {
  return identity === null && messagingBinding?.projectedAddress !== undefined;
}

/**
 * @see https://www.twilio.com/docs/api/errors/50433
 * @see https://www.twilio.com/docs/api/errors/50437
 */
function requireIdentityFree(entry: Entry, identity: string): void {
  if (!entry.participants.some((one) => one.identity === identity)) return;
  throw isGroup(entry) ? groupParticipantExists() : new TwilioError(409, 50433, 'Participant already exists');
}

function groupParticipantExists(): TwilioError {
  return new TwilioError(409, 50437, 'Group Participant already exists');
}

function pairOf(address: string, proxyAddress: string): string {
  return `${address}|${proxyAddress}`;
}

function bindingOf(given: {
  address: string | undefined;
  proxyAddress: string | undefined;
  projectedAddress: string | undefined;
}): Binding | null {
  const any = given.address ?? given.proxyAddress ?? given.projectedAddress;
  if (any === undefined) return null;
  const type = any.includes(':') ? (any.split(':')[0] ?? 'sms') : any.includes('@') ? 'email' : 'sms';
  const { address, proxyAddress, projectedAddress } = given;
  return {
    type,
    ...(address !== undefined && { address }),
    ...(proxyAddress !== undefined && { proxyAddress }),
    ...(projectedAddress !== undefined && { projectedAddress }),
  };
}

function checkConversation({ friendlyName, uniqueName, attributes, state }: NewConversation): void {
  requireAtMost('FriendlyName', friendlyName, limits.friendlyName);
  requireAtMost('UniqueName', uniqueName, limits.uniqueName);
  requireAttributes(attributes, limits.conversationAttributes);
  if (state !== undefined && !['initializing', 'active', 'inactive', 'closed'].includes(state)) {
    throw new TwilioError(400, wrongParameter, `State must be one of: active, inactive, closed`);
  }
}

function checkParticipant({
  identity,
  address,
  proxyAddress,
  projectedAddress,
  attributes,
}: NewParticipant): void {
  requireAtMost('Identity', identity, limits.identity);
  requireAtMost('MessagingBinding.Address', address, limits.address);
  requireAtMost('MessagingBinding.ProxyAddress', proxyAddress, limits.address);
  requireAtMost('MessagingBinding.ProjectedAddress', projectedAddress, limits.address);
  requireAttributes(attributes, limits.participantAttributes);
}

function requireAtMost(name: string, text: string | undefined, limit: number): void {
  if (text !== undefined && text.length > limit) {
    throw new TwilioError(400, wrongParameter, `${name} is longer than ${limit} characters`);
  }
}

function requireAttributes(text: string | undefined, limit: number): void {
  if (text === undefined) return;
  if (Buffer.byteLength(text) > limit) {
    throw new TwilioError(400, wrongParameter, `Attributes are larger than ${limit} bytes`);
  }
  try {
    JSON.parse(text);
  } catch {
    throw new TwilioError(400, wrongParameter, 'Attributes are not valid JSON');
  }
}

/** @returns milliseconds of an ISO 8601 duration; `''` and undefined mean none */
function readDuration(name: string, text: string | undefined, leastSeconds: number): number | undefined {
  if (!text) return undefined;
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (match?.slice(1) ?? []).map((part) =>
    Number(part ?? 0),
  );
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (!match || total < leastSeconds) {
    throw new TwilioError(
      400,
      wrongParameter,
      `${name} must be an ISO 8601 duration of at least ${leastSeconds} s`,
    );
  }
  return total * 1_000;
}
