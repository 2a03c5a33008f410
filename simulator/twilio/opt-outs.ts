import type { Settings } from '../api';
import type { Conversations } from './conversations/conversations';
import { refuse } from './http/error-list';

/** @see https://www.twilio.com/docs/api/errors/23004 */
const keywords: Record<'out' | 'in', string[]> = {
  out: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'],
  in: ['START', 'YES', 'UNSTOP'],
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
    state.onChange((change) => {
      if (change.type !== 'messageAdded' || change.origin.source === 'SMS') return;
      const { message } = change;
      if (this.#reachesNobody(message.conversation_sid)) state.failMessage(message, optedOut);
    });
  }

  /**
   * Reads a text message. Only a message that is nothing but the word counts, in whatever case.
   *
   * @returns whether the customer opts out or in; undefined when it is neither
   */
  read(customer: string, ours: string, body: string): 'out' | 'in' | undefined {
    // WhatsApp has opt-outs of its own.
    if (!customer.startsWith('+')) return undefined;
    const word = body.trim().toUpperCase();
    const pair = `${customer} ${ours}`;
    if (keywords.out.includes(word)) {
      this.#pairs.add(pair);
      return 'out';
    }
    return keywords.in.includes(word) && this.#pairs.delete(pair) ? 'in' : undefined;
  }

  /** @throws TwilioError 400/21610 where Twilio refuses a message that would reach nobody */
  checkMessage(conversationSid: string): void {
    if (this.mode === 'receipt' || !this.#reachesNobody(conversationSid)) return;
    throw refuse(optedOut);
  }

  reset(): void {
    this.#pairs.clear();
  }

  /** @returns whether every customer in a conversation has opted out */
  #reachesNobody(conversationSid: string): boolean {
    const bindings = this.#state
      .participants(conversationSid)
      .flatMap(({ messaging_binding }) => messaging_binding ?? []);
    const projected = bindings.find((one) => one.projected_address)?.projected_address;
    const customers = bindings.filter(({ address }) => address !== undefined);
    const isOut = ({ address, proxy_address = projected }: (typeof bindings)[number]): boolean =>
      this.#pairs.has(`${address} ${proxy_address}`);
    return customers.length > 0 && customers.every(isOut);
  }
}
