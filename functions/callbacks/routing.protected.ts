import { onConversationRoute } from '../../lib/events/conversations';
import { routeConversation } from '../../lib/routing/route-conversation';
import { action, type Callback, serve } from '../../lib/webhook/callback';

/** An inbound conversation wants a worker: who gets it? On accounts with Frontline. */
const route = action(onConversationRoute, async (event, context) => {
  const { routing } = await context.routing();
  if (routing.on === 'onConversationRoute') return routeConversation(event, context);
  context.addToLog({ unrouted: `${routing.on} does it` }, 'warn');
  return { routed: false, reason: 'routed_on_another_event' };
});

export const callback: Callback = {
  dispatchOn: 'EventType',
  actions: { onConversationRoute: route },
  // Real requests are seen without EventType.
  defaultAction: 'onConversationRoute',
  onUnknown: 'reject',
  budgetMs: 9_000,
};

export const handler = serve(callback);
