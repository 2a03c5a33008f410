import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { notFound } from '../http/errors';
import { isCarrier, type Origin } from '../http/request';
import { AddressPairs } from './address-pairs';
import type { Change, Conversation, ConversationState, Message, NewConversation, Participant } from './model';
import { setTimers, type Timers } from './timers';

/** A conversation with everything in it, and what is needed to simulate it. */
export interface Entry {
  conversation: Conversation;
  participants: Participant[];
  messages: Message[];
  nextIndex: number;
  timers: Timers;
  /** Like `date_updated`, but to the millisecond. */
  updatedAt: Date;
  /** The identities that were removed from it. */
  removed: Set<string>;
  /** It is initializing until this time, or until so many REST requests were rejected. */
  initializing: { until: number; calls: number };
  /** The times of its changes within the last second. */
  changes: number[];
}

/** @returns how long a conversation is initializing: by default until somebody changes its state */
export function initializingOf(given: NewConversation['initializing'], now: Date): Entry['initializing'] {
  const never = Number.POSITIVE_INFINITY;
  if (!given) return { until: never, calls: never };
  return 'ms' in given
    ? { until: now.getTime() + given.ms, calls: never }
    : { until: never, calls: given.calls };
}

/** Stores conversations: finds them by SID or unique name, applies their timers, and limits their changes. */
export class Entries {
  readonly pairs = new AddressPairs((sid) => this.#open(sid));
  readonly #now: () => Date;
  readonly #changesPerSecond: number;
  #entries = new Map<string, Entry>();
  #listeners = new Set<(change: Change) => void>();

  constructor(now: () => Date, changesPerSecond: number) {
    this.#now = now;
    this.#changesPerSecond = changesPerSecond;
  }

  add(entry: Entry): void {
    this.#entries.set(entry.conversation.sid, entry);
  }

  has(sid: string): boolean {
    return this.#entries.has(sid);
  }

  all(): Entry[] {
    return [...this.#entries.values()].map((entry) => this.#timed(entry));
  }

  remove({ conversation, participants }: Entry): void {
    for (const participant of participants) this.pairs.release(participant);
    this.#entries.delete(conversation.sid);
  }

  clear(): void {
    this.#entries.clear();
    this.pairs.clear();
  }

  /** @returns a function that removes the listener */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #open(sid: string): Conversation | undefined {
    const entry = this.#entries.get(sid);
    if (!entry) return undefined;
    const { conversation } = this.#timed(entry);
    return conversation.state === 'closed' ? undefined : conversation;
  }

  notify(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /**
   * @param chatServiceSid the only service to look in; all services by default
   * @throws TwilioError 404
   */
  find(sidOrUniqueName: string, chatServiceSid?: string): Entry {
    const isInService = (entry: Entry | undefined): boolean =>
      chatServiceSid === undefined || entry?.conversation.chat_service_sid === chatServiceSid;
    const withSid = this.#entries.get(sidOrUniqueName);
    const entry = withSid
      ? [withSid].find(isInService)
      : [...this.#entries.values()].find(
          (one) => one.conversation.unique_name === sidOrUniqueName && isInService(one),
        );
    if (!entry) throw notFound(`/Conversations/${sidOrUniqueName}`);
    return this.#timed(entry);
  }

  /**
   * Finds a conversation in order to change it.
   *
   * @param origin undefined for a change that is allowed while the conversation is initializing
   * @throws TwilioError for a closed or initializing conversation, and for too many changes per second
   */
  changing(sid: string, origin?: Origin): Entry {
    const entry = this.find(sid);
    if (entry.conversation.state === 'initializing' && origin?.source === 'API') this.#requireReady(entry);
    if (entry.conversation.state === 'closed') {
      throw refuse(50377);
    }
    // What comes from phones waits its turn at Twilio: it is never refused.
    if (origin && isCarrier(origin)) return entry;
    const now = this.#now().getTime();
    entry.changes = entry.changes.filter((at) => now - at < 1_000);
    if (entry.changes.length >= this.#changesPerSecond) throw refuse(20429);
    entry.changes.push(now);
    return entry;
  }

  /** @see https://www.twilio.com/docs/api/errors/50386 */
  #requireReady(entry: Entry): void {
    if (entry.initializing.calls > 0) {
      entry.initializing.calls -= 1;
      throw refuse(50386);
    }
    this.move(entry, 'active', { source: 'EVENT', webhooks: true });
  }

  /** Restarts the timers, as every change does. */
  touch(entry: Entry, now: Date): void {
    this.setUpdated(entry, now);
    setTimers(entry, undefined, this.#now());
  }

  setUpdated(entry: Entry, now: Date): void {
    entry.updatedAt = now;
    entry.conversation.date_updated = formatDate(now);
  }

  /** Changes the state of a conversation whose timers have expired. */
  #timed(entry: Entry): Entry {
    const { conversation, initializing, timers } = entry;
    const now = this.#now().getTime();
    const isOver = (moment: number | undefined): boolean => moment !== undefined && moment <= now;
    // Twilio sends a separate `onConversationStateUpdated` when a conversation is no longer initializing.
    if (conversation.state === 'initializing' && isOver(initializing.until)) {
      this.move(entry, 'active', { source: 'EVENT', webhooks: true });
    }
    const timer = { source: 'TIMER', webhooks: true };
    if (conversation.state !== 'closed' && isOver(timers.closedAt)) this.move(entry, 'closed', timer);
    if (conversation.state === 'active' && isOver(timers.inactiveAt)) this.move(entry, 'inactive', timer);
    return entry;
  }

  /** Changes the state of a conversation; a closed one releases its address pairs. */
  move({ conversation, participants }: Entry, to: ConversationState, origin: Origin): void {
    const from = conversation.state;
    if (from === to) return;
    conversation.state = to;
    if (to === 'closed') for (const participant of participants) this.pairs.release(participant);
    this.notify({ type: 'conversationStateUpdated', conversation, from, to, origin });
  }

  /** @throws TwilioError 409/50353 */
  requireUniqueName(uniqueName: string | undefined, chatServiceSid: string): void {
    if (uniqueName === undefined) return;
    const taken = [...this.#entries.values()].some(
      ({ conversation }) =>
        conversation.unique_name === uniqueName && conversation.chat_service_sid === chatServiceSid,
    );
    if (taken) throw refuse(50353);
  }
}
