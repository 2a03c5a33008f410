import { invalid, notFound, TwilioError } from '../http/errors';
import type { Origin } from '../http/request';
import { fixedSid, newSid } from '../http/sids';
import { Entries, initializingOf } from './entries';
import { checkConversation, checkParticipant, limits, requireAtMost, requireAttributes } from './limits';
import type {
  Change,
  Conversation,
  GroupJoin,
  Message,
  NewConversation,
  NewMessage,
  NewParticipant,
  Participant,
} from './model';
import {
  bindingOf,
  isGroup,
  isProjected,
  requireIdentityFree,
  requireNewInGroup,
  requireNotOurs,
} from './participants';
import { setTimers } from './timers';

export interface ConversationsOptions {
  accountSid: string;
  authToken: string;
  now?: () => Date;
  /** How many changes a conversation takes a second. */
  changesPerSecond?: number;
}

/**
 * Conversations in memory, with Twilio's rules. Every method throws a TwilioError with Twilio's status and code for
 * what Twilio would refuse.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-resource
 * @see https://www.twilio.com/docs/conversations/states-timers
 */
export class Conversations {
  readonly accountSid: string;
  readonly authToken: string;
  /** The default Conversations service, `IS…`. */
  readonly defaultServiceSid = fixedSid('IS', 1);
  readonly defaultMessagingServiceSid = fixedSid('MG', 1);
  /** Our own numbers as they stand in messages, with a channel's prefix: none of them can be a customer's. */
  readonly ownAddresses = new Set<string>();
  groupJoin: GroupJoin = 'both';
  /**
   * Identities whose re-adding to a conversation that they were removed from answers 404/20404 although it was done,
   * until the user is deleted.
   *
   * @see https://support.twilio.com/hc/en-us/articles/50009103572635-Resolving-Error-20404-When-Re-Adding-the-Same-Participant
   */
  readonly staleIdentities = new Set<string>();
  readonly #now: () => Date;
  readonly #entries: Entries;

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
  }

  createConversation(given: NewConversation, origin: Origin): Conversation {
    checkConversation(given);
    if (given.state === 'closed') throw new TwilioError(400, 50384, "Initial state can't be 'closed'");
    const chatServiceSid = given.chatServiceSid ?? this.defaultServiceSid;
    this.#entries.requireUniqueName(given.uniqueName, chatServiceSid);
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
    setTimers(conversation, given.timers, this.#now());
    this.#entries.add({
      conversation,
      participants: [],
      messages: [],
      nextIndex: 0,
      removed: new Set(),
      initializing: initializingOf(given.initializing, now),
      changes: [],
    });
    this.#entries.tell({ type: 'conversationAdded', conversation, origin });
    return conversation;
  }

  /**
   * @param chatServiceSid in which service alone it is looked for
   * @throws 404/20404
   */
  conversation(sidOrUniqueName: string, chatServiceSid?: string): Conversation {
    return this.#entries.find(sidOrUniqueName, chatServiceSid).conversation;
  }

  conversations(): Conversation[] {
    return this.#entries.all().map(({ conversation }) => conversation);
  }

  updateConversation(sid: string, given: NewConversation, origin: Origin): Conversation {
    checkConversation(given);
    const entry = this.#entries.changing(sid);
    const { conversation } = entry;
    if (given.uniqueName !== undefined && given.uniqueName !== conversation.uniqueName) {
      this.#entries.requireUniqueName(given.uniqueName, conversation.chatServiceSid);
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
    setTimers(conversation, given.timers, this.#now());
    const from = conversation.state;
    if (given.state !== undefined && given.state !== from) {
      this.#entries.move(entry, given.state);
      this.#entries.tell({ type: 'conversationStateUpdated', conversation, from, origin });
    }
    this.#entries.tell({ type: 'conversationUpdated', conversation, origin });
    return conversation;
  }

  removeConversation(sid: string, origin: Origin): void {
    const entry = this.#entries.find(sid);
    this.#entries.remove(entry);
    this.#entries.tell({ type: 'conversationRemoved', conversation: entry.conversation, origin });
  }

  /**
   * @throws 409/50433 for an identity that is in it, 409/50437 for the same in a group, 400/50434 for an identity alone
   *   in a group, 400/50407 for an address of our own, 409/50416 for an address pair in another active conversation
   */
  addParticipant(conversationSid: string, given: NewParticipant, origin: Origin): Participant {
    checkParticipant(given);
    const entry = this.#entries.changing(conversationSid, origin);
    const { sid } = entry.conversation;
    const { identity, address, proxyAddress, projectedAddress } = given;
    if (!identity && !address && !projectedAddress) {
      throw new TwilioError(400, 50407, 'Identity or MessagingBinding.Address is required for a participant');
    }
    requireNotOurs(entry.participants, address, this.ownAddresses);
    requireNewInGroup(entry.participants, given, this.groupJoin);
    if (identity) requireIdentityFree(entry.participants, identity);
    if (isGroup(entry.participants) && !address && !projectedAddress) {
      throw new TwilioError(400, 50434, 'Participant projected address not provided');
    }
    if (entry.participants.length >= limits.participants) {
      throw new TwilioError(400, 50404, `A conversation has at most ${limits.participants} participants`);
    }
    if (address && proxyAddress) this.#entries.pairs.claim(address, proxyAddress, sid);
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
    this.#entries.touch(entry, now);
    this.#entries.tell({ type: 'participantAdded', participant, origin });
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
    const { identity, attributes, roleSid, proxyAddress, projectedAddress } = given;
    if (identity !== undefined && identity !== participant.identity) {
      requireIdentityFree(this.participants(conversationSid), identity);
      if (isProjected(participant) && this.groupJoin === 'create') {
        // Which code Twilio gives here is not documented.
        throw invalid('The identity of a projected participant cannot be changed');
      }
    }
    this.#entries.pairs.moveClaim(participant, proxyAddress);
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
    this.#entries.tell({ type: 'participantUpdated', participant, origin });
    return participant;
  }

  removeParticipant(conversationSid: string, sid: string, origin: Origin): void {
    const participant = this.participant(conversationSid, sid);
    const entry = this.#entries.changing(conversationSid, origin);
    entry.participants = entry.participants.filter((one) => one !== participant);
    if (participant.identity !== null) entry.removed.add(participant.identity);
    this.#entries.pairs.release(participant);
    this.#entries.tell({ type: 'participantRemoved', participant, origin });
  }

  addMessage(conversationSid: string, given: NewMessage, origin: Origin): Message {
    const { author, body, attributes, contentSid, subject, mediaSids } = given;
    const entry = this.#entries.changing(conversationSid, origin);
    if (entry.conversation.state === 'inactive') this.#entries.move(entry, 'active');
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
    this.#entries.touch(entry, now);
    this.#entries.tell({ type: 'messageAdded', message, origin });
    return message;
  }

  messages(conversationSid: string): Message[] {
    return [...this.#entries.find(conversationSid).messages];
  }

  /** Changes a message's text, author or attributes. */
  updateMessage(conversationSid: string, sid: string, given: NewMessage, origin: Origin): Message {
    const entry = this.#entries.changing(conversationSid);
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
    this.#entries.tell({ type: 'messageUpdated', message, origin });
    return message;
  }

  removeMessage(conversationSid: string, sid: string, origin: Origin): void {
    const entry = this.#entries.changing(conversationSid);
    const message = entry.messages.find((one) => one.sid === sid);
    if (!message) throw notFound(`/Conversations/${conversationSid}/Messages/${sid}`);
    entry.messages = entry.messages.filter((one) => one !== message);
    this.#entries.tell({ type: 'messageRemoved', message, origin });
  }

  /** The conversation (initializing, active or inactive: not closed) in which this customer and our address meet. */
  conversationOfPair(address: string, proxyAddress: string): Conversation | undefined {
    return this.#entries.pairs.holder(address, proxyAddress);
  }

  /** @returns a function that ends it */
  onChange(listener: (change: Change) => void): () => void {
    return this.#entries.onChange(listener);
  }

  /** Forgets everything but configuration. */
  reset(): void {
    this.#entries.clear();
  }
}
