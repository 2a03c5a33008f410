import type {
  ConversationInstance,
  ConversationListInstance,
} from 'twilio/lib/rest/conversations/v1/conversation';
import { orIfMissing, retry, type TwilioApi, unexpectedResponse } from './api';
import type { ConversationRef } from './conversations';

/** An active conversation, as listed. */
export interface ActiveConversation extends ConversationRef {
  /** JSON text */
  attributes: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** One page of the active conversations. */
export interface ActivePage {
  conversations: ActiveConversation[];
  /** The URL of the next page; undefined on the last one. */
  next: string | undefined;
}

/** The most conversations that Twilio gives at once. */
const pageSize = 100;

/**
 * Lists a page of the active conversations of a service.
 *
 * @param serviceSid Twilio's default service unless given
 * @param url of the page, as the page before named it; the first page unless given
 * @throws TwilioRefused, for example for a URL that is no longer valid; TwilioUnavailable, Misconfigured
 * @see https://www.twilio.com/docs/conversations/api/conversation-resource#read-multiple-conversation-resources
 */
export function listActivePage(
  api: TwilioApi,
  serviceSid: string | undefined,
  url: string | undefined,
): Promise<ActivePage> {
  return retry(api, 'list conversations', async () => {
    const list = conversationsOf(api, serviceSid);
    const page = url === undefined ? await list.page({ state: 'active', pageSize }) : await list.getPage(url);
    const conversations = page.instances.map((one) => readConversation(one, serviceSid));
    return { conversations, next: page.nextPageUrl };
  });
}

function readConversation(
  { sid, state, attributes, dateCreated }: ConversationInstance,
  serviceSid: string | undefined,
): ActiveConversation {
  if (typeof sid !== 'string' || typeof state !== 'string') throw unexpectedResponse();
  return { sid, serviceSid, attributes: String(attributes ?? '{}'), createdAt: Number(dateCreated) };
}

/** A message as far as it says who wrote last. */
export interface LatestMessage {
  /** An identity, or an address. */
  author: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/**
 * Lists the latest messages of a conversation, the newest first.
 *
 * @returns at most one page of them; none when there is no such conversation
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export function listLatestMessages(
  api: TwilioApi,
  { sid, serviceSid }: ConversationRef,
): Promise<LatestMessage[]> {
  const listed = retry(api, 'list messages', async () => {
    const { messages } = conversationsOf(api, serviceSid).get(sid);
    const { instances } = await messages.page({ order: 'desc', pageSize: 50 });
    return instances.map(({ author, dateCreated }) => {
      return { author: String(author ?? ''), createdAt: Number(dateCreated) };
    });
  });
  return orIfMissing(listed, []);
}

/** Closes a conversation of any service; one that is gone is fine. */
export async function endConversation(api: TwilioApi, { sid, serviceSid }: ConversationRef): Promise<void> {
  const closed = retry(api, 'close conversation', () =>
    conversationsOf(api, serviceSid).get(sid).update({ state: 'closed' }),
  );
  await orIfMissing(closed, undefined);
}

/**
 * Lists our addresses whose inbound messages go to a Studio flow, as those of Flex do.
 *
 * @see https://www.twilio.com/docs/conversations/api/address-configuration-resource
 */
export async function listStudioAddresses(api: TwilioApi): Promise<string[]> {
  const configurations = await retry(api, 'list address configurations', () =>
    api.client.conversations.v1.addressConfigurations.list({ limit: 1_000, pageSize: 50 }),
  );
  return configurations.flatMap(({ address, autoCreation }) => {
    const { enabled, type } = (autoCreation ?? {}) as Record<string, unknown>;
    return enabled !== false && type === 'studio' ? address : [];
  });
}

/** The short URLs reach Twilio's default service only. */
function conversationsOf({ client }: TwilioApi, serviceSid: string | undefined): ConversationListInstance {
  const { v1 } = client.conversations;
  if (serviceSid === undefined) return v1.conversations;
  // The two have the same operations; the SDK generates a class for each.
  return v1.services(serviceSid).conversations as unknown as ConversationListInstance;
}
