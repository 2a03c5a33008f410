import { TooManyRequests, TwilioRefused, TwilioUnavailable } from '../errors';
import type { FlexSettings } from '../model';
import {
  createDocument,
  fetchDocument,
  type SyncApi,
  type SyncDocument,
  updateDocument,
} from '../twilio/sync';
import { type OutboundContext, openSync, principalOf } from './context';
import type { CountedStart } from './steps';

const hourMs = 60 * 60 * 1_000;

/** How long a counter that nobody uses is kept, in seconds: its hour is told by its dates, not by its absence. */
const keptSeconds = 2 * 60 * 60;

/** How much of the budget counting leaves for the start itself, in milliseconds. */
const reserveMs = 3_600;

/** The least that is left for another try, in milliseconds. */
const marginMs = 500;

/** Counts the starts of one caller against the limit for an hour. */
export interface StartCounter {
  /**
   * Counts one start, before anything is begun.
   *
   * @returns what `release` takes; undefined where nothing was counted: there is no limit, or Sync refuses and the
   *   limit is not one that the data sets
   * @throws TooManyRequests with the seconds after which the next start is possible; TwilioUnavailable when Sync does
   *   not answer; TwilioRefused where the data sets a limit, and Sync refuses
   */
  count(): Promise<CountedStart | undefined>;
  /** Takes back a start that was refused. Where that fails, it stays counted, and the log says so. */
  release(counted: CountedStart | undefined): Promise<void>;
}

/**
 * Opens the counter of a caller in Twilio Sync: each Flex worker has one, all servers have one together. The hour
 * begins with the first start, by Sync's clock. Where Sync's answer is lost, a start may count twice, but never not at
 * all.
 *
 * @see https://www.twilio.com/docs/sync/mutation-and-conflict-resolution
 */
export function startCounter(context: OutboundContext, limits: FlexSettings['startsPerHour']): StartCounter {
  const { caller, hash, date, addToLog } = context;
  const name = `outbound-starts-${hash(principalOf(caller))}`;
  const limit = limits[caller.kind];
  return {
    count: async () => {
      if (!limit) return undefined;
      try {
        return await increment(openSync(context, reserveMs), name, limit.most, date);
      } catch (error) {
        if (limit.strict || !(error instanceof TwilioRefused)) throw error;
        addToLog({ starts: 'not counted: Sync refused' }, 'warn');
        return undefined;
      }
    },
    release: async (counted) => {
      if (!counted) return;
      try {
        await decrement(openSync(context), name, counted);
      } catch {
        addToLog({ starts: 'a refused one stays counted' }, 'warn');
      }
    },
  };
}

async function increment(
  sync: SyncApi,
  name: string,
  most: number,
  now: () => number,
): Promise<CountedStart> {
  for (let pause = 100; ; pause = await waitForTurn(sync, pause)) {
    const counter = await fetchDocument(sync, name);
    if (!counter) {
      const created = await createDocument(sync, name, { count: 1 }, keptSeconds);
      if (created) return { since: created.updatedAt };
      continue;
    }
    const { count, since } = readCount(counter);
    const isFull = count >= most;
    if (isFull && now() < since + hourMs) throw tooMany(since + hourMs - now());
    // Writing is how Sync's own time is learned, even where nothing is added.
    const data = { count: isFull ? count : count + 1, since };
    const written = await updateDocument(sync, counter, data, keptSeconds);
    if (!written) continue;
    if (written.updatedAt >= since + hourMs) {
      const data = { count: 1, since: written.updatedAt };
      if (await updateDocument(sync, written, data, keptSeconds)) return { since: data.since };
    } else if (isFull) {
      throw tooMany(since + hourMs - written.updatedAt);
    } else {
      return { since };
    }
  }
}

async function decrement(sync: SyncApi, name: string, counted: CountedStart): Promise<void> {
  for (let pause = 100; ; pause = await waitForTurn(sync, pause)) {
    const counter = await fetchDocument(sync, name);
    if (!counter) return;
    const { count, since } = readCount(counter);
    if (since !== counted.since || count === 0) return;
    if (await updateDocument(sync, counter, { count: count - 1, since }, keptSeconds)) return;
  }
}

function tooMany(remainingMs: number): TooManyRequests {
  const retryAfter = Math.min(hourMs / 1_000, Math.max(1, Math.ceil(remainingMs / 1_000)));
  const message = 'The limit of conversations started within an hour is reached.';
  return new TooManyRequests('too_many_starts', message, { details: { retryAfter } });
}

/** Another request was faster: waits a little. @returns how long to wait the next time, in milliseconds */
async function waitForTurn({ deadline, sleep, random }: SyncApi, pause: number): Promise<number> {
  if (deadline.remaining() < pause + marginMs) throw new TwilioUnavailable({ request: 'count starts' });
  await sleep(pause * (0.5 + random()));
  return Math.min(800, pause * 1.5);
}

/** The hour of a counter that was never updated begins when Sync created it. */
function readCount({ data, updatedAt }: SyncDocument): { count: number; since: number } {
  const { count, since = updatedAt } = (data ?? {}) as { count?: unknown; since?: unknown };
  if (typeof count === 'number' && typeof since === 'number') return { count, since };
  throw new TwilioRefused('refused', { request: 'fetch sync document', answer: 'unexpected' });
}
