import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import { Conflict, TwilioRefused, Unprocessable } from '../errors';
import { retry, type Waiting } from '../twilio/api';

/** What is kept of a request that must be carried out once. */
interface Lease {
  /** `running`: somebody is at it; `open`: nobody is, it did not come to an end; `done`: `result` is what came of it. */
  state: 'running' | 'open' | 'done';
  /** Who is, or was, at it. */
  holder: string;
  /** What the request is, so that one key is not used for two. */
  fingerprint: string;
  /** When the holder's time is over for certain, in milliseconds since 1970. */
  until: number;
  /** Whether something of an earlier try may be there still. */
  begun: boolean;
  result?: object;
}

export interface OnceOptions {
  store: ServiceContext;
  waiting: Waiting;
  /** The store's name for the request: the same for every delivery of it, at most 320 characters. */
  name: string;
  fingerprint: string;
  /** Of this delivery alone. */
  holder: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Says that the result could not be kept. */
  onResultNotSaved(): void;
}

export interface Attempt {
  /** Whether an earlier try may have left something: it is to be looked for. */
  lookFirst: boolean;
  /** To be called before anything is begun that would have to be looked for. */
  begin(): void;
  /** To be called once all that was begun is undone again. */
  undone(): void;
}

/** How long a key and what came of it are kept, in seconds. */
const keptSeconds = 24 * 60 * 60;

/** No function runs longer, in milliseconds; a little is added for clocks that differ. */
const leaseMs = 15_000;

/** The least that taking over asks for, in milliseconds: with less the next request does better. */
const workMs = 5_000;

/** How long is tried to keep a result, in milliseconds. */
const keepingMs = 3_000;

/** The least that is left to answer in, in milliseconds. */
const marginMs = 800;

/**
 * Does some work once for all deliveries of one request, at the same time or one after the other: the first to write
 * the request's name into Twilio Sync does it, the others wait for the result. Where the one who was at it has gone,
 * the next one takes over and is told to look first.
 *
 * @param work done by at most one delivery at a time; its result is kept, its error is not
 * @returns the result, and whether an earlier delivery brought it about
 * @throws Unprocessable when the name was used for another request; Conflict when the result does not come in time;
 *   TwilioUnavailable when Sync does not answer: nothing has been done then; whatever `work` throws
 * @see https://www.twilio.com/docs/sync/api/document-resource
 */
export async function withIdempotencyKey<T extends object>(
  options: OnceOptions,
  work: (attempt: Attempt) => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  const { waiting, fingerprint, holder, now } = options;
  for (let pause = 150; ; pause = Math.min(600, pause * 1.5)) {
    const { lease, revision } = await readOrCreateLease(options);
    if (lease.fingerprint !== fingerprint) {
      throw new Unprocessable(
        'idempotency_key_reused',
        'This idempotencyKey was used for another request: give each request a key of its own.',
      );
    }
    if (lease.state === 'done' && lease.result) return { result: lease.result as T, replayed: true };
    if (lease.state === 'running' && lease.holder === holder) return perform(options, lease, work);
    const isFree = lease.state === 'open' || lease.until < now();
    if (isFree && waiting.deadline.remaining() > workMs) {
      const begun = lease.begun || lease.state === 'running';
      const mine: Lease = { ...lease, state: 'running', holder, until: now() + leaseMs, begun };
      if (await replace(options, mine, revision)) return perform(options, mine, work);
      continue;
    }
    if (waiting.deadline.remaining() < pause + marginMs) {
      throw new Conflict('in_progress', 'This request is being carried out: ask again in a few seconds.');
    }
    await waiting.sleep(pause * (0.75 + waiting.random() / 2));
  }
}

async function perform<T extends object>(
  options: OnceOptions,
  lease: Lease,
  work: (attempt: Attempt) => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  let begun = lease.begun;
  const attempt: Attempt = {
    lookFirst: lease.begun,
    begin: () => {
      begun = true;
    },
    undone: () => {
      begun = false;
    },
  };
  let result: T;
  try {
    result = await work(attempt);
  } catch (error) {
    // If not even this can be written, the lease runs out by itself.
    await replace(options, { ...lease, state: 'open', begun, until: 0 }).catch(() => undefined);
    throw error;
  }
  const { fingerprint, holder } = options;
  const done: Lease = { state: 'done', holder, fingerprint, until: 0, begun: true, result };
  await replace({ ...options, waiting: withShorterDeadline(options) }, done).catch(options.onResultNotSaved);
  return { result, replayed: false };
}

/** What was done is not to wait long for being written down: it can be found again. */
function withShorterDeadline({ waiting, now }: OnceOptions): Waiting {
  const end = now() + keepingMs;
  return { ...waiting, deadline: { remaining: () => Math.min(waiting.deadline.remaining(), end - now()) } };
}

/** @returns the lease that is there, or the one that was made because there was none */
async function readOrCreateLease(options: OnceOptions): Promise<{ lease: Lease; revision: string }> {
  const { store, waiting, name, fingerprint, holder, now } = options;
  const fresh: Lease = { state: 'running', holder, fingerprint, until: now() + leaseMs, begun: false };
  for (;;) {
    try {
      const { data, revision } = await retry(waiting, 'create sync document', () =>
        store.documents.create({ uniqueName: name, data: fresh, ttl: keptSeconds }),
      );
      return { lease: readLease(data), revision };
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    try {
      const { data, revision } = await retry(waiting, 'fetch sync document', () =>
        store.documents(name).fetch(),
      );
      return { lease: readLease(data), revision };
    } catch (error) {
      // It went between the two requests: its time was over.
      if (!(error instanceof TwilioRefused && error.kind === 'missing')) throw error;
    }
  }
}

/** @returns false when somebody else was faster */
async function replace(options: OnceOptions, lease: Lease, revision?: string): Promise<boolean> {
  const { store, waiting, name } = options;
  try {
    await retry(waiting, 'update sync document', () =>
      store
        .documents(name)
        .update({ data: lease, ttl: keptSeconds, ...(revision !== undefined && { ifMatch: revision }) }),
    );
    return true;
  } catch (error) {
    if (error instanceof TwilioRefused && error.facts.twilioStatus === 412) return false;
    throw error;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof TwilioRefused && error.facts.twilioStatus === 409;
}

function readLease(data: unknown): Lease {
  const lease = data as Partial<Lease> | null;
  if (lease && typeof lease.fingerprint === 'string' && typeof lease.state === 'string')
    return lease as Lease;
  throw new TwilioRefused('refused', { request: 'fetch sync document', answer: 'makes no sense' });
}
