import { type EventAddress, isAmong } from '../address';
import { type BindingFields, readParties, readServiceSid, type ServiceFields } from '../binding';
import type { Routing } from '../model';
import type { ConversationRef } from '../twilio/conversations';

/** An event that can want a worker: `onConversationRoute`, or `onConversationAdded` on accounts without Frontline. */
export interface RoutableEvent extends BindingFields, ServiceFields {
  ConversationSid: string;
}

/** An inbound conversation, as routing sees it. */
export interface InboundConversation extends ConversationRef {
  /** The addresses of those who write, the sender first. */
  senders: EventAddress[];
  /** The address of ours that was written to. */
  twilioAddress: EventAddress | undefined;
  isGroup: boolean;
}

/** @returns the conversation that an event is about */
export function readInbound(event: RoutableEvent, routing: Routing): InboundConversation {
  const { people, ours, isGroup } = readParties(event, routing.ownAddresses);
  return {
    sid: event.ConversationSid,
    serviceSid: readServiceSid(event, routing),
    senders: people,
    twilioAddress: ours,
    isGroup,
  };
}

/**
 * `onConversationAdded` comes for every conversation, those too that apps and Flex create, and on accounts where
 * Frontline routes.
 *
 * @returns why this one is not to be routed; undefined when it is
 */
export function reasonNotToRoute(event: RoutableEvent, routing: Routing): string | undefined {
  if (routing.routing.on !== 'onConversationAdded') return 'onConversationRoute does it';
  if (event['MessagingBinding.Address'].length === 0) return 'no inbound conversation';
  const { ours } = readParties(event, routing.ownAddresses);
  return ours && isAmong(ours, routing.ownAddresses) ? undefined : 'not to an address of the routing data';
}
