import { parseAttributes } from '../text';
import { attemptOnce, orIfMissing, retry, type TwilioApi, unexpectedResponse } from './api';
import { tagAttribute } from './flex';

/** What a message holds: text, or a Content template with its variables. */
export interface MessageContent {
  body?: string;
  /** `HX…` */
  contentSid?: string;
  /** JSON text */
  contentVariables?: string;
  /** Of an e-mail. */
  subject?: string;
}

export interface OutgoingMessage extends MessageContent {
  /** The identity in whose name it is written. */
  author: string;
}

/**
 * Writes a message into a conversation. It is not repeated where Twilio may have taken it.
 *
 * @param tag stands in the message's attributes as `outbound_request`, so that what was sent can be found again
 * @returns the message's SID
 * @throws as `attemptOnce`
 * @see https://www.twilio.com/docs/conversations/api/conversation-message-resource
 */
export function sendMessage(
  api: TwilioApi,
  conversationSid: string,
  message: OutgoingMessage,
  tag: string,
): Promise<string> {
  return attemptOnce(
    api,
    'create message',
    async () => {
      const { sid } = await api.client.conversations.v1
        .conversations(conversationSid)
        .messages.create({ ...message, attributes: JSON.stringify({ [tagAttribute]: tag }) });
      if (typeof sid === 'string') return sid;
      throw unexpectedResponse();
    },
    () => findMessage(api, conversationSid, tag),
  );
}

/**
 * Finds the message that was written with a tag among a conversation's latest thousand.
 *
 * @returns its SID, or undefined when there is none
 * @throws TwilioRefused of kind `missing` when there is no such conversation; TwilioUnavailable, Misconfigured
 */
export async function findMessage(
  api: TwilioApi,
  conversationSid: string,
  tag: string,
): Promise<string | undefined> {
  const messages = await retry(api, 'list messages', () =>
    api.client.conversations.v1
      .conversations(conversationSid)
      .messages.list({ order: 'desc', limit: 1_000, pageSize: 100 }),
  );
  return messages.find(({ attributes }) => parseAttributes(attributes)?.[tagAttribute] === tag)?.sid;
}

/**
 * @returns whether a conversation has any message; false when there is no such conversation
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function hasMessages(api: TwilioApi, conversationSid: string): Promise<boolean> {
  const listed = retry(api, 'list messages', () =>
    api.client.conversations.v1.conversations(conversationSid).messages.list({ limit: 1, pageSize: 1 }),
  );
  return (await orIfMissing(listed, [])).length > 0;
}

/**
 * Asks Twilio's message log when somebody last wrote to one of our addresses.
 *
 * @param from the customer's address, e.g. `whatsapp:+12125550101`
 * @param to our address
 * @param after how far back to look
 * @returns whether there is an inbound message since then
 * @see https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
 */
export async function hasWrittenSince(
  api: TwilioApi,
  from: string,
  to: string,
  after: Date,
): Promise<boolean> {
  const messages = await retry(api, 'list received messages', () =>
    api.client.messages.list({ from, to, dateSentAfter: after, limit: 20, pageSize: 20 }),
  );
  return messages.some(
    ({ direction, dateSent, dateCreated }) =>
      direction === 'inbound' && Number(dateSent ?? dateCreated) >= after.getTime(),
  );
}

/** What has to be known about a Content template before it is sent. */
export interface ContentTemplate {
  /** The names of its variables, e.g. `1`. */
  variables: string[];
  /** Whether WhatsApp has approved it for conversations that the business starts. */
  approvedForWhatsApp: boolean;
}

/**
 * Reads a Content template.
 *
 * @param contentSid `HX…`
 * @param forWhatsApp whether to read WhatsApp's approval too
 * @returns undefined when there is no such template
 * @throws TwilioRefused, TwilioUnavailable, Misconfigured
 * @see https://www.twilio.com/docs/content/content-api-resources
 */
export async function fetchTemplate(
  api: TwilioApi,
  contentSid: string,
  forWhatsApp: boolean,
): Promise<ContentTemplate | undefined> {
  const content = api.client.content.v1.contents(contentSid);
  const fetched = Promise.all([
    retry(api, 'fetch content', async () => {
      const { sid, variables } = await content.fetch();
      if (typeof sid !== 'string') throw unexpectedResponse();
      return Object.keys(variables ?? {});
    }),
    forWhatsApp &&
      retry(api, 'fetch approval', async () => {
        const { sid, whatsapp } = await content.approvalFetch().fetch();
        if (typeof sid !== 'string') throw unexpectedResponse();
        return (whatsapp as { status?: unknown } | null)?.status === 'approved';
      }),
  ]);
  const [variables, approvedForWhatsApp = false] = (await orIfMissing(fetched, undefined)) ?? [];
  return variables && { variables, approvedForWhatsApp };
}
