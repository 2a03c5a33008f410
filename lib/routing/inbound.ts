import { type EventAddress, isAmong } from '../address';
import { type BindingFields, readParties, readServiceSid, type ServiceFields } from '../binding';
import type { Routing } from '../model';
import type { ConversationRef } from '../twilio/conversations';

/** An event that routing handles: `onConversationRoute`, or `onConversationAdded` on accounts without Frontline. */
export interface RoutableEvent extends BindingFields, ServiceFields {
  ConversationSid: string;
}

/** What routing needs to know about an inbound conversation. */
export interface InboundConversation extends ConversationRef {
  /** The customers' addresses, the sender first. */
  senders: EventAddress[];
  /** Our address that was written to; undefined in a group where the data does not have it. */
  twilioAddress: EventAddress | undefined;
  isGroup: boolean;
}

/** Reads from an event what routing needs to know about its conversation. */
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
 * Decides whether `onConversationAdded` routes a conversation: the event also comes for conversations that apps and Flex
 * create, and on accounts where Frontline routes.
 *
 * @returns why this conversation is not routed, for the log; undefined if it is
 */
export function reasonNotToRoute(event: RoutableEvent, routing: Routing): string | undefined {
  if (routing.routing.on !== 'onConversationAdded') return 'onConversationRoute does it';
  if (event['MessagingBinding.Address'].length === 0) return 'no inbound conversation';
  const { ours } = readParties(event, routing.ownAddresses);
  return ours && isAmong(ours, routing.ownAddresses) ? undefined : 'not to an address of the routing data';
}
