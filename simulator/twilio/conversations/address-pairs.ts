import { errorList } from '../http/error-list';
import { TwilioError } from '../http/errors';
import type { Conversation, Participant } from './model';

/** Which open conversation holds each pair of customer address and proxy address: only one can. */
export class AddressPairs {
  readonly #open: (sid: string) => Conversation | undefined;
  #pairs = new Map<string, string>();

  /** @param open finds a conversation that is not closed */
  constructor(open: (sid: string) => Conversation | undefined) {
    this.#open = open;
  }

  /** @returns the open conversation between these two addresses */
  holder(address: string, proxyAddress: string): Conversation | undefined {
    const sid = this.#pairs.get(pairOf(address, proxyAddress));
    return sid === undefined ? undefined : this.#open(sid);
  }

  /** @throws TwilioError 409/50416 for a pair that another open conversation holds */
  claim(address: string, proxyAddress: string, sid: string): void {
    const holder = this.holder(address, proxyAddress);
    // The SID follows without a colon: Twilio's support article 41467875615259 quotes the message.
    if (holder) throw new TwilioError(409, 50416, `${errorList[50416].message} ${holder.sid}`);
    this.#pairs.set(pairOf(address, proxyAddress), sid);
  }

  /** Claims the pair with a participant's new proxy address and releases the old one. */
  moveClaim(participant: Participant, proxyAddress: string | undefined): void {
    const { messaging_binding: binding, conversation_sid } = participant;
    const address = binding?.address;
    if (!address || !proxyAddress || proxyAddress === binding.proxy_address) return;
    this.claim(address, proxyAddress, conversation_sid);
    this.release(participant);
  }

  release({ messaging_binding: binding, conversation_sid }: Participant): void {
    if (!binding?.address || !binding.proxy_address) return;
    const pair = pairOf(binding.address, binding.proxy_address);
    if (this.#pairs.get(pair) === conversation_sid) this.#pairs.delete(pair);
  }

  clear(): void {
    this.#pairs.clear();
  }
}

function pairOf(address: string, proxyAddress: string): string {
  return `${address}|${proxyAddress}`;
}
