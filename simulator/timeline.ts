import type { NoteEntry, RestEntry, TimelineEntry, WebhookEntry } from './api';

type Common = Omit<TimelineEntry, 'kind' | 'id' | 'at'>;
export type NewEntry = Pick<TimelineEntry, 'trace' | 'state' | 'title' | 'conversationSid'> &
  (WebhookEntry | RestEntry | NoteEntry);

/** The maximum number of entries; the oldest are removed. */
const capacity = 5_000;

/** Everything that happened, in order. */
export class Timeline {
  #entries = new Map<number, TimelineEntry>();
  #listeners = new Set<(entry: TimelineEntry) => void>();
  #nextId = 1;
  #nextTrace = 1;

  /** @returns a new trace: the name that all entries with one cause share */
  newTrace(): string {
    return `trace-${this.#nextTrace++}`;
  }

  /** Adds an entry and notifies the listeners. */
  add<T extends NewEntry>(entry: T): T & Common & { id: number; at: string } {
    const added = { ...entry, id: this.#nextId++, at: new Date().toISOString() };
    this.#entries.set(added.id, added as TimelineEntry);
    if (this.#entries.size > capacity) this.#entries.delete(this.#entries.keys().next().value as number);
    this.#notify(added as TimelineEntry);
    return added as T & Common & { id: number; at: string };
  }

  /** Changes an entry and notifies the listeners. */
  update(
    entry: TimelineEntry,
    change: Partial<WebhookEntry> | Partial<RestEntry> | Partial<TimelineEntry>,
  ): void {
    Object.assign(entry, change);
    this.#notify(entry);
  }

  /** Adds a sentence about what happened. */
  addNote(
    trace: string,
    title: string,
    more: {
      text?: string;
      state?: TimelineEntry['state'];
      errorCode?: number;
      conversationSid?: string;
    } = {},
  ): void {
    const { text = '', state = 'ok', errorCode, conversationSid } = more;
    this.add({
      kind: 'note',
      trace,
      title,
      text,
      state,
      ...(errorCode !== undefined && { errorCode }),
      ...(conversationSid !== undefined && { conversationSid }),
    });
  }

  get(id: number): TimelineEntry | undefined {
    return this.#entries.get(id);
  }

  entries(trace?: string): TimelineEntry[] {
    const all = [...this.#entries.values()];
    return trace === undefined ? all : all.filter((entry) => entry.trace === trace);
  }

  /** @returns a function that removes the listener */
  onEntry(listener: (entry: TimelineEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#entries.clear();
  }

  #notify(entry: TimelineEntry): void {
    for (const listener of this.#listeners) listener(entry);
  }
}
