import { rankPool } from '../../lib/routing/plan';
import type { RoutingMode } from '../api';
import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Conversation } from '../twilio/conversations/model';
import type { Frontline } from '../twilio/frontline';
import { conversationRouteFields } from '../webhooks/fields';
import { reportRouted } from '../webhooks/outcomes';
import type { WebhookSender } from '../webhooks/webhook-sender';

export interface RoutingOptions {
  state: Conversations;
  frontline: Pick<Frontline, 'users'>;
  timeline: Timeline;
  webhooks: WebhookSender;
  routingMode(): RoutingMode;
  /** Which event routes: Frontline's, or the one of Conversations on an account without Frontline. */
  routesOn(): 'onConversationRoute' | 'onConversationAdded';
  deliverTwice(): boolean;
  /** The name of a person in the timeline. */
  nameOf(address: string): string;
}

/**
 * Frontline's routing of a new inbound conversation: our callback, a pool of users, or nobody.
 *
 * @param binding the conversation's addresses, as webhooks have them
 * @see https://www.twilio.com/docs/frontline/handle-incoming-conversations
 */
export async function routeConversation(
  conversation: Conversation,
  { binding, trace }: { binding: Record<string, string>; trace: string },
  options: RoutingOptions,
): Promise<void> {
  const { timeline, webhooks, routingMode, routesOn, deliverTwice } = options;
  const { sid: conversationSid } = conversation;
  // Without Frontline only `onConversationAdded` asks for a worker.
  if (routesOn() === 'onConversationAdded') return;
  switch (routingMode()) {
    case 'none':
      timeline.addNote(trace, 'Nobody is asked: routing is switched off', {
        conversationSid,
        state: 'warning',
      });
      return;
    case 'pool':
      routeByPool(conversation, trace, options);
      return;
    case 'custom': {
      const name = 'onConversationRoute';
      const webhook = {
        name,
        trace,
        conversationSid,
        fields: conversationRouteFields(conversation, binding),
      };
      const deliveries = deliverTwice() ? [1, 2] : [1];
      const entries = await Promise.all(
        deliveries.map((delivery) => webhooks.send({ ...webhook, delivery })),
      );
      for (const entry of entries) reportRouted(entry, conversationSid, options);
    }
  }
}

/** Twilio chooses an available user: by the conversation's SID here, so that the choice is repeatable. */
function routeByPool(
  { sid: conversationSid }: Conversation,
  trace: string,
  { state, frontline, timeline, nameOf }: RoutingOptions,
): void {
  const available = frontline.users().filter((user) => user.is_available && user.state === 'active');
  const [identity] = rankPool(
    available.map((user) => user.identity),
    conversationSid,
  );
  const about = { conversationSid };
  if (identity === undefined) {
    timeline.addNote(trace, 'Pool routing found no available user', { ...about, state: 'warning' });
    return;
  }
  timeline.addNote(trace, `Pool routing gives the conversation to ${nameOf(identity)}`, about);
  state.addParticipant(conversationSid, { identity }, { source: 'API', webhooks: true, trace });
}
