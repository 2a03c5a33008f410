import { invalid } from '../http/errors';
import type { NewConversation, NewParticipant, Participant } from './model';

/** Twilio's limits. Where Twilio documents no error code, the general one, 20001, is answered. */
export const limits = {
  friendlyName: 256,
  uniqueName: 256,
  identity: 256,
  address: 256,
  /** Of a message to SMS or WhatsApp. */
  body: 1_600,
  /** Of a message from there, or in a conversation with nobody there; bytes. */
  longBody: 32 * 1024,
  subject: 256,
  /** bytes */
  participantAttributes: 4 * 1024,
  conversationAttributes: 16 * 1024,
  messageAttributes: 4 * 1024,
  participants: 1_000,
};

/** @throws TwilioError for a conversation beyond Twilio's limits */
export function checkConversation({ friendlyName, uniqueName, attributes }: NewConversation): void {
  requireAtMost('FriendlyName', friendlyName, limits.friendlyName);
  requireAtMost('UniqueName', uniqueName, limits.uniqueName);
  requireAttributes(attributes, limits.conversationAttributes);
}

/** @throws TwilioError for a participant beyond Twilio's limits */
export function checkParticipant({
  identity,
  address,
  proxyAddress,
  projectedAddress,
  attributes,
}: NewParticipant): void {
  requireAtMost('Identity', identity, limits.identity);
  requireAtMost('MessagingBinding.Address', address, limits.address);
  requireAtMost('MessagingBinding.ProxyAddress', proxyAddress, limits.address);
  requireAtMost('MessagingBinding.ProjectedAddress', projectedAddress, limits.address);
  requireAttributes(attributes, limits.participantAttributes);
}

/** @throws TwilioError for a text that is too long */
export function requireAtMost(name: string, text: string | undefined, limit: number): void {
  if (text !== undefined && text.length > limit) {
    throw invalid(`${name} is longer than ${limit} characters`);
  }
}

/**
 * @param recipients who gets the message: one who is not on chat has a lower limit
 * @throws TwilioError for a message that is too long
 * @see https://www.twilio.com/docs/conversations-classic/conversations-limits
 */
export function requireBody(body: string | undefined, recipients: Participant[]): void {
  if (recipients.some(({ messaging_binding }) => messaging_binding?.address !== undefined)) {
    requireAtMost('Body', body, limits.body);
  }
  if (body !== undefined && Buffer.byteLength(body) > limits.longBody) {
    throw invalid(`Body is larger than ${limits.longBody} bytes`);
  }
}

/** @throws TwilioError for attributes that are too large or not JSON */
export function requireAttributes(text: string | undefined, limit: number): void {
  if (text === undefined) return;
  if (Buffer.byteLength(text) > limit) {
    throw invalid(`Attributes are larger than ${limit} bytes`);
  }
  try {
    JSON.parse(text);
  } catch {
    throw invalid('Attributes are not valid JSON');
  }
}
