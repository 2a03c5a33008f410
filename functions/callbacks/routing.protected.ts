import { findWriter } from '../../lib/customers/access';
import { onConversationRoute } from '../../lib/events/conversations';
import { assignWorker } from '../../lib/routing/assign-worker';
import { readInbound } from '../../lib/routing/inbound';
import { planRoute } from '../../lib/routing/plan';
import { listWorkers } from '../../lib/twilio/conversations';
import { action, serve } from '../../lib/webhook/callback';
import { hashIdentity } from '../../lib/webhook/log';

/** An inbound conversation wants a worker: who gets it? */
const route = action(onConversationRoute, async (event, { customers, routing, twilio, note }) => {
  const conversation = readInbound(event);
  const api = twilio();
  const [present] = await listWorkers(api, conversation.sid);
  if (present) {
    note({ rule: 'already_in_conversation', worker: hashIdentity(present.identity) });
    return { routed: true, worker: present.identity, rule: 'already_in_conversation' };
  }

  const customer = await findWriter(await customers(), conversation.writers);
  const plan = planRoute(conversation, customer, await routing());
  const { worker, rule, reason, passedOver } = await assignWorker(api, conversation, plan);
  if (!worker) {
    note({ unrouted: reason, passedOver }, 'error');
    return { routed: false, reason };
  }
  note({ rule, worker: hashIdentity(worker), passedOver });
  return { routed: true, worker, rule };
});

export const handler = serve({
  by: 'EventType',
  actions: { onConversationRoute: route },
  // Real requests are seen without EventType.
  otherwise: 'onConversationRoute',
  unknown: 'refuse',
  budgetMs: 9_000,
});
