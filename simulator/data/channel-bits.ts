import type { BuiltCustomers } from '../../lib/customers/every-customer';
import { type ChannelType, type Customer, channelTypes } from '../../lib/model';
import { Turns } from './turns';

/** Set for a customer whose channels are known. */
const known = 0x80;

/** Which channels each customer has, by rank, in a byte each. Only the cards tell: those are read that somebody asks for. */
export class ChannelBits {
  readonly #customers: BuiltCustomers;
  readonly #bits: Uint8Array;
  readonly #readSingly: number;
  #read = 0;
  #all: Promise<void> | undefined;

  /** @param readSingly how many cards are read one by one before all are, in the order of the files: each is faster there */
  constructor(customers: BuiltCustomers, readSingly = 5_000) {
    this.#customers = customers;
    this.#readSingly = readSingly;
    this.#bits = new Uint8Array(customers.count);
  }

  /** @param reference that of the customer with this rank */
  async has(channel: string, rank: number, reference: number): Promise<boolean> {
    if (this.#bits[rank] === 0) {
      if (this.#read++ < this.#readSingly) this.#bits[rank] = bitsOf(this.#customers.read(reference));
      else {
        this.#all ??= this.#readAll();
        await this.#all;
      }
    }
    return ((this.#bits[rank] as number) & bitOf(channel as ChannelType)) !== 0;
  }

  async #readAll(): Promise<void> {
    const turns = new Turns();
    for (const { rank, read } of this.#customers) {
      if (turns.isOver) await turns.next();
      if (this.#bits[rank] === 0) this.#bits[rank] = bitsOf(read());
    }
  }
}

function bitsOf({ channels }: Customer): number {
  return channels.reduce((bits, { type }) => bits | bitOf(type), known);
}

/** @returns 0 for what is no channel */
function bitOf(type: ChannelType): number {
  const position = channelTypes.indexOf(type);
  return position < 0 ? 0 : 2 ** position;
}
