import { readInbound } from '../../lib/core/inbound';
import { planRoute } from '../../lib/core/route';
import { findWriter } from '../../lib/data/access';
import { action, serve } from '../../lib/edge/callback';
import { hashIdentity } from '../../lib/edge/log';
import { onConversationRoute } from '../../lib/events/conversations';
import { assignWorker } from '../../lib/twilio/assign-worker';
import { listWorkers } from '../../lib/twilio/conversations';

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
