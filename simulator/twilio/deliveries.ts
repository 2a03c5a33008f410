import type { Settings } from '../api';
import type { Conversations } from './conversations/conversations';
import type { DeliveryStatus, Message, Participant } from './conversations/model';
import { isCarrier } from './http/request';

/** The statuses that a message goes through, in this order. */
const steps = ['sent', 'delivered', 'read'] as const satisfies DeliveryStatus[];

/** How long a message takes from one status to the next, in milliseconds. */
const stepMs = 50;

/**
 * Delivers the messages of conversations to the phones in them: each participant who is not on chat has a receipt of
 * their own, which says `sent`, then `delivered`, on WhatsApp then `read`, or else that it failed.
 *
 * @see https://www.twilio.com/docs/conversations-classic/delivery-receipts
 */
export class Deliveries {
  /** How far messages get. With `none`, only failures have receipts. */
  upTo: Settings['receipts'] = 'none';
  readonly #state: Conversations;
  #resets = 0;

  /** @param failureOf Twilio's error code for a message that cannot reach a participant */
  constructor(
    state: Conversations,
    failureOf: (message: Message, participant: Participant) => number | undefined,
  ) {
    this.#state = state;
    state.onChange((change) => {
      if (change.type !== 'messageAdded' || isCarrier(change.origin)) return;
      this.#deliver(change.message, failureOf, change.origin.trace);
    });
  }

  /** Forgets what is on its way. */
  reset(): void {
    this.#resets += 1;
  }

  #deliver(
    message: Message,
    failureOf: (message: Message, participant: Participant) => number | undefined,
    trace: string | undefined,
  ): void {
    const recipients = this.#state
      .participants(message.conversation_sid)
      .filter(({ sid, messaging_binding }) => messaging_binding?.address && sid !== message.participant_sid);
    const failed = recipients.flatMap((participant) => {
      const errorCode = failureOf(message, participant);
      return errorCode === undefined ? [] : [{ participant, status: 'failed' as const, errorCode }];
    });
    const total = recipients.length;
    if (failed.length > 0) this.#state.setReceipts(message, failed, { total, trace });
    const others = recipients.filter((one) => !failed.some(({ participant }) => participant === one));
    if (others.length > 0) this.#proceed(message, others, 0, { total, trace });
  }

  #proceed(
    message: Message,
    participants: Participant[],
    step: number,
    about: { total: number; trace: string | undefined },
  ): void {
    const status = steps[step];
    if (status === undefined || this.upTo === 'none' || step > steps.indexOf(this.upTo)) return;
    // Only WhatsApp tells when a message was read.
    const reached = participants.filter(
      ({ messaging_binding: binding }) => status !== 'read' || binding?.type === 'whatsapp',
    );
    if (reached.length === 0) return;
    const resets = this.#resets;
    setTimeout(() => {
      if (this.#resets !== resets) return;
      this.#state.setReceipts(
        message,
        reached.map((participant) => ({ participant, status })),
        about,
      );
      this.#proceed(message, reached, step + 1, about);
    }, stepMs).unref();
  }
}
