import { KeyIndex } from '../../lib/large-files/key-index';
import { channelTypes } from '../../lib/model';
import { normalizeAddress } from '../data/customers';
import type { CustomersFile, RawCustomer } from './customers-file';

/** A channel as the file has one, with the key of its address. */
export interface RawChannel {
  raw: Record<string, unknown>;
  key: string | undefined;
  /** Of a phone number, in E.164. */
  number?: string | undefined;
  /** Of a phone number. */
  country?: string | undefined;
}

/** A customer of the file, with what was read of the channels. */
interface ReadCustomer {
  raw: RawCustomer;
  channels?: readonly RawChannel[];
}

/** How many customers stay in memory, and how many are read before other work has its turn. */
const [kept, slice] = [1_000, 2_000];

/** The customers of the file, to be found by id and by address. */
export class ExistingCustomers {
  readonly #file: CustomersFile;
  readonly #read = new Map<number, ReadCustomer>();
  #byAddress: KeyIndex | undefined;
  #byEnding: KeyIndex | undefined;

  constructor(file: CustomersFile) {
    this.#file = file;
  }

  get count(): number {
    return this.#file.count;
  }

  /** The country of the file. */
  get defaultCountry(): string | undefined {
    return this.#file.defaultCountry;
  }

  at(index: number): RawCustomer {
    return this.#customer(index).raw;
  }

  /** @returns the position of the customer with this id; of two, that of the last */
  withId(id: string): number | undefined {
    return this.#file.maybeWithId(id).findLast((index) => String(this.at(index).customer_id) === id);
  }

  /** Reads all addresses, once: a row without an id is found by them. */
  async prepareAddresses(): Promise<void> {
    if (this.#byAddress) return;
    const [byAddress, byEnding] = [new KeyIndex(), new KeyIndex()];
    for (let index = 0; index < this.count; index++) {
      if (index % slice === 0) await new Promise(setImmediate);
      const channels = this.channels(index);
      const endings = channels.map(({ number }) => (number === undefined ? undefined : endingOf(number)));
      for (const key of new Set(channels.map(({ key }) => key))) {
        if (key !== undefined) byAddress.add(key, index);
      }
      for (const ending of new Set(endings)) if (ending !== undefined) byEnding.add(ending, index);
    }
    [this.#byAddress, this.#byEnding] = [byAddress, byEnding];
  }

  /**
   * To be called after `prepareAddresses`.
   *
   * @returns the positions of the customers with this address, in the order of the file
   */
  withAddress(key: string): readonly number[] {
    const found = this.#byAddress?.find(key) ?? [];
    return found.filter((index) => this.channels(index).some((one) => one.key === key));
  }

  /**
   * To be called after `prepareAddresses`.
   *
   * @returns the positions of the customers who may have a number that is written in any form: one that ends alike
   */
  withNumberLike(text: string): readonly number[] {
    return this.#byEnding?.find(endingOf(text) ?? '') ?? [];
  }

  /** @returns the country of a customer; without one on the card, that of the first number, as in the build */
  country(index: number): string | undefined {
    const { country } = this.at(index);
    if (typeof country === 'string') return country;
    return this.channels(index).find((channel) => channel.country !== undefined)?.country;
  }

  /** @returns the channels of a customer, with their keys */
  channels(index: number): readonly RawChannel[] {
    const customer = this.#customer(index);
    customer.channels ??= readRawChannels(customer.raw, this.defaultCountry);
    return customer.channels;
  }

  #customer(index: number): ReadCustomer {
    const known = this.#read.get(index);
    if (known) return known;
    const read = { raw: this.#file.customer(index) };
    if (this.#read.size === kept) this.#read.clear();
    this.#read.set(index, read);
    return read;
  }
}

/** @returns the channels of a customer, with their keys */
export function readRawChannels(
  { channels, country }: RawCustomer,
  defaultCountry: string | undefined,
): RawChannel[] {
  const home = typeof country === 'string' ? country : defaultCountry;
  return (Array.isArray(channels) ? channels : []).map((channel): RawChannel => {
    const raw = Object(channel) as Record<string, unknown>;
    const type = channelTypes.find((one) => one === raw.type);
    const isAddress = type !== undefined && typeof raw.value === 'string';
    const address = isAddress ? normalizeAddress(String(raw.value), type, home) : undefined;
    if (type !== 'sms' && type !== 'whatsapp') return { raw, key: address?.key };
    const number = address?.value.replace(/^whatsapp:/, '');
    return { raw, key: address?.key, number, country: address?.country };
  });
}

/** @returns the last digits, which a number has in every form; undefined for a text that is no number */
function endingOf(text: string): string | undefined {
  return /(\d{6})$/.exec(text.replace(/\D/g, ''))?.[1];
}
