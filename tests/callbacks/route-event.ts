import type { Customer, Routing } from '../../lib/model';
import { rankPool } from '../../lib/routing/plan';
import { customer, routing } from '../support/data';
import { fixture } from '../support/fixtures';
import { type Running, type TestedRuntime, useRuntime } from '../support/runtimes';

export const path = '/callbacks/routing';
export const event = fixture('on-conversation-route');
export const sid = event.ConversationSid as string;
export const participants = `/v1/Services/${event.ConversationServiceSid}/Conversations/${sid}/Participants`;
export const pool = ['p1@example.com', 'p2@example.com', 'p3@example.com'];
export const ranked = rankPool(pool, sid);

export const ada = customer({ customer_id: 'ada', channels: [{ type: 'sms', value: '+12125550101' }] });
export const owned = { ...ada, worker: 'alice@example.com' };
/** One customer, and the rules of the routing data. */
export const dataWith = (one: Customer, rules: Partial<Routing['routing']>) => ({
  '/customers.json': JSON.stringify({ customers: [one] }),
  '/routing.json': JSON.stringify(
    routing({ routing: { pool, defaultWorker: 'desk@example.com', ...rules } }),
  ),
});

/** The customer, who has a worker, and the workers whom the data lists. */
export function dataListing(...identities: string[]) {
  const data = dataWith(owned, {});
  const workers = identities.map((identity) => ({ identity }));
  return { ...data, '/routing.json': JSON.stringify({ ...JSON.parse(data['/routing.json']), workers }) };
}

/** A runtime in which each test begins with the conversation of the event, and the customer alone in it. */
export function useRouting(runtime: TestedRuntime): Running {
  const running = useRuntime(runtime);
  beforeEach(() => {
    running.twilio.reset();
    running.twilio.addConversation({ sid }, [{ address: '+12125550101', proxyAddress: '+16465550190' }]);
  });
  return running;
}

/** The requests that changed something, as `adding` has them. */
export function writesTo({ twilio }: Running): unknown[] {
  return twilio.writes.map(({ method, host, path: at, form }) => [method, host, at, form]);
}

/** The request that adds a worker. */
export function adding(Identity: string, rule: string, rank = 0): unknown[] {
  const Attributes = JSON.stringify({ added_by_routing: { rank, rule } });
  return ['POST', 'conversations.twilio.com', participants, { Identity, Attributes }];
}
