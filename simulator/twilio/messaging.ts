import { Hono } from 'hono';
import type { ContentModel } from './content';
import type { Conversations } from './conversations/conversations';
import type { Message, Participant } from './conversations/model';
import { answer, type RestEnv } from './http/app';
import { olderPage } from './http/paging';
import { isCarrier } from './http/request';
import { newSid } from './http/sids';

/** A message that a customer sent. */
export interface NewReceivedMessage {
  from: string;
  to: string;
  body: string;
  at: Date;
}

/** A received message, as served. */
export type ReceivedMessage = ReturnType<typeof newReceivedMessage>;

/** How long a business can send WhatsApp messages without a template after the customer's last message. */
const windowMs = 24 * 60 * 60_000;

/**
 * Programmable Messaging's log of the messages that customers have sent.
 *
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 */
export class MessageLog {
  readonly #state: Conversations;
  readonly #content: ContentModel;
  #received: { message: ReceivedMessage; at: Date }[] = [];

  constructor(state: Conversations, content: ContentModel) {
    this.#state = state;
    this.#content = content;
    state.onChange((change) => {
      if (change.type === 'messageAdded' && isCarrier(change.origin)) this.#receive(change.message);
    });
  }

  add(given: NewReceivedMessage): void {
    this.#received.push({ message: newReceivedMessage(this.#state.accountSid, given), at: given.at });
  }

  /** @returns the matching messages, newest first */
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
      .filter(({ message, at }) => {
        if (from !== undefined && message.from !== from) return false;
        return (to === undefined || message.to === to) && (after === undefined || at >= after);
      })
      .map(({ message }) => message)
      .reverse();
  }

  /** @returns whether WhatsApp accepts messages without a template from this address to this customer */
  isWindowOpen(customer: string, proxyAddress: string, now = new Date()): boolean {
    const after = new Date(now.getTime() - windowMs);
    return this.received({ from: customer, to: proxyAddress, after }).length > 0;
  }

  /**
   * Outside the window WhatsApp delivers approved templates only. Twilio accepts other messages, which then fail.
   *
   * @returns 63016 for a message that does not reach this participant
   */
  failureOf({ content_sid, date_created }: Message, { messaging_binding }: Participant): number | undefined {
    if (content_sid !== null && this.#content.isApproved(content_sid)) return undefined;
    const { type, address, proxy_address } = messaging_binding ?? {};
    if (type !== 'whatsapp' || address === undefined || proxy_address === undefined) return undefined;
    return this.isWindowOpen(address, proxy_address, new Date(date_created)) ? undefined : 63016;
  }

  reset(): void {
    this.#received = [];
  }

  #receive(message: Message): void {
    const bindings = this.#state.participants(message.conversation_sid).map((one) => one.messaging_binding);
    const sender = bindings.find((one) => one?.address === message.author);
    const ours = sender?.proxy_address ?? bindings.find((one) => one?.projected_address)?.projected_address;
    const { author: from, body, date_created } = message;
    this.add({ from, to: ours ?? '', body: body ?? '', at: new Date(date_created) });
  }
}

/** The simulated part of Programmable Messaging: the list of received messages. */
export function messageLogRoutes(log: MessageLog): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Accounts/:account/Messages.json', (c) => {
    const { From: from, To: to, DateSent: on, 'DateSent<': before, 'DateSent>': after } = c.env.query;
    const messages = log
      .received({ from, to, ...(after !== undefined && { after: new Date(after) }) })
      .filter(({ date_sent }) => before === undefined || new Date(date_sent) <= new Date(before))
      .filter(({ date_sent }) => on === undefined || dayOf(date_sent) === dayOf(on));
    return answer(c, olderPage(c, 'messages', messages));
  });
  return app;
}

function dayOf(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function newReceivedMessage(accountSid: string, { from, to, body, at }: NewReceivedMessage) {
  const sid = newSid('SM');
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
