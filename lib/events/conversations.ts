import * as v from 'valibot';
import { type EventAddress, readEventAddress } from '../address';
import { optionalText, serviceSid, sid } from './fields';

/** One address; the first of a list. */
const address = v.optional(
  v.pipe(
    v.string('must be given once, as text'),
    v.transform((value) => readAddresses(value)[0]),
  ),
);

/** A list of addresses; empty when the field is missing or empty. */
const addresses = v.pipe(
  v.optional(v.string('must be given once, as text'), ''),
  v.transform((value) => readAddresses(value)),
);

/**
 * The fields that name the addresses of a conversation. In a group MMS, `Address` is a comma-separated list of the
 * receivers, `AuthorAddress` is the sender, and `ProjectedAddress` is our number.
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
 * `onConversationRoute`: Frontline asks who gets a new inbound conversation.
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
 * `onConversationAdded`: a conversation was created. On accounts without Frontline, this event routes. It comes for
 * every conversation; `MessagingBinding.Address` is there only if an inbound message created it.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadded
 */
export const onConversationAdded = onConversationRoute;

/**
 * `onConversationAdd`: a conversation is about to be created. `MessagingBinding.Address` is there only if an inbound
 * message creates it. An error here would lose the message, so fields that the name does not need may have any form.
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
 * `onParticipantAdded`: a participant has joined. It can arrive twice and out of order. The customer is the participant
 * with an address and without an identity. In a group MMS it comes for our own number too, with `ProjectedAddress` and
 * neither address nor identity.
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

/** Reads a comma-separated list, with or without square brackets around the list or each address. */
function readAddresses(text: string): EventAddress[] {
  const texts = text.replace(/[[\]"]/g, '').split(',');
  // A space before a digit is a `+` that was lost in form decoding: `toE164` restores it.
  const trimmed = texts.map((one) => (/^ +\d/.test(one) ? one.trimEnd() : one.trim()));
  return trimmed.filter((one) => one !== '').map(readEventAddress);
}
