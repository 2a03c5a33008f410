import { Hono } from 'hono';
import type { ContentModel } from './content';
import type { Conversations } from './conversations/conversations';
import type { Message } from './conversations/model';
import type { RestEnv } from './http/app';
import { slice } from './http/paging';
import { newSid } from './http/sids';

/** A message that came in. */
export interface ReceivedMessage {
  /** `SM…` */
  sid: string;
  from: string;
  to: string;
  body: string;
  at: Date;
}

/** What WhatsApp leaves a business to write freely in, from the customer's last message on. */
const windowMs = 24 * 60 * 60_000;

/**
 * Programmable Messaging's log of the messages that customers have sent.
 *
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 */
export class MessageLog {
  readonly #state: Conversations;
  #received: ReceivedMessage[] = [];

  constructor(state: Conversations, content: ContentModel) {
    this.#state = state;
    state.onChange((change) => {
      if (change.type !== 'messageAdded') return;
      if (['SMS', 'WHATSAPP'].includes(change.origin.source)) this.#receive(change.message);
      else if (!this.#isDelivered(change.message, content)) change.message.undelivered = 63016;
    });
  }

  get accountSid(): string {
    return this.#state.accountSid;
  }

  add(message: Omit<ReceivedMessage, 'sid'>): void {
    this.#received.push({ sid: newSid('SM'), ...message });
  }

  /** The latest first. */
  received({
    from,
    to,
    after,
  }: {
    from?: string | undefined;
    to?: string | undefined;
    after?: Date;
  }): ReceivedMessage[] {
    return this.#received
      .filter((one) => from === undefined || one.from === from)
      .filter((one) => to === undefined || one.to === to)
      .filter((one) => after === undefined || one.at >= after)
      .reverse();
  }

  /** @returns whether WhatsApp lets this address of ours write freely to this customer now */
  isWindowOpen(customer: string, proxyAddress: string, now = new Date()): boolean {
    const after = new Date(now.getTime() - windowMs);
    return this.received({ from: customer, to: proxyAddress, after }).length > 0;
  }

  reset(): void {
    this.#received = [];
  }

  #receive(message: Message): void {
    const bindings = this.#state.participants(message.conversationSid).map((one) => one.messagingBinding);
    const sender = bindings.find((one) => one?.address === message.author);
    const ours = sender?.proxyAddress ?? bindings.find((one) => one?.projectedAddress)?.projectedAddress;
    this.add({ from: message.author, to: ours ?? '', body: message.body ?? '', at: message.dateCreated });
  }

  /** Outside the window WhatsApp takes approved templates alone, and says so after the message was accepted. */
  #isDelivered({ conversationSid, contentSid, dateCreated }: Message, content: ContentModel): boolean {
    if (contentSid !== null && content.template(contentSid).whatsApp === 'approved') return true;
    return this.#state.participants(conversationSid).every(({ messagingBinding }) => {
      const { type, address, proxyAddress } = messagingBinding ?? {};
      if (type !== 'whatsapp' || address === undefined || proxyAddress === undefined) return true;
      return this.isWindowOpen(address, proxyAddress, dateCreated);
    });
  }
}

/** Programmable Messaging as far as it is simulated: the list of received messages. */
export function messageLogRoutes(log: MessageLog): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Accounts/:account/Messages.json', (c) => {
    const { From: from, To: to, 'DateSent>': after } = c.env.query;
    const messages = log.received({ from, to, ...(after !== undefined && { after: new Date(after) }) });
    const { index, size, items, link } = slice(c, messages);
    return c.json({
      messages: items.map((one) => messageResource(log.accountSid, one)),
      end: index * size + items.length,
      first_page_uri: link(0),
      next_page_uri: link(index + 1) ?? null,
      page: index,
      page_size: size,
      previous_page_uri: link(index - 1) ?? null,
      start: index * size,
      uri: link(index),
    });
  });
  return app;
}

function messageResource(accountSid: string, { sid, from, to, body, at }: ReceivedMessage): object {
  const date = at.toUTCString().replace('GMT', '+0000');
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  return {
    body,
    num_segments: '1',
    direction: 'inbound',
    from,
    to,
    date_updated: date,
    price: null,
    error_message: null,
    uri: `${uri}.json`,
    account_sid: accountSid,
    num_media: '0',
    status: 'received',
    messaging_service_sid: null,
    sid,
    date_sent: date,
    date_created: date,
    error_code: null,
    price_unit: 'USD',
    api_version: '2010-04-01',
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
  };
}
