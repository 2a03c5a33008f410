import { Unprocessable } from '../errors';
import {
  createDocument,
  fetchDocument,
  type SyncApi,
  type SyncDocument,
  updateDocument,
} from '../twilio/sync';
import {
  inProgress,
  type JournalOptions,
  type JournalPage,
  KeptJournal,
  keptSeconds,
  type ReadJournal,
  readJournal,
} from './journal';
import { stepInDoubt } from './steps';

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
