import type { CustomerDirectory } from '../customers/directory';
import type { SweepRequest } from '../events/sweep';
import type { Routing } from '../model';
import { type OutboundContext, openSync, outboundTwilio } from '../outbound/context';
import { Pace } from '../twilio/pace';
import { createDocument, fetchDocument, type SyncDocument, updateDocument } from '../twilio/sync';
import { finishStarts } from './finish-starts';
import { type SweepContext, Sweeper } from './sweep-conversation';
import { firstPlace, type SweepPlace, sweepPages } from './sweep-pages';

/** What a sweep in pieces needs: the context of an endpoint. */
export interface SweepServer
  extends Pick<OutboundContext, 'twilio' | 'sync' | 'date' | 'newId' | 'addToLog'> {
  env: Readonly<Record<string, unknown>>;
  customers(): Promise<CustomerDirectory>;
  routing(): Promise<Routing>;
}

/** What one piece of a sweep has done. */
export interface SweepAnswer {
  /** Whether all conversations have been looked at; the next call begins anew. */
  done: boolean;
  /** How many conversations got a worker by this call, and were closed. */
  routed: number;
  closed: number;
  /** How many unfinished outbound starts came to an end. */
  finished: number;
  /** How many conversations have no worker still. */
  unrouted: number;
  /** How many could not be read or changed. */
  failed: number;
  /** Unless it is done: the work that the next call goes on with. */
  next?: 'conversations' | 'starts';
}

/** The document that keeps the place, and for how long, in seconds: a place that old means nothing any more. */
const placeName = 'sweep-place';
const placeSeconds = 24 * 60 * 60;

/** With less time than this nothing more is begun, in milliseconds: routing one conversation takes about a second. */
const leastMs = { conversation: 2_500, start: 6_500 };

/** What is kept to write down the place, in milliseconds. */
const placeMs = 1_200;

/** Unless the request names another number. */
const usualPerSecond = 20;

/** Where a sweep in pieces is. */
interface KeptPlace extends SweepPlace {
  phase: 'conversations' | 'starts';
}

/**
 * Sweeps for as long as a request may take, from the place on that the request before has kept in Sync. Two at once
 * are safe: they do the same.
 *
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured; the place is kept all the same
 */
export async function sweepForAWhile(server: SweepServer, request: SweepRequest): Promise<SweepAnswer> {
  const sync = openSync(server);
  const document = await fetchDocument(sync, placeName);
  let at: KeptPlace | undefined = readPlace(document);
  const counts = { routed: 0, closed: 0, finished: 0, unrouted: 0, failed: 0 };
  const keep = (place: SweepPlace): void => {
    at = { ...place, phase: 'conversations' };
  };
  try {
    if (at.phase === 'conversations' && (await sweepConversations(server, at, request, counts, keep))) {
      at = { ...firstPlace, phase: 'starts' };
    }
    if (at.phase === 'starts' && (await finishForAWhile(server, counts))) at = undefined;
    return answerOf(counts, at);
  } finally {
    server.addToLog({ ...answerOf(counts, at) });
    const data: object = at ?? {};
    if (document) await updateDocument(sync, document, data, placeSeconds);
    else await createDocument(sync, placeName, data, placeSeconds);
  }
}

/** @param at where the next call goes on; undefined once all is done */
function answerOf(counts: Counts, at: KeptPlace | undefined): SweepAnswer {
  return at === undefined ? { done: true, ...counts } : { done: false, ...counts, next: at.phase };
}

type Counts = Pick<SweepAnswer, 'routed' | 'closed' | 'finished' | 'unrouted' | 'failed'>;

/** @returns whether all conversations have been looked at */
async function sweepConversations(
  server: SweepServer,
  from: SweepPlace,
  { closeOlderThan: closeOlderThanMs, requestsPerSecond = usualPerSecond }: SweepRequest,
  counts: Counts,
  keep: (place: SweepPlace) => void,
): Promise<boolean> {
  const routing = await server.routing();
  if (routing.routing.sweep === false) {
    server.addToLog({ notSwept: 'routing.sweep is false' });
    return true;
  }
  const { deadline, sleep } = server.twilio({ reserveMs: placeMs });
  const pace = new Pace(requestsPerSecond, { now: server.date, sleep });
  const workspaceSid = routing.flex.workspaceSid ?? server.env.FLEX_WORKSPACE_SID;
  const context: SweepContext = {
    customers: server.customers,
    routing,
    ...(typeof workspaceSid === 'string' && workspaceSid !== '' && { workspaceSid }),
    openTwilio: () => pace.over(server.twilio({ reserveMs: placeMs })),
    now: server.date,
  };
  const sweeper = new Sweeper(context, { closeOlderThanMs });
  const left = await sweepPages(sweeper, context, from, {
    onSwept: ({ outcome }, place) => {
      if (outcome in counts) counts[outcome as keyof Counts] += 1;
      keep(place);
    },
    hasTime: () => deadline.remaining() > leastMs.conversation - placeMs,
    requestsPerSecond,
  });
  if (left) keep(left);
  return left === undefined;
}

/** @returns whether all unfinished starts have been looked at */
async function finishForAWhile(server: SweepServer, counts: Counts): Promise<boolean> {
  const { deadline } = server.twilio({ reserveMs: placeMs });
  const hasTime = (): boolean => deadline.remaining() > leastMs.start - placeMs;
  if (!hasTime()) return false;
  const { finished, isWhole } = await finishStarts({
    openTwilio: () => outboundTwilio(server),
    openSync: () => openSync(server, placeMs),
    newId: server.newId,
    hasTime,
  });
  counts.finished += finished.filter(({ outcome }) => outcome === 'sent' || outcome === 'closed').length;
  return isWhole;
}

/** @returns where to go on; at the beginning, if there is no place that could be read */
function readPlace(document: SyncDocument | undefined): KeptPlace {
  const { phase, page, handled, again, repeats } = (document?.data ?? {}) as Partial<KeptPlace>;
  if (phase === 'starts') return { ...firstPlace, phase };
  if (phase !== 'conversations' || !Array.isArray(handled)) return { handled: [], phase: 'conversations' };
  return {
    phase,
    handled,
    ...(typeof page === 'string' && { page }),
    ...(again === true && { again }),
    ...(typeof repeats === 'number' && { repeats }),
  };
}
