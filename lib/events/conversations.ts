import * as v from 'valibot';
import { optionalText, serviceSid, sid } from './fields';

/**
 * `onConversationRoute`: an inbound conversation wants a worker. In a group MMS `MessagingBinding.Address` is a
 * comma-separated list, `AuthorAddress` is who wrote, and `ProjectedAddress` is our number.
 *
 * @see https://www.twilio.com/docs/frontline/handle-incoming-conversations
 */
export const onConversationRoute = v.object({
  ConversationSid: sid('CH'),
  ConversationServiceSid: serviceSid,
  ChatServiceSid: serviceSid,
  'MessagingBinding.ProxyAddress': optionalText,
  'MessagingBinding.Address': optionalText,
  'MessagingBinding.ProjectedAddress': optionalText,
  'MessagingBinding.AuthorAddress': optionalText,
});

/**
 * `onConversationAdded`, after a conversation was created: what routes on accounts without Frontline. It comes for
 * every conversation; `MessagingBinding.Address` is there only when an inbound message is what created it.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadded
 */
export const onConversationAdded = onConversationRoute;

/**
 * `onConversationAdd`, before a conversation is created. `MessagingBinding.Address` is there only when an inbound
 * message is what creates it. An error here would lose the message: what the name does not need may be of any form.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export const onConversationAdd = v.object({
  ChatServiceSid: serviceSid,
  /** JSON text */
  Attributes: v.optional(v.unknown()),
  /** JSON text; on WhatsApp it holds the sender's profile name. */
  ChannelMetadata: v.optional(v.unknown()),
  'MessagingBinding.ProxyAddress': optionalText,
  'MessagingBinding.Address': optionalText,
  'MessagingBinding.ProjectedAddress': optionalText,
  'MessagingBinding.AuthorAddress': optionalText,
});

/**
 * `onParticipantAdded`, after a participant joined; it can arrive twice and out of order. The customer is the
 * participant with an address and without an identity. In a group MMS it comes for our own number too, which has
 * `ProjectedAddress` and neither address nor identity.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onparticipantadded
 */
export const onParticipantAdded = v.object({
  ConversationServiceSid: serviceSid,
  ChatServiceSid: serviceSid,
  ConversationSid: sid('CH'),
  ParticipantSid: sid('MB'),
  Identity: optionalText,
  /** JSON text */
  Attributes: v.optional(v.unknown()),
  'MessagingBinding.Address': optionalText,
  'MessagingBinding.ProjectedAddress': optionalText,
});
