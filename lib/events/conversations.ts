import * as v from 'valibot';
import { type EventAddress, readEventAddress } from '../address';
import { optionalText, serviceSid, sid } from './fields';

/** One address; of a list, the first. */
const address = v.optional(
  v.pipe(
    v.string('must be given once, as text'),
    v.transform((value) => readAddresses(value)[0]),
  ),
);

/** A list of addresses; none where the field is missing or empty. */
const addresses = v.pipe(
  v.optional(v.string('must be given once, as text'), ''),
  v.transform((value) => readAddresses(value)),
);

/**
 * The fields that say between whom a conversation is. In a group MMS `Address` is a comma-separated list,
 * `AuthorAddress` is who wrote, and `ProjectedAddress` is our number.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export const bindingFields = {
  'MessagingBinding.ProxyAddress': address,
  'MessagingBinding.Address': addresses,
  'MessagingBinding.ProjectedAddress': address,
  'MessagingBinding.AuthorAddress': address,
};

/**
 * `onConversationRoute`: an inbound conversation wants a worker.
 *
 * @see https://www.twilio.com/docs/frontline/handle-incoming-conversations
 */
export const onConversationRoute = v.object({
  ConversationSid: sid('CH'),
  ConversationServiceSid: serviceSid,
  ChatServiceSid: serviceSid,
  ...bindingFields,
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
  ...bindingFields,
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
  'MessagingBinding.Address': bindingFields['MessagingBinding.Address'],
  'MessagingBinding.ProjectedAddress': bindingFields['MessagingBinding.ProjectedAddress'],
});

/** Reads a list with commas, with or without square brackets around it or around each. */
function readAddresses(text: string): EventAddress[] {
  const texts = text.replace(/[[\]"]/g, '').split(',');
  // A space before a digit is a `+` that form decoding took, and stays for `toE164` to see.
  const trimmed = texts.map((one) => (/^ +\d/.test(one) ? one.trimEnd() : one.trim()));
  return trimmed.filter((one) => one !== '').map(readEventAddress);
}
