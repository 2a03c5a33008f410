import type { Settings } from '../api';
import type { Conversations } from './conversations/conversations';
import type { Message, Participant } from './conversations/model';
import { refuse } from './http/error-list';

/** What a customer wants with a word such as STOP. */
export type Keyword = 'out' | 'in' | 'help';

/**
 * @see https://www.twilio.com/docs/api/errors/23004
 * @see https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */
const keywords: Record<Keyword, string[]> = {
  out: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'],
  in: ['START', 'YES', 'UNSTOP'],
  help: ['HELP', 'INFO'],
};

/**
 * What Twilio itself answers, to the sender alone. Measured on a live account (a public report of August 2026), and
 * quoted by many public integrations.
 */
export const replies: Record<Keyword, string> = {
  out: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  in: 'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  help: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
};

/** @see https://www.twilio.com/docs/api/errors/21610 */
const optedOut = 21610;

/**
 * The customers who have opted out of the SMS of one of our numbers by texting a word such as STOP.
 *
 * It is unsure how Conversations answers then. Conversations sends by a Messaging Service, and with one the Messages API
 * accepts the message, which fails later (github.com/twilio/twilio-python/issues/478). In a group, it fails for that
 * member alone (measured on a live account). Without a Messaging Service, the Messages API refuses it at once. So
 * `receipt` is the default.
 */
export class OptOuts {
  readonly #state: Conversations;
  #pairs = new Set<string>();
  mode: Settings['optOut'] = 'receipt';

  constructor(state: Conversations) {
    this.#state = state;
  }

  /**
   * Reads a text message. Only a message that is nothing but the word counts, in whatever case.
   *
   * @returns whether the customer opts out or in, or asks for help; undefined when it is none of them
   */
  read(customer: string, ours: string, body: string): Keyword | undefined {
    // WhatsApp has opt-outs of its own.
    if (!customer.startsWith('+')) return undefined;
    const word = body.trim().toUpperCase();
    const pair = `${customer} ${ours}`;
    if (keywords.out.includes(word)) {
      this.#pairs.add(pair);
      return 'out';
    }
    if (keywords.help.includes(word)) return 'help';
    return keywords.in.includes(word) && this.#pairs.delete(pair) ? 'in' : undefined;
  }

  /** @throws TwilioError 400/21610 where Twilio refuses a message that would reach nobody */
  checkMessage(conversationSid: string): void {
    if (this.mode === 'receipt') return;
    const participants = this.#state.participants(conversationSid);
    const customers = participants.filter(({ messaging_binding }) => messaging_binding?.address);
    if (customers.length > 0 && customers.every((one) => this.#isOut(one, participants))) {
      throw refuse(optedOut);
    }
  }

  /** @returns 21610 for a message that does not reach this participant */
  failureOf({ conversation_sid }: Message, participant: Participant): number | undefined {
    return this.#isOut(participant, this.#state.participants(conversation_sid)) ? optedOut : undefined;
  }

  reset(): void {
    this.#pairs.clear();
  }

  /** In a group, our number is the projected address. */
  #isOut({ messaging_binding: binding }: Participant, participants: Participant[]): boolean {
    const projected = participants.find((one) => one.messaging_binding?.projected_address);
    const ours = binding?.proxy_address ?? projected?.messaging_binding?.projected_address;
    return this.#pairs.has(`${binding?.address} ${ours}`);
  }
}
