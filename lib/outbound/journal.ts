import { Conflict, TwilioUnavailable, Unprocessable } from '../errors';
import {
  createDocument,
  fetchDocument,
  type SyncApi,
  type SyncDocument,
  updateDocument,
} from '../twilio/sync';
import { type Entries, type Journal, stepInDoubt } from './steps';

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
const keptSeconds = { done: 24 * 60 * 60, unfinished: 7 * 24 * 60 * 60 };

/** An effect that has not shown within this time is taken never to come, in milliseconds. */
const settlingMs = 30_000;

/** How long it may take to write down the result, in milliseconds: it can be found again. */
const keepingMs = 3_000;

/** A journal as it was read. */
export interface ReadJournal {
  document: SyncDocument;
  page: JournalPage;
}

/**
 * Reads a key's journal.
 *
 * @returns undefined when the key is new
 * @throws Unprocessable `idempotency_key_unreadable` when the document is no journal: another build may have sent its
 *   message
 */
export async function readJournal({
  sync,
  name,
}: Pick<JournalOptions, 'sync' | 'name'>): Promise<ReadJournal | undefined> {
  const document = await fetchDocument(sync, name);
  if (!document) return undefined;
  const page = readPage(document);
  if (!page) throw keyUnreadable(name);
  return { document, page };
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
function inProgress(): Conflict {
  return new Conflict('in_progress', 'This request is being carried out: ask again in a few seconds.', {
    details: { retryAfter: 3 },
  });
}

/** @returns undefined when the document is no journal: another build wrote it, or somebody else */
export function readPage({ data }: SyncDocument): JournalPage | undefined {
  const page = data as Partial<JournalPage> | null;
  const isPage =
    typeof page?.fingerprint === 'string' && typeof page.state === 'string' && typeof page.round === 'number';
  return isPage ? (page as JournalPage) : undefined;
}

/** No function runs longer than 10 s; a little is added, as Sync's dates may be whole seconds. In milliseconds. */
const leaseMs = 13_000;

/** The least time in which a start can be carried out, in milliseconds: with less the next request does better. */
const workMs = 5_000;

/** The least that is left to answer in, in milliseconds. */
const marginMs = 800;

/** For how long another request is waited for before Sync is asked how old its lease is, in milliseconds. */
const patienceMs = 1_500;

/** How long the document is kept by which Sync is asked for its time, in seconds. */
const clockSeconds = 60;

/**
 * Takes a key's journal for this request, or waits for the result of the one that has it. Leases are measured by
 * Sync's own clock: instances' clocks differ.
 *
 * @param plan what the request means, and where its interaction is looked for
 * @param known the journal as it has been read; undefined when the key is new
 * @returns the journal, to be released or finished; or the result of an earlier request
 * @throws Unprocessable when the key was used for another request; Conflict `in_progress` when another request has it
 *   for longer than we can wait; TwilioUnavailable when Sync does not answer: nothing has been done then
 * @see https://www.twilio.com/docs/sync/api/document-resource
 */
export async function takeJournal(
  options: JournalOptions,
  plan: Pick<JournalPage, 'fingerprint' | 'workspaceSid'>,
  known: ReadJournal | undefined,
): Promise<KeptJournal | { result: object }> {
  const { sync, name, holder, request } = options;
  const clock = new SyncClock(sync, holder, patienceMs);
  let read = known;
  for (let pause = 200; ; pause = Math.min(2_000, pause * 1.6)) {
    if (!read) {
      const page: JournalPage = { ...plan, state: 'running', holder, request, round: 1 };
      const created = await createDocument(sync, name, page, keptSeconds.unfinished);
      if (created) return new KeptJournal(sync, created, page);
    } else {
      const { document, page } = read;
      if (page.request !== request && page.fingerprint !== plan.fingerprint) throw keyReused();
      if (page.result) return { result: page.result };
      if (page.state === 'running' && page.holder === holder) return new KeptJournal(sync, document, page);
      const isFree = page.state === 'open' || (await clock.hasExpired(document));
      if (isFree && sync.deadline.remaining() > workMs) {
        const taken = await takeOver(options, document, page);
        if (taken) return taken;
      }
    }
    if (sync.deadline.remaining() < pause + marginMs) throw inProgress();
    await sync.sleep(pause * (0.75 + sync.random() / 2));
    read = await readJournal(options);
  }
}

/**
 * Takes a journal that nobody has.
 *
 * @returns undefined when somebody else was faster
 */
export async function takeOver(
  { sync, holder }: Pick<JournalOptions, 'sync' | 'holder'>,
  document: SyncDocument,
  page: JournalPage,
): Promise<KeptJournal | undefined> {
  // From the first retry on: later ones do not begin the time anew.
  const { since = document.updatedAt, ...rest } = page;
  const mine: JournalPage = { ...rest, state: 'running', holder, ...(stepInDoubt(page) && { since }) };
  const taken = await updateDocument(sync, document, mine, keptSeconds.unfinished);
  return taken && new KeptJournal(sync, taken, mine);
}

/** Tells by Sync's clock how old a document is. Asked once; from then on, the time that passes here is added. */
export class SyncClock {
  readonly #sync: SyncApi;
  readonly #name: string;
  readonly #patienceMs: number;
  readonly #began: number;
  #asked: { now: number; remaining: number } | undefined;

  /**
   * @param holder names this request alone
   * @param patienceMs how long it is not asked at all: most requests end soon
   */
  constructor(sync: SyncApi, holder: string, patienceMs: number) {
    this.#sync = sync;
    this.#name = `outbound-clock-${holder}`;
    this.#patienceMs = patienceMs;
    this.#began = sync.deadline.remaining();
  }

  /** @returns whether the lease that a document holds has run out */
  async hasExpired({ updatedAt }: SyncDocument): Promise<boolean> {
    const remaining = this.#sync.deadline.remaining();
    if (!this.#asked) {
      if (this.#began - remaining < this.#patienceMs) return false;
      // Where a first answer was lost, it is there: a little too old, which errs on the safe side.
      const written =
        (await createDocument(this.#sync, this.#name, {}, clockSeconds)) ??
        (await fetchDocument(this.#sync, this.#name));
      if (!written) return false;
      this.#asked = { now: written.updatedAt, remaining };
    }
    return this.#asked.now + (this.#asked.remaining - remaining) - updatedAt > leaseMs;
  }
}

function keyReused(): Unprocessable {
  return new Unprocessable(
    'idempotency_key_reused',
    'This idempotencyKey was used for another request: give each request a key of its own.',
  );
}

function keyUnreadable(name: string): Unprocessable {
  return new Unprocessable(
    'idempotency_key_unreadable',
    `The Sync document ${name} cannot be read: another build wrote it. See whether its message was sent; then use a new key.`,
  );
}
