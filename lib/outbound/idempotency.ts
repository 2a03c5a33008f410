import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import { Conflict, TwilioRefused, Unprocessable } from '../errors';
import { persist, type Waiting } from '../twilio/api';

/** What is kept of a request that must be carried out once. */
interface Claim {
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
  onUnkept(): void;
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
export const keptSeconds = 24 * 60 * 60;

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
export async function doOnce<T extends object>(
  options: OnceOptions,
  work: (attempt: Attempt) => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  const { waiting, fingerprint, holder, now } = options;
  for (let pause = 150; ; pause = Math.min(600, pause * 1.5)) {
    const { claim, revision } = await readOrClaim(options);
    if (claim.fingerprint !== fingerprint) {
      throw new Unprocessable(
        'idempotency_key_reused',
        'This idempotencyKey was used for another request: give each request a key of its own.',
      );
    }
    if (claim.state === 'done' && claim.result) return { result: claim.result as T, replayed: true };
    if (claim.state === 'running' && claim.holder === holder) return perform(options, claim, work);
    const isFree = claim.state === 'open' || claim.until < now();
    if (isFree && waiting.deadline.remaining() > workMs) {
      const begun = claim.begun || claim.state === 'running';
      const mine: Claim = { ...claim, state: 'running', holder, until: now() + leaseMs, begun };
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
  claim: Claim,
  work: (attempt: Attempt) => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  let begun = claim.begun;
  const attempt: Attempt = {
    lookFirst: claim.begun,
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
    await replace(options, { ...claim, state: 'open', begun, until: 0 }).catch(() => undefined);
    throw error;
  }
  const { fingerprint, holder } = options;
  const done: Claim = { state: 'done', holder, fingerprint, until: 0, begun: true, result };
  await replace({ ...options, waiting: hurried(options) }, done).catch(options.onUnkept);
  return { result, replayed: false };
}

/** What was done is not to wait long for being written down: it can be found again. */
function hurried({ waiting, now }: OnceOptions): Waiting {
  const end = now() + keepingMs;
  return { ...waiting, deadline: { remaining: () => Math.min(waiting.deadline.remaining(), end - now()) } };
}

/** @returns the claim that is there, or the one that was made because there was none */
async function readOrClaim(options: OnceOptions): Promise<{ claim: Claim; revision: string }> {
  const { store, waiting, name, fingerprint, holder, now } = options;
  const fresh: Claim = { state: 'running', holder, fingerprint, until: now() + leaseMs, begun: false };
  for (;;) {
    try {
      const { data, revision } = await persist(waiting, 'create sync document', () =>
        store.documents.create({ uniqueName: name, data: fresh, ttl: keptSeconds }),
      );
      return { claim: readClaim(data), revision };
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    try {
      const { data, revision } = await persist(waiting, 'fetch sync document', () =>
        store.documents(name).fetch(),
      );
      return { claim: readClaim(data), revision };
    } catch (error) {
      // It went between the two requests: its time was over.
      if (!(error instanceof TwilioRefused && error.kind === 'missing')) throw error;
    }
  }
}

/** @returns false when somebody else was faster */
async function replace(options: OnceOptions, claim: Claim, revision?: string): Promise<boolean> {
  const { store, waiting, name } = options;
  try {
    await persist(waiting, 'update sync document', () =>
      store
        .documents(name)
        .update({ data: claim, ttl: keptSeconds, ...(revision !== undefined && { ifMatch: revision }) }),
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

function readClaim(data: unknown): Claim {
  const claim = data as Partial<Claim> | null;
  if (claim && typeof claim.fingerprint === 'string' && typeof claim.state === 'string')
    return claim as Claim;
  throw new TwilioRefused('refused', { request: 'fetch sync document', answer: 'makes no sense' });
}
