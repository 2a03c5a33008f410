import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot, TimelineEntry } from '../api';
import type { ConversationView, ServerEvent } from '../api-lists';
import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Change } from '../twilio/conversations/model';
import { isFailure } from '../twilio/conversations/receipts';
import type { ConversationViews } from './conversation-views';

/** How long events are collected before they are sent, in milliseconds. */
const interval = 50;
/** The most that one batch has of each kind: a page reads it well within one frame. */
const most = { conversations: 100, entries: 200 };

/** What the events are made of. */
interface EventSources {
  snapshot(): Snapshot;
  views: ConversationViews;
}

/** The events of `GET /api/events`; nothing is composed without a listener. */
export class Events {
  readonly #sources: EventSources;
  readonly #listeners = new Set<Listener>();

  constructor(sources: EventSources) {
    this.#sources = sources;
  }

  /** Sends every new timeline entry and every change of a conversation. */
  follow(timeline: Timeline, state: Conversations): void {
    timeline.onEntry((entry) => this.#tell((listener) => listener.addEntry(entry)));
    state.onChange((change) => this.#tell((listener) => listener.addChange(change)));
  }

  /**
   * @param signal ends it
   * @returns batches of events, from now on. While the reader is busy, they are collected, each thing once
   */
  async *batches(signal: AbortSignal): AsyncGenerator<ServerEvent[]> {
    const listener = new Listener();
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => listener.wake(), { once: true });
    try {
      while (!signal.aborted) {
        await listener.wait();
        await sleep(interval, undefined, { signal }).catch(() => undefined);
        if (!signal.aborted) yield listener.take(this.#sources);
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  sendState(): void {
    this.#tell((listener) => listener.addState());
  }

  sendReset(): void {
    this.#tell((listener) => listener.addReset());
  }

  #tell(about: (listener: Listener) => void): void {
    for (const listener of this.#listeners) about(listener);
  }
}

/** What one reader has not been told yet. */
class Listener {
  readonly #entries = new Map<number, TimelineEntry>();
  /** The SIDs of changed messages by conversation; all of them if one was removed. */
  readonly #conversations = new Map<string, Set<string> | 'all'>();
  #hasState = false;
  #hasReset = false;
  /** Ends a wait. */
  wake: () => void = () => undefined;

  addEntry(entry: TimelineEntry): void {
    this.#entries.set(entry.id, entry);
    this.wake();
  }

  addChange(change: Change): void {
    // A conversation shows only what did not arrive.
    if (change.type === 'deliveryUpdated' && !isFailure(change.receipt)) return;
    const sid = conversationSidOf(change);
    const known = this.#conversations.get(sid) ?? new Set();
    if (change.type === 'messageRemoved') this.#conversations.set(sid, 'all');
    else {
      if ('message' in change && known !== 'all') known.add(change.message.sid);
      this.#conversations.set(sid, known);
    }
    this.wake();
  }

  addState(): void {
    this.#hasState = true;
    this.wake();
  }

  /** Forgets what happened before. */
  addReset(): void {
    this.#entries.clear();
    this.#conversations.clear();
    this.#hasReset = true;
    this.wake();
  }

  /** Waits until there is something to tell, or somebody wakes it. */
  async wait(): Promise<void> {
    if (this.#isEmpty()) await new Promise<void>((done) => (this.wake = done));
  }

  take({ snapshot, views }: EventSources): ServerEvent[] {
    const events: ServerEvent[] = [];
    if (this.#hasReset) events.push({ type: 'reset', data: null });
    if (this.#hasState) events.push({ type: 'state', data: snapshot() });
    this.#hasReset = false;
    this.#hasState = false;
    for (const [sid, messages] of takeFirst(this.#conversations, most.conversations)) {
      const data = viewOf(views, sid, messages);
      events.push(data ? { type: 'conversation', data } : { type: 'conversationRemoved', data: sid });
    }
    for (const [, data] of takeFirst(this.#entries, most.entries)) events.push({ type: 'timeline', data });
    return events;
  }

  #isEmpty(): boolean {
    return !this.#hasReset && !this.#hasState && this.#conversations.size + this.#entries.size === 0;
  }
}

/** Removes the first ones from a map. */
function takeFirst<K, V>(map: Map<K, V>, count: number): [K, V][] {
  const first: [K, V][] = [];
  for (const one of map) {
    if (first.length === count) break;
    first.push(one);
    map.delete(one[0]);
  }
  return first;
}

/** @returns undefined if the conversation was removed */
function viewOf(
  views: ConversationViews,
  sid: string,
  messages: Set<string> | 'all',
): ConversationView | undefined {
  try {
    return views.view(sid, messages);
  } catch {
    return undefined;
  }
}

function conversationSidOf(change: Change): string {
  if ('conversation' in change) return change.conversation.sid;
  return 'participant' in change ? change.participant.conversation_sid : change.message.conversation_sid;
}
