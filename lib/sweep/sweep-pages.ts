import { TwilioRefused, TwilioUnavailable } from '../errors';
import { type ActiveConversation, type ActivePage, listActivePage } from '../twilio/active-conversations';
import type { SweepContext, Sweeper, SweptConversation } from './sweep-conversation';

/** How far a sweep is, so that the next one can go on from there. */
export interface SweepPlace {
  /** The URL of the page at which it is; the first page unless given. */
  page?: string | undefined;
  /** The conversations of this page that are done. */
  handled: string[];
  /** Whether conversations were closed: that may move others to pages that were read before, so all are read again. */
  again?: boolean;
  /** How often all were read again. */
  repeats?: number;
}

/** The place at which a sweep begins. */
export const firstPlace: Readonly<SweepPlace> = { handled: [] };

/** How a sweep tells what it does, and when it is to stop. */
export interface SweepProgress {
  /** Called for each conversation, with the place at which it would go on now. */
  onSwept(swept: SweptConversation, place: SweepPlace): void;
  /** @returns whether there is time for another conversation */
  hasTime(): boolean;
  /** The most requests in a second: the work on one conversation alone would not reach many. */
  requestsPerSecond: number;
}

/** How often all are read again at most. */
const mostRepeats = 3;

/** How many conversations are worked on at once: each sends some five requests a second while Twilio takes 100 ms or 200. */
const atOnce = { least: 4, most: 50, forRequests: 5 };

/** After so many failures in a row of everything that is worked on at once, Twilio is taken to be out of reach. */
const mostFailures = 2;

/**
 * Sweeps all active conversations of the data's conversation service, from a place on.
 *
 * @returns where to go on; undefined when it is through
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured; the place that was reported last is still good
 */
export async function sweepPages(
  sweeper: Sweeper,
  context: Pick<SweepContext, 'openTwilio' | 'routing'>,
  from: SweepPlace,
  { onSwept, hasTime, requestsPerSecond }: SweepProgress,
): Promise<SweepPlace | undefined> {
  let place = { ...from, handled: [...from.handled] };
  let failures = 0;
  const { least, most, forRequests } = atOnce;
  const lanes = Math.min(most, Math.max(least, Math.ceil(requestsPerSecond / forRequests)));
  for (;;) {
    if (!hasTime()) return place;
    const { conversations, next } = await readPage(context, place);
    const current = place;
    const { repeats = 0 } = current;
    const done = await forEachAtOnce(conversations, lanes, async (conversation) => {
      if (current.handled.includes(conversation.sid)) return true;
      if (!hasTime()) return false;
      const swept = await sweeper.sweep(conversation);
      failures = swept.outcome === 'failed' ? failures + 1 : 0;
      if (failures === mostFailures * lanes) {
        const { facts, cause } = sweeper.lastFailure ?? {};
        throw new TwilioUnavailable({ request: facts?.request ?? 'sweep', reason: swept.reason }, cause);
      }
      if (swept.outcome === 'closed') current.again = true;
      // What failed for want of time is left to the next call.
      if (swept.outcome === 'failed' && !hasTime()) return false;
      // And what failed is tried again where a sweep goes on with this page.
      if (swept.outcome !== 'failed') current.handled.push(conversation.sid);
      onSwept(swept, current);
      return true;
    });
    if (!done) return current;
    if (next !== undefined) place = { ...current, page: next, handled: [] };
    else if (current.again && repeats < mostRepeats) place = { handled: [], repeats: repeats + 1 };
    else return undefined;
  }
}

/** Reads the page of a place. A page may no longer be there after a while: then everything is read again. */
async function readPage(
  { openTwilio, routing }: Pick<SweepContext, 'openTwilio' | 'routing'>,
  place: SweepPlace,
): Promise<ActivePage> {
  const { conversationServiceSid } = routing;
  try {
    return await listActivePage(openTwilio(), conversationServiceSid, place.page);
  } catch (error) {
    if (place.page === undefined || !(error instanceof TwilioRefused)) throw error;
    place.page = undefined;
    return listActivePage(openTwilio(), conversationServiceSid, undefined);
  }
}

/** @returns whether the work on all of them came to an end */
async function forEachAtOnce(
  conversations: readonly ActiveConversation[],
  count: number,
  work: (conversation: ActiveConversation) => Promise<boolean>,
): Promise<boolean> {
  const open = [...conversations];
  let isWhole = true;
  const lane = async (): Promise<void> => {
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      if (!(await work(one))) isWhole = false;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: count }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  return isWhole;
}
