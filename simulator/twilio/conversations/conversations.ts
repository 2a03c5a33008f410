import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { notFound, TwilioError } from '../http/errors';
import type { Origin } from '../http/request';
import { assignGiven } from '../http/resource';
import { fixedSid } from '../http/sids';
import { changedBinding, checkChangedBinding, checkNewBinding } from './bindings';
import { Entries, type Entry, initializingOf } from './entries';
import type { AskPreAction } from './intentions';
import { checkConversation, checkParticipant } from './limits';
import { type DeliveryScope, Messages } from './messages';
import type {
  Change,
  Conversation,
  GroupJoin,
  Message,
  MessageDetails,
  NewConversation,
  NewMessage,
  NewParticipant,
  Participant,
} from './model';
import {
  groupKey,
  requireGroupPossible,
  requireIdentityFree,
  requireNewInGroup,
  requireNotOurs,
  requireRoom,
  requireWholeGroup,
} from './participants';
import type { Outcome } from './receipts';
import { newConversation, newParticipant } from './resources';
import { checkTimers, setTimers } from './timers';

/** The service that every account has from the start. */
export const firstServiceSid = fixedSid('IS', 1);

export interface ConversationsOptions {
  accountSid: string;
  authToken: string;
  now?: () => Date;
  /** The limit for changes per second and conversation. */
  changesPerSecond?: number;
}

/**
 * Conversations in memory, with Twilio's rules. Every method throws a TwilioError with Twilio's status and code for a
 * request that Twilio would reject.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-resource
 * @see https://www.twilio.com/docs/conversations/states-timers
 */
export class Conversations {
  readonly accountSid: string;
  readonly authToken: string;
  /** The default Conversations service, `IS…`; the account's configuration can name another one. */
  defaultServiceSid = firstServiceSid;
  readonly defaultMessagingServiceSid = fixedSid('MG', 1);
  /** Our own addresses, with the channel's prefix: none of them can be a customer's. */
  readonly ownAddresses = new Set<string>();
  groupJoin: GroupJoin = 'both';
  /** The timers of conversations that are created without, from the account's configuration. */
  defaultTimers: NonNullable<NewConversation['timers']> = {};
  /**
   * Identities that Twilio answers 404/20404 for, although it adds them, when they join a conversation again after they
   * were removed from it. Deleting the user ends this.
   *
   * @see https://support.twilio.com/hc/en-us/articles/50009103572635-Resolving-Error-20404-When-Re-Adding-the-Same-Participant
   */
  readonly staleIdentities = new Set<string>();
  /** Asks pre-action webhooks before changes that trigger webhooks; without them, nobody. */
  askPreAction: AskPreAction = () => Promise.resolve({});
  /** How often everything was removed. */
  #resets = 0;
  readonly #now: () => Date;
  readonly #entries: Entries;
  readonly #messages: Messages;

  constructor({
    accountSid,
    authToken,
    now = () => new Date(),
    changesPerSecond = 30,
  }: ConversationsOptions) {
    this.accountSid = accountSid;
    this.authToken = authToken;
    this.#now = now;
    this.#entries = new Entries(now, changesPerSecond);
    this.#messages = new Messages(this.#entries, now);
  }

  createConversation(given: NewConversation, origin: Origin): Conversation {
    checkConversation(given);
    if (given.state === 'closed') throw refuse(50384);
    const chatServiceSid = given.chatServiceSid ?? this.defaultServiceSid;
    this.#entries.requireUniqueName(given.uniqueName, chatServiceSid);
    const now = this.#now();
    const { accountSid, defaultMessagingServiceSid: messagingServiceSid } = this;
    const conversation = newConversation(given, { accountSid, chatServiceSid, messagingServiceSid }, now);
    const entry: Entry = {
      conversation,
      participants: [],
      messages: [],
      nextIndex: 0,
      timers: {},
      updatedAt: now,
      removed: new Set(),
      initializing: initializingOf(given.initializing, now),
      changes: [],
    };
    setTimers(entry, { ...this.defaultTimers, ...given.timers }, now);
    this.#entries.add(entry);
    this.#entries.notify({ type: 'conversationAdded', conversation, origin });
    return conversation;
  }

  /** @throws what `createConversation` and `addParticipant` throw, 400/50435 for a group of fewer than three, 409/50425 for 409/50416 */
  createWithParticipants(given: NewConversation, people: NewParticipant[], origin: Origin): Conversation {
    requireWholeGroup(people);
    const conversation = this.createConversation(given, origin);
    try {
      for (const one of people) this.addParticipant(conversation.sid, one, origin);
    } catch (error) {
      this.removeConversation(conversation.sid, origin);
      throw error instanceof TwilioError && error.code === 50416 ? refuse(50425) : error;
    }
    return conversation;
  }

  /**
   * @param chatServiceSid the only service to look in; all services by default
   * @throws 404/20404
   */
  conversation(sidOrUniqueName: string, chatServiceSid?: string): Conversation {
    return this.#entries.find(sidOrUniqueName, chatServiceSid).conversation;
  }

  /** @returns whether there is a conversation with this SID */
  has(sid: string): boolean {
    return this.#entries.has(sid);
  }

  /** @returns when a conversation was last changed, to the millisecond */
  updatedAt(sid: string): Date {
    return this.#entries.find(sid).updatedAt;
  }

  conversations(): Conversation[] {
    return this.#entries.all().map(({ conversation }) => conversation);
  }

  updateConversation(sid: string, given: NewConversation, origin: Origin): Conversation {
    checkConversation(given);
    checkTimers(given.timers);
    const entry = this.#entries.changing(sid);
    const { conversation } = entry;
    if (given.uniqueName !== undefined && given.uniqueName !== conversation.unique_name) {
      this.#entries.requireUniqueName(given.uniqueName, conversation.chat_service_sid);
    }
    assignGiven(conversation, {
      friendly_name: given.friendlyName,
      unique_name: given.uniqueName,
      attributes: given.attributes,
      messaging_service_sid: given.messagingServiceSid,
      date_created: given.dateCreated && formatDate(given.dateCreated),
    });
    this.#entries.setUpdated(entry, given.dateUpdated ?? this.#now());
    setTimers(entry, given.timers, this.#now());
    if (given.state !== undefined) this.#entries.move(entry, given.state, origin);
    this.#entries.notify({ type: 'conversationUpdated', conversation, origin });
    return conversation;
  }

  removeConversation(sid: string, origin: Origin): void {
    const entry = this.#entries.find(sid);
    this.#entries.remove(entry);
    this.#entries.notify({ type: 'conversationRemoved', conversation: entry.conversation, origin });
  }

  /**
   * @throws 409/50433 for a participant who is in it already (409/50437 in a group), 409/50416 for an address pair in
   *   another active conversation, 400/50407 for one of our addresses; for a REST request also what `checkNewBinding` and
   *   `requireRoom` throw
   */
  addParticipant(conversationSid: string, given: NewParticipant, origin: Origin): Participant {
    checkParticipant(given);
    const entry = this.#entries.changing(conversationSid, origin);
    const { sid } = entry.conversation;
    const { identity, address, proxyAddress } = given;
    if (origin.source === 'API') checkNewBinding(given, this.ownAddresses);
    requireNotOurs(entry.participants, address, this.ownAddresses);
    requireNewInGroup(entry.participants, given, this.groupJoin);
    if (identity) requireIdentityFree(entry.participants, identity);
    if (origin.source === 'API') requireRoom(entry.participants, given);
    requireGroupPossible(entry.participants, given);
    const now = this.#now();
    const participant = newParticipant(entry.conversation, given, now);
    if (origin.source === 'API') this.#requireNewGroup(entry, participant);
    if (address && proxyAddress) this.#entries.pairs.claim(address, proxyAddress, sid);
    entry.participants.push(participant);
    this.#entries.touch(entry, now);
    this.#entries.notify({ type: 'participantAdded', participant, origin });
    if (identity && entry.removed.has(identity) && this.staleIdentities.has(identity)) {
      throw notFound(`/Conversations/${sid}/Participants`);
    }
    return participant;
  }

  participant(conversationSid: string, sidOrIdentity: string): Participant {
    const found = this.#entries
      .find(conversationSid)
      .participants.find(({ sid, identity }) => sid === sidOrIdentity || identity === sidOrIdentity);
    if (found) return found;
    throw notFound(`/Conversations/${conversationSid}/Participants/${sidOrIdentity}`);
  }

  participants(conversationSid: string): Participant[] {
    return [...this.#entries.find(conversationSid).participants];
  }

  updateParticipant(
    conversationSid: string,
    sid: string,
    given: NewParticipant,
    origin: Origin,
  ): Participant {
    checkParticipant(given);
    const participant = this.participant(conversationSid, sid);
    this.#entries.changing(conversationSid, origin);
    const { identity, attributes, roleSid, proxyAddress, projectedAddress, dateUpdated } = given;
    if (identity !== undefined && identity !== participant.identity) {
      requireIdentityFree(this.participants(conversationSid), identity);
      // Twilio's page on 50444 refuses to replace an identity too. Whether it does so in a group is unsure.
      if (!participant.messaging_binding?.projected_address || this.groupJoin === 'create')
        throw refuse(50444);
    }
    if (origin.source === 'API') checkChangedBinding(participant, given, this.ownAddresses);
    this.#entries.pairs.moveClaim(participant, proxyAddress);
    assignGiven(participant, {
      identity,
      attributes,
      role_sid: roleSid,
      last_read_message_index: given.lastReadMessageIndex,
      last_read_timestamp: given.lastReadTimestamp,
      date_created: given.dateCreated && formatDate(given.dateCreated),
      date_updated: formatDate(dateUpdated ?? this.#now()),
    });
    if (proxyAddress !== undefined || projectedAddress !== undefined) {
      participant.messaging_binding = changedBinding(participant.messaging_binding, given);
    }
    this.#entries.notify({ type: 'participantUpdated', participant, origin });
    return participant;
  }

  removeParticipant(conversationSid: string, sid: string, origin: Origin): void {
    const participant = this.participant(conversationSid, sid);
    const entry = this.#entries.changing(conversationSid, origin);
    entry.participants = entry.participants.filter((one) => one !== participant);
    if (participant.identity !== null) entry.removed.add(participant.identity);
    this.#entries.pairs.release(participant);
    this.#entries.notify({ type: 'participantRemoved', participant, origin });
  }

  addMessage(conversationSid: string, given: NewMessage, origin: Origin): Message {
    return this.#messages.add(conversationSid, given, origin);
  }

  messages(conversationSid: string): Message[] {
    return this.#messages.list(conversationSid);
  }

  /** @returns what is known about a message but not served */
  detailsOf(message: Message): MessageDetails {
    return this.#messages.detailsOf(message);
  }

  /** Says how a message reached participants: see `Messages`. */
  setReceipts(message: Message, outcomes: Outcome[], about: DeliveryScope): void {
    this.#messages.setReceipts(message, outcomes, about);
  }

  /** Changes a message's text, author or attributes. */
  updateMessage(conversationSid: string, sid: string, given: NewMessage, origin: Origin): Message {
    return this.#messages.update(conversationSid, sid, given, origin);
  }

  removeMessage(conversationSid: string, sid: string, origin: Origin): void {
    this.#messages.remove(conversationSid, sid, origin);
  }

  /** @throws TwilioError 409/50438 for a group with the same people and the same number of ours as an open one */
  #requireNewGroup({ conversation, participants }: Entry, added: Participant): void {
    const key = groupKey([...participants, added]);
    if (key === undefined || key === groupKey(participants)) return;
    const others = this.#entries.all().filter((one) => one.conversation !== conversation);
    const isOpen = (one: Entry): boolean => one.conversation.state !== 'closed';
    if (others.some((one) => isOpen(one) && groupKey(one.participants) === key)) throw refuse(50438);
  }

  /** @returns the conversation between two addresses that is not closed */
  conversationOfPair(address: string, proxyAddress: string): Conversation | undefined {
    return this.#entries.pairs.holder(address, proxyAddress);
  }

  /** @returns a function that removes the listener */
  onChange(listener: (change: Change) => void): () => void {
    return this.#entries.onChange(listener);
  }

  /** Changes the state of conversations whose timers have expired, which else happens when somebody asks for them. */
  expireTimers(): void {
    this.#entries.all();
  }

  /** Removes all conversations. */
  reset(): void {
    this.#resets += 1;
    this.#entries.clear();
  }

  /** @returns a function that throws 409/20409 once there has been a reset: what is under way must then end */
  watchResets(): () => void {
    const before = this.#resets;
    return () => {
      if (this.#resets !== before) throw new TwilioError(409, 20409, 'The local Twilio was reset meanwhile');
    };
  }
}
