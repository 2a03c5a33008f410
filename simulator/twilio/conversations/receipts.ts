import { formatDate } from '../http/dates';
import type { DeliveryStatus, Message, Participant, Receipt } from './model';

/** How a message reached a participant. */
export interface Outcome {
  participant: Participant;
  status: DeliveryStatus;
  /** Twilio's error code for a status that is a failure. */
  errorCode?: number | undefined;
}

/** @returns the receipt of a message for one participant; SMS have a channel SID with `SM`, WhatsApp with `WA` */
export function newReceipt(
  message: Message,
  { participant, status, errorCode = 0 }: Outcome,
  now: Date,
): Receipt {
  const id = `${message.sid.slice(2, 18)}${participant.sid.slice(2, 18)}`;
  const channel = participant.messaging_binding?.type === 'whatsapp' ? 'WA' : 'SM';
  return {
    sid: `DY${id}`,
    account_sid: message.account_sid,
    conversation_sid: message.conversation_sid,
    message_sid: message.sid,
    channel_message_sid: `${channel}${id}`,
    participant_sid: participant.sid,
    status,
    error_code: errorCode,
    date_created: formatDate(now),
    date_updated: formatDate(now),
    url: `${message.url}/Receipts/DY${id}`,
  };
}

/** @returns the receipts of a message after some have changed; one that is known keeps the date of its creation */
export function mergeReceipts(before: Receipt[], changed: Receipt[]): Receipt[] {
  const others = before.filter(({ sid }) => !changed.some((one) => one.sid === sid));
  const merged = changed.map((receipt) => {
    const known = before.find(({ sid }) => sid === receipt.sid);
    return known ? { ...receipt, date_created: known.date_created } : receipt;
  });
  return [...others, ...merged];
}

/** Which statuses of receipts count for each field of a message's `delivery`. */
const counted: Record<string, DeliveryStatus[]> = {
  sent: ['sent', 'delivered', 'read', 'undelivered'],
  delivered: ['delivered', 'read'],
  read: ['read'],
  failed: ['failed'],
  // It is unsure whether what has failed counts as undelivered too.
  undelivered: ['failed', 'undelivered'],
};

/**
 * @param total to how many participants the message goes
 * @returns a message's `delivery`: the summary of its receipts
 * @see https://www.twilio.com/docs/conversations-classic/delivery-receipts-overview
 */
export function summarize(receipts: Receipt[], total: number): NonNullable<Message['delivery']> {
  const summaries = Object.entries(counted).map(([name, statuses]) => {
    const count = receipts.filter(({ status }) => statuses.includes(status)).length;
    return [name, count === 0 ? 'none' : count === total ? 'all' : 'some'];
  });
  return { total, ...(Object.fromEntries(summaries) as Record<string, string>) };
}

/** @returns whether a receipt says that the message did not arrive */
export function isFailure({ status }: Pick<Receipt, 'status'>): boolean {
  return status === 'failed' || status === 'undelivered';
}
