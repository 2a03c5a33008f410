import { type ErrorCode, refuse } from '../http/error-list';
import type { NewConversation, NewMessage, NewParticipant, Participant } from './model';

/**
 * Twilio's limits. Where Twilio documents no error code, the general one, 20001, is answered.
 *
 * @see https://www.twilio.com/docs/conversations-classic/conversations-limits
 */
export const limits = {
  friendlyName: 256,
  uniqueName: 256,
  identity: 256,
  address: 256,
  /** Of a message to SMS or WhatsApp. */
  body: 1_600,
  /** Of a message from there, or in a conversation with nobody there; bytes. */
  longBody: 32 * 1024,
  author: 256,
  subject: 256,
  /** bytes */
  participantAttributes: 4 * 1024,
  conversationAttributes: 16 * 1024,
  messageAttributes: 4 * 1024,
  userAttributes: 4 * 1024,
  participants: 1_000,
  /** Participants with an address, such as those of SMS and WhatsApp. */
  nonChatParticipants: 50,
  /** Unsure: documented is only that one request can add 10 participants to a new group. */
  groupParticipants: 10,
  participantsPerRequest: 10,
};

/** @throws TwilioError for a conversation that Twilio would reject */
export function checkConversation({ friendlyName, uniqueName, attributes }: NewConversation): void {
  requireAtMost(50003, 'FriendlyName', friendlyName, limits.friendlyName);
  requireAtMost(50004, 'UniqueName', uniqueName, limits.uniqueName);
  if (uniqueName !== undefined && /^CH[0-9a-f]{32}$/i.test(uniqueName)) throw refuse(50390);
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
  requireAtMost(50207, 'Identity', identity, limits.identity);
  requireAtMost(50407, 'MessagingBinding.Address', address, limits.address);
  requireAtMost(50408, 'MessagingBinding.ProxyAddress', proxyAddress, limits.address);
  requireAtMost(50439, 'MessagingBinding.ProjectedAddress', projectedAddress, limits.address);
  requireAttributes(attributes, limits.participantAttributes);
}

/**
 * @param recipients who gets the message
 * @throws TwilioError for a message beyond Twilio's limits
 */
export function checkMessage(
  { author, body, attributes, subject }: NewMessage,
  recipients: Participant[],
): void {
  requireAtMost(50310, 'Author', author, limits.author);
  requireBody(body, recipients);
  requireAtMost(20001, 'Subject', subject, limits.subject);
  requireAttributes(attributes, limits.messageAttributes);
}

/** @throws TwilioError for a text that is too long */
export function requireAtMost(code: ErrorCode, name: string, text: string | undefined, limit: number): void {
  if (text !== undefined && text.length > limit) {
    throw refuse(code, `${name} is longer than ${limit} characters`);
  }
}

/**
 * @param recipients who gets the message: one who is not on chat has a lower limit
 * @throws TwilioError for a message that is too long
 * @see https://www.twilio.com/docs/conversations-classic/conversations-limits
 */
function requireBody(body: string | undefined, recipients: Participant[]): void {
  if (recipients.some(({ messaging_binding }) => messaging_binding?.address !== undefined)) {
    requireAtMost(50504, 'Body', body, limits.body);
  }
  if (body !== undefined && Buffer.byteLength(body) > limits.longBody) {
    throw refuse(50504, `Body is larger than ${limits.longBody} bytes`);
  }
}

/**
 * Twilio's pages speak of a channel's attributes; that the codes are the same for the other resources is unsure.
 *
 * @throws TwilioError for attributes that are too large or not JSON
 */
export function requireAttributes(text: string | undefined, limit: number): void {
  if (text === undefined) return;
  if (Buffer.byteLength(text) > limit) throw refuse(50303, `Attributes are larger than ${limit} bytes`);
  try {
    JSON.parse(text);
  } catch {
    throw refuse(50304);
  }
}
