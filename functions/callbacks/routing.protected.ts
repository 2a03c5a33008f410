import { onConversationRoute } from '../../lib/events/conversations';
import { routeConversation } from '../../lib/routing/route-conversation';
import { action, type Callback, serve } from '../../lib/webhook/callback';

/** Gives a new inbound conversation a worker, on accounts with Frontline. */
const routeInbound = action(onConversationRoute, async (event, context) => {
  const { routing } = await context.routing();
  if (routing.on === 'onConversationRoute') return routeConversation(event, context);
  context.addToLog({ unrouted: `${routing.on} does it` }, 'warn');
  return { routed: false, reason: 'routed_on_another_event' };
});

export const callback: Callback = {
  dispatchOn: 'EventType',
  actions: { onConversationRoute: routeInbound },
  // Twilio documents EventType, but real requests have been seen without it.
  defaultAction: 'onConversationRoute',
  onUnknown: 'reject',
  budgetMs: 9_000,
};

export const handler = serve(callback);
