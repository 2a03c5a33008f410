import type { FlexResult, TimelineEntry } from '../simulator/api';
import type { LocalTwilio } from '../simulator/local-twilio';

/** What is asked of Twilio, by kind. */
export const requestKinds = [
  'conversations read',
  'conversations changed',
  'Frontline',
  'Flex',
  'Sync',
] as const;
export type RequestKind = (typeof requestKinds)[number];

/** The REST requests of one event. */
export interface EventRequests {
  event: string;
  /** In which case. */
  when: string;
  requests: Record<RequestKind, number>;
}

/** @returns the kind of a REST request */
export function kindOf({ method, host }: { method: string; host: string }): RequestKind {
  const product = host.split('.')[0];
  if (product === 'conversations') return method === 'GET' ? 'conversations read' : 'conversations changed';
  if (product === 'frontline-api') return 'Frontline';
  return product === 'sync' ? 'Sync' : 'Flex';
}

/** A new customer each time. */
function strangers(): () => string {
  let next = 0;
  return () => `+1917557${String(next++).padStart(4, '0')}`;
}

/** Lets each event happen once on a local Twilio with the sample data, and counts the REST requests that it causes. */
export async function countRequests(local: LocalTwilio): Promise<EventRequests[]> {
  const { actions, parts } = local;
  const routesOn = parts.rest.account.webhooks.fetch().filters.includes('onConversationAdded')
    ? 'onConversationAdded'
    : 'onConversationRoute';
  const stranger = strangers();
  const count = (entries: readonly TimelineEntry[], name: string, when: string): EventRequests => {
    const webhooks = new Set(
      entries.flatMap((one) => (one.kind === 'webhook' && one.name === name ? one.id : [])),
    );
    const requests = countKinds(
      entries.filter((one) => one.kind === 'rest' && webhooks.has(one.during ?? 0)),
    );
    return { event: name, when, requests };
  };

  const known = await actions.receiveInbound({ from: '+12125550101', body: 'Hello' });
  const unknown = await actions.receiveInbound({ from: stranger(), body: 'Hello' });
  const group = await actions.receiveInbound({ from: stranger(), group: [stranger()], body: 'Hello' });
  const rows = [
    count(known.entries, 'onConversationAdd', 'any'),
    count(known.entries, 'onParticipantAdded', 'a known customer'),
    count(unknown.entries, 'onParticipantAdded', 'another customer'),
    count(known.entries, routesOn, "the customer's own worker"),
    count(unknown.entries, routesOn, 'a pool of three'),
    count(group.entries, routesOn, 'a group MMS, a pool of three'),
  ];
  // Its channel is active when it is asked for the first time; otherwise it is asked for again.
  parts.rest.flex.setupMs = 0;
  const start = async (as: 'agent' | 'server', key?: string): Promise<FlexResult> =>
    actions.startOutbound({
      ...{ agent: 'alice@example.com', as, channel: 'sms', to: stranger(), body: 'Hello' },
      ...(key !== undefined && { idempotencyKey: key }),
    });
  rows.push(
    count((await start('agent')).entries, 'outboundMessage', 'an agent, without a key'),
    count((await start('agent', 'key-1')).entries, 'outboundMessage', 'an agent, with a key'),
    count((await start('server', 'key-2')).entries, 'outboundMessage', 'a server, with a key'),
  );

  // What one more conversation adds: what is asked once in a run is in none of these.
  local.reset();
  await countSweep(local);
  const runs = [await countSweep(local)];
  for (const worker of ['alice@example.com', undefined]) {
    for (const count of [1, 2]) {
      local.reset();
      // The second sweep finds the place of the first one, as in a cron service.
      await countSweep(local);
      for (let n = 0; n < count; n++) addConversation(local, stranger(), worker);
      runs.push(await countSweep(local));
    }
  }
  const [empty, withOne, withTwo, withoutOne, withoutTwo] = runs as [Counts, Counts, Counts, Counts, Counts];
  const difference = (more: Counts, less: Counts) => mapKinds((kind) => more[kind] - less[kind]);
  return [
    ...rows,
    { event: 'sweep', when: 'one call', requests: empty },
    { event: 'sweep', when: 'each conversation with a worker', requests: difference(withTwo, withOne) },
    {
      event: 'sweep',
      when: 'each conversation without one, a pool of three',
      requests: difference(withoutTwo, withoutOne),
    },
  ];
}

type Counts = EventRequests['requests'];

/** A customer has written, and a worker is there or not. */
function addConversation(local: LocalTwilio, address: string, worker: string | undefined): void {
  const { state } = local;
  const origin = { source: 'SDK', webhooks: false };
  const [number] = local.snapshot().numbers;
  const { sid } = state.createConversation({}, origin);
  state.addParticipant(sid, { address, proxyAddress: number?.address ?? '' }, origin);
  if (worker !== undefined) state.addParticipant(sid, { identity: worker }, origin);
  state.addMessage(sid, { author: address, body: 'Hello' }, origin);
}

/** Lets the deployed sweep run until it is done. @returns what it asked for */
async function countSweep({ parts }: LocalTwilio): Promise<Counts> {
  const { webhooks, timeline, sweepKey } = parts;
  const trace = timeline.newTrace();
  const json = { headers: { Authorization: `Bearer ${sweepKey()}` }, body: {} };
  for (let isDone = false; !isDone; ) {
    const { body = '{}' } = await webhooks.send({ name: 'sweep', trace, fields: {}, json });
    isDone = (JSON.parse(body) as { done?: boolean }).done !== false;
  }
  return countKinds(timeline.entries(trace));
}

function countKinds(entries: readonly TimelineEntry[]): EventRequests['requests'] {
  const rest = entries.flatMap((one) =>
    one.kind === 'rest' ? kindOf({ method: one.method, host: new URL(one.url).host }) : [],
  );
  return mapKinds((kind) => rest.filter((one) => one === kind).length);
}

function mapKinds(countOf: (kind: RequestKind) => number): EventRequests['requests'] {
  return Object.fromEntries(requestKinds.map((kind) => [kind, countOf(kind)])) as EventRequests['requests'];
}
