import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalTwilio } from '../simulator/local-twilio';
import type { RestObservation } from '../simulator/twilio/http/request-handler';
import type { WebhookTimelineEntry } from '../simulator/webhooks/webhook-sender';
import { kindOf, type RequestKind, requestKinds } from './requests-per-event';
import { type Spread, spread } from './stats';

/** Twilio as the load finds it. */
export const account = {
  limits: {
    concurrentFunctions: 30,
    concurrentRequests: 100,
    syncPerDocument: 20,
    interactionsPerSecond: 20,
  },
  /** What each REST request takes, in milliseconds. */
  latencyMs: 100,
};

/** Customers who write for the first time. */
export interface Load {
  perSecond: number;
  seconds: number;
  /**
   * One of so many parts of the load and of the limits is run: this machine has less room than Twilio. A little more is
   * refused than at full size, since few functions even out less.
   */
  oneOf: number;
  /** Where something else uses most of the account's REST requests at once: how many are left. */
  requestsLeft?: number;
  /** Whether Twilio asks `onConversationAdd`. */
  asksFirst: boolean;
}

/** What became of them. */
export interface LoadResult extends Load {
  arrived: number;
  /** Twilio rejected the conversation, because `onConversationAdd` was answered 429. */
  lost: number;
  routed: number;
  /** For each conversation: seconds of functions, and requests of each kind. */
  busySeconds: number;
  requests: Record<RequestKind, number>;
  /** REST requests that were answered 429. */
  refusedRequests: number;
  callbacks: Record<string, { count: number; refused: number; failed: number; ms: Spread }>;
  sweep: { calls: number; seconds: number; requests: number; unroutedBefore: number; unroutedAfter: number };
}

/** How often the sweep is called at most. */
const mostSweeps = 8;

/**
 * Lets new customers write at a steady rate, however slow the answers are, and then lets the sweep route whom routing has
 * missed, as a cron service does.
 *
 * @param from gives the next customer's number
 */
export async function runLoad(local: LocalTwilio, load: Load, from: () => string): Promise<LoadResult> {
  const { parts, actions, state, timeline, rest } = local;
  const perSecond = load.perSecond / load.oneOf;
  const share = (most: number): number => Math.round(most / load.oneOf);
  const { concurrentFunctions, concurrentRequests, ...others } = account.limits;
  local.reset();
  parts.settings.change({
    limits: {
      ...others,
      concurrentFunctions: share(concurrentFunctions),
      concurrentRequests: load.requestsLeft ?? share(concurrentRequests),
    },
    faults: { requests: [{ kind: 'late', on: 'all', ms: account.latencyMs }] },
  });
  const filters = [...(load.asksFirst ? ['onConversationAdd'] : []), 'onParticipantAdded'];
  rest.account.webhooks.update({}, filters);
  const observed = observe(local);

  const started = performance.now();
  const sent: Promise<unknown>[] = [];
  const arrived = perSecond * load.seconds;
  while (sent.length < arrived) {
    const due = Math.min(arrived, 1 + Math.floor(((performance.now() - started) / 1_000) * perSecond));
    while (sent.length < due) sent.push(actions.receiveInbound({ from: from(), body: 'Hello' }));
    await sleep(Math.min(20, 1_000 / perSecond));
  }
  await Promise.all(sent);
  const { requests, webhooks } = observed.end();

  const conversations = state.conversations().length;
  const unroutedBefore = countUnrouted(local);
  const sweep = await sweepAll(local, unroutedBefore);
  timeline.clear();
  const refused = requests.filter(({ answer }) => answer?.status === 429).length;
  return {
    ...load,
    arrived,
    lost: arrived - conversations,
    routed: conversations - unroutedBefore,
    busySeconds:
      sum(webhooks.map(({ ms = 0, status }) => (status === 429 ? 0 : ms))) /
      1_000 /
      Math.max(1, conversations),
    requests: Object.fromEntries(
      requestKinds.map((kind) => [
        kind,
        requests.filter(({ request }) => kindOf(request) === kind).length / Math.max(1, conversations),
      ]),
    ) as LoadResult['requests'],
    refusedRequests: refused,
    callbacks: summarize(webhooks),
    sweep,
  };
}

/** Keeps what happens: the timeline forgets the oldest entries. */
function observe({ rest, timeline }: LocalTwilio) {
  const requests: RestObservation[] = [];
  const webhooks = new Map<number, WebhookTimelineEntry>();
  const ends = [
    rest.onRequest((one) => requests.push(one)),
    timeline.onEntry((entry) => {
      if (entry.kind === 'webhook') webhooks.set(entry.id, entry as WebhookTimelineEntry);
    }),
  ];
  return {
    end() {
      for (const end of ends) end();
      return { requests, webhooks: [...webhooks.values()] };
    },
  };
}

function summarize(webhooks: WebhookTimelineEntry[]): LoadResult['callbacks'] {
  const byName = new Map<string, WebhookTimelineEntry[]>();
  for (const one of webhooks) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  return Object.fromEntries(
    [...byName].map(([name, all]) => {
      const answered = all.filter(({ status }) => status !== 429);
      return [
        name,
        {
          count: all.length,
          refused: all.length - answered.length,
          failed: answered.filter(({ status }) => status !== 200).length,
          ms: spread(answered.map(({ ms = 0 }) => ms)),
        },
      ];
    }),
  );
}

async function sweepAll(local: LocalTwilio, unroutedBefore: number): Promise<LoadResult['sweep']> {
  const { webhooks, timeline, sweepKey } = local.parts;
  const json = { headers: { Authorization: `Bearer ${sweepKey()}` }, body: {} };
  const observed = observe(local);
  const started = performance.now();
  let calls = 0;
  for (let isDone = unroutedBefore === 0; !isDone && calls < mostSweeps; calls++) {
    const { status, body = '' } = await webhooks.send({
      name: 'sweep',
      trace: timeline.newTrace(),
      fields: {},
      json,
    });
    isDone = status === 200 && (JSON.parse(body) as { done: boolean }).done;
  }
  const seconds = (performance.now() - started) / 1_000;
  const requests = observed.end().requests.length;
  return { calls, seconds, requests, unroutedBefore, unroutedAfter: countUnrouted(local) };
}

function countUnrouted({ state }: LocalTwilio): number {
  const isRouted = (sid: string) => state.participants(sid).some(({ identity }) => identity !== null);
  return state.conversations().filter(({ sid }) => !isRouted(sid)).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
