import type { NoteEntry, RestEntry, TimelineEntry, WebhookEntry } from './api';

type Common = Omit<TimelineEntry, 'kind' | 'id' | 'at'>;
export type NewEntry = Pick<TimelineEntry, 'trace' | 'state' | 'title' | 'conversationSid'> &
  (WebhookEntry | RestEntry | NoteEntry);

/** How much is kept; of more, the oldest entries are removed. */
export const capacity = { entries: 5_000, characters: 16 * 1024 * 1024 };

/** How much is kept of one text, e.g. of the body of an answer. */
export const longestText = 64 * 1024;

/** What happened, in order: the newest entries, within a bound. */
export class Timeline {
  #entries = new Map<number, TimelineEntry>();
  /** The size of each entry, and of all of them. */
  #sizes = new Map<number, number>();
  #size = 0;
  #listeners = new Set<(entry: TimelineEntry) => void>();
  #nextId = 1;
  #nextTrace = 1;
  /** The first ones since the timeline was cleared: what comes of earlier ones is not kept. */
  #first = { id: 1, trace: 1 };

  /** @returns a new trace: the name that all entries with one cause share */
  newTrace(): string {
    return `trace-${this.#nextTrace++}`;
  }

  /**
   * Adds an entry and notifies the listeners.
   *
   * @returns the entry; its id is 0 if its trace is from before the timeline was cleared: then it is not kept
   */
  add<T extends NewEntry>(entry: T): T & Common & { id: number; at: string } {
    const id = this.#isTraceCleared(entry.trace) ? 0 : this.#nextId++;
    const added = { ...entry, id, at: new Date().toISOString() };
    if (id === 0) return added as T & Common & { id: number; at: string };
    this.#entries.set(added.id, added as TimelineEntry);
    this.#keepWithinBounds(added as TimelineEntry);
    this.#notify(added as TimelineEntry);
    return added as T & Common & { id: number; at: string };
  }

  /** Changes an entry and notifies the listeners. */
  update(
    entry: TimelineEntry,
    change: Partial<WebhookEntry> | Partial<RestEntry> | Partial<TimelineEntry>,
  ): void {
    Object.assign(entry, change);
    if (this.isCleared(entry.id)) return;
    this.#keepWithinBounds(entry);
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

  /** Removes all entries, and keeps none of the traces that there are. */
  clear(): void {
    this.#entries.clear();
    this.#sizes.clear();
    this.#size = 0;
    this.#first = { id: this.#nextId, trace: this.#nextTrace };
  }

  /** @returns whether the entry with this id is from before the timeline was cleared */
  isCleared(id: number): boolean {
    return id < this.#first.id;
  }

  #isTraceCleared(trace: string): boolean {
    const [, number] = /^trace-(\d+)$/.exec(trace) ?? [];
    return number !== undefined && Number(number) < this.#first.trace;
  }

  #keepWithinBounds(changed: TimelineEntry): void {
    // An entry can be removed while its webhook is under way.
    if (!this.#entries.has(changed.id)) return;
    shorten(changed);
    const size = sizeOf(changed);
    this.#size += size - (this.#sizes.get(changed.id) ?? 0);
    this.#sizes.set(changed.id, size);
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= capacity.entries && this.#size <= capacity.characters) return;
      this.#size -= this.#sizes.get(id) ?? 0;
      this.#sizes.delete(id);
      this.#entries.delete(id);
    }
  }

  #notify(entry: TimelineEntry): void {
    for (const listener of this.#listeners) listener(entry);
  }
}

/** Shortens the answer's body: what was sent has to stay whole, so that it can be sent again. */
function shorten(entry: TimelineEntry): void {
  if (entry.kind !== 'webhook' || entry.body === undefined || entry.body.length <= longestText) return;
  entry.body = `${entry.body.slice(0, longestText)}… (${entry.body.length} characters)`;
}

/** @returns about how many characters an entry has */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.entries(value).reduce((sum, [name, one]) => sum + name.length + sizeOf(one), 0);
}
