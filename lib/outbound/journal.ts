import { Conflict, TwilioRefused, TwilioUnavailable } from '../errors';
import { fetchDocument, type SyncApi, type SyncDocument, updateDocument } from '../twilio/sync';
import type { Entries, Journal } from './steps';

/** A journal as its Sync document holds it. */
export interface JournalPage extends Entries {
  /** `running`: a request is at it; `open`: none is, and it has not come to an end; `done`: `result` came of it. */
  state: 'running' | 'open' | 'done';
  /** The request that is, or was last, at it. */
  holder: string;
  /** The request as it was sent, and what it means, each as a digest. */
  request: string;
  fingerprint: string;
  /** TaskRouter's, `WS…`: where its interaction is looked for. */
  workspaceSid: string;
  result?: object;
}

/** One key's journal, and the request that wants to write in it. */
export interface JournalOptions {
  sync: SyncApi;
  /** The document's unique name: the same for every request with the key, at most 320 characters. */
  name: string;
  /** Names this request alone. */
  holder: string;
  /** A digest of the request as it was sent. */
  request: string;
}

/** What every journal's name begins with. */
export const journalPrefix = 'outbound-message-';

/** How long a result is kept, and how long what is unfinished, in seconds. */
export const keptSeconds = { done: 24 * 60 * 60, unfinished: 7 * 24 * 60 * 60 };

/** An effect that has not shown within this time is taken never to come, in milliseconds. */
const settlingMs = 30_000;

/** How long it may take to write down the result, in milliseconds: it can be found again. */
const keepingMs = 3_000;

/** A journal as it was read. */
export interface ReadJournal {
  document: SyncDocument;
  page: JournalPage;
}

/** Reads a key's journal. @returns undefined when the key is new */
export async function readJournal({
  sync,
  name,
}: Pick<JournalOptions, 'sync' | 'name'>): Promise<ReadJournal | undefined> {
  const document = await fetchDocument(sync, name);
  return document && { document, page: readPage(document) };
}

/** A key's journal in Sync, while this request has it. */
export class KeptJournal implements Journal {
  readonly isKept = true;
  readonly #sync: SyncApi;
  #settlesInMs: number;
  #document: SyncDocument;
  #page: JournalPage;

  constructor(sync: SyncApi, document: SyncDocument, page: JournalPage) {
    this.#sync = sync;
    this.#document = document;
    this.#page = page;
    const { since = document.updatedAt } = page;
    this.#settlesInMs = settlingMs - (document.updatedAt - since);
  }

  get entries(): Entries {
    return this.#page;
  }

  get workspaceSid(): string {
    return this.#page.workspaceSid;
  }

  get tag(): string {
    return tagOf(this.#document.uniqueName, this.#page.round);
  }

  get settlesInMs(): number {
    // Whole seconds may hide most of one.
    return this.#settlesInMs < 0 ? 0 : Math.max(1, this.#settlesInMs);
  }

  save(change: Partial<Entries>): Promise<void> {
    if ('since' in change && change.since === undefined) this.#settlesInMs = settlingMs;
    return this.#write({ ...this.#page, ...change });
  }

  /** Writes down what came of it: from now on it is replayed. */
  async finish(result: object): Promise<void> {
    const end = this.#sync.deadline.remaining() - keepingMs;
    const remaining = (): number => Math.max(0, this.#sync.deadline.remaining() - Math.max(0, end));
    await this.#write({ ...this.#page, state: 'done', result }, { ...this.#sync, deadline: { remaining } });
  }

  /** Leaves it to the next request. If not even this can be written, the lease ends by itself. */
  async release(change: Partial<Entries> = {}): Promise<void> {
    await this.#write({ ...this.#page, ...change, state: 'open' }).catch(() => undefined);
  }

  /** @throws Conflict when another request has taken it over */
  async #write(page: JournalPage, sync: SyncApi = this.#sync): Promise<void> {
    this.#page = page;
    const ttl = page.state === 'done' ? keptSeconds.done : keptSeconds.unfinished;
    for (let pause = 100; ; pause *= 2) {
      const written = await updateDocument(sync, this.#document, page, ttl);
      if (written) {
        this.#document = written;
        return;
      }
      // A write that seemed to fail may have been done: then the revision has moved on, and the lease is still ours.
      const read = await readJournal({ sync, name: this.#document.uniqueName });
      if (read?.page.holder !== page.holder || read.page.state !== 'running') {
        if (read?.page.holder === page.holder && read.page.state === page.state) return;
        throw inProgress();
      }
      this.#document = read.document;
      if (sync.deadline.remaining() < pause) throw new TwilioUnavailable({ request: 'update sync document' });
      await sync.sleep(pause);
    }
  }
}

/** @returns by which what one round of a journal has begun is found again at Twilio */
function tagOf(name: string, round: number): string {
  return `${name.slice(journalPrefix.length)}-${round}`;
}

/** @returns what to throw while another request is at it */
export function inProgress(): Conflict {
  return new Conflict('in_progress', 'This request is being carried out: ask again in a few seconds.', {
    details: { retryAfter: 3 },
  });
}

/** @throws TwilioRefused when the document is no journal */
export function readPage({ data }: SyncDocument): JournalPage {
  const page = data as Partial<JournalPage> | null;
  const isPage =
    typeof page?.fingerprint === 'string' && typeof page.state === 'string' && typeof page.round === 'number';
  if (isPage) return page as JournalPage;
  throw new TwilioRefused('refused', { request: 'fetch sync document', answer: 'unexpected' });
}
