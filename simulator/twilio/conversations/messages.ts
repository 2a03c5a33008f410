import { formatDate } from '../http/dates';
import { notFound } from '../http/errors';
import { isCarrier, type Origin } from '../http/request';
import { assignGiven } from '../http/resource';
import type { Entries } from './entries';
import { checkMessage } from './limits';
import type { Message, MessageDetails, NewMessage } from './model';
import { requireAuthorInGroup } from './participants';
import { mergeReceipts, newReceipt, type Outcome, summarize } from './receipts';
import { newMessage } from './resources';

/** To how many participants a message goes, and in which trace. */
export interface DeliveryScope {
  total: number;
  trace?: string | undefined;
}

/**
 * The messages of conversations, and what is known of their delivery.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-message-resource
 */
export class Messages {
  readonly #entries: Entries;
  readonly #now: () => Date;
  readonly #details = new WeakMap<Message, MessageDetails>();

  constructor(entries: Entries, now: () => Date) {
    this.#entries = entries;
    this.#now = now;
  }

  add(conversationSid: string, given: NewMessage, origin: Origin): Message {
    const { author, subject } = given;
    const entry = this.#entries.changing(conversationSid, origin);
    checkMessage(given, isCarrier(origin) ? [] : entry.participants);
    if (origin.source === 'API') requireAuthorInGroup(entry.participants, author);
    const now = this.#now();
    if (entry.conversation.state === 'inactive') {
      this.#entries.move(entry, 'active', { ...origin, source: 'EVENT' });
    }
    const sender = entry.participants.find(
      ({ identity, messaging_binding: binding }) =>
        author !== undefined && (identity ?? binding?.address) === author,
    );
    const message = newMessage(entry.conversation, given, { index: entry.nextIndex++, sender, now });
    this.#details.set(message, { subject: subject ?? null, receipts: [] });
    entry.messages.push(message);
    this.#entries.touch(entry, now);
    this.#entries.notify({ type: 'messageAdded', message, origin });
    return message;
  }

  list(conversationSid: string): Message[] {
    return [...this.#entries.find(conversationSid).messages];
  }

  /** @returns what is known about a message but not served */
  detailsOf(message: Message): MessageDetails {
    return this.#details.get(message) ?? { subject: null, receipts: [] };
  }

  /** Says how a message reached participants. Who listens hears of it a moment later: after the message itself. */
  setReceipts(message: Message, outcomes: Outcome[], { total, trace }: DeliveryScope): void {
    const details = this.detailsOf(message);
    const origin: Origin = { source: 'API', webhooks: true, ...(trace !== undefined && { trace }) };
    const changed = outcomes.map((outcome) => newReceipt(message, outcome, this.#now()));
    const receipts = mergeReceipts(details.receipts, changed);
    message.delivery = summarize(receipts, total);
    const undelivered = message.delivery.failed === 'all' ? receipts[0]?.error_code : undefined;
    const reachesNobody = undelivered === undefined ? {} : { undelivered };
    this.#details.set(message, { ...details, receipts, ...reachesNobody });
    queueMicrotask(() => {
      if (!this.#entries.has(message.conversation_sid)) return;
      for (const receipt of receipts.filter(({ sid }) => changed.some((one) => one.sid === sid))) {
        this.#entries.notify({ type: 'deliveryUpdated', message, receipt, origin });
      }
    });
  }

  /** Changes a message's text, author or attributes. */
  update(conversationSid: string, sid: string, given: NewMessage, origin: Origin): Message {
    const entry = this.#entries.changing(conversationSid);
    const message = entry.messages.find((one) => one.sid === sid);
    if (!message) throw notFound(`/Conversations/${conversationSid}/Messages/${sid}`);
    checkMessage(given, entry.participants);
    const { body, author, attributes, subject, dateCreated, dateUpdated } = given;
    const date_created = dateCreated && formatDate(dateCreated);
    const date_updated = formatDate(dateUpdated ?? this.#now());
    assignGiven(message, { body, author, attributes, date_created, date_updated });
    if (subject !== undefined) this.#details.set(message, { ...this.detailsOf(message), subject });
    this.#entries.notify({ type: 'messageUpdated', message, origin });
    return message;
  }

  remove(conversationSid: string, sid: string, origin: Origin): void {
    const entry = this.#entries.changing(conversationSid);
    const message = entry.messages.find((one) => one.sid === sid);
    if (!message) throw notFound(`/Conversations/${conversationSid}/Messages/${sid}`);
    entry.messages = entry.messages.filter((one) => one !== message);
    this.#entries.notify({ type: 'messageRemoved', message, origin });
  }
}
