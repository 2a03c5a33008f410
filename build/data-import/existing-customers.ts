import { channelTypes } from '../../lib/model';
import { normalizeAddress } from '../data/customers';

/** A customer as the file has one: not checked, as it may have problems of its own. */
export type RawCustomer = Record<string, unknown>;

/** A channel as the file has one, with the key of its address. */
export interface RawChannel {
  raw: Record<string, unknown>;
  key: string | undefined;
  /** Of a phone number, in E.164. */
  number?: string | undefined;
  /** Of a phone number. */
  country?: string | undefined;
}

/** The customers of the file, to be found by id and by address. */
export class ExistingCustomers {
  readonly list: readonly RawCustomer[];
  /** The country of the file. */
  readonly defaultCountry: string | undefined;
  readonly #byId = new Map<string, number>();
  readonly #channels = new Map<number, RawChannel[]>();
  #byAddress: Map<string, number[]> | undefined;
  #byEnding: Map<string, number[]> | undefined;

  constructor(list: readonly unknown[], defaultCountry: string | undefined) {
    this.list = list.map((one) => Object(one) as RawCustomer);
    this.defaultCountry = defaultCountry;
    for (const [index, { customer_id: id }] of this.list.entries()) {
      if (typeof id === 'string' || typeof id === 'number') this.#byId.set(String(id), index);
    }
  }

  /** @returns the position of the customer with this id */
  withId(id: string): number | undefined {
    return this.#byId.get(id);
  }

  /** @returns the positions of the customers with this address, in the order of the file */
  withAddress(key: string): readonly number[] {
    this.#byAddress ??= this.#indexBy(({ key: own }) => own);
    return this.#byAddress.get(key) ?? [];
  }

  /** @returns the positions of the customers who may have a number that is written in any form: one that ends alike */
  withNumberLike(text: string): readonly number[] {
    this.#byEnding ??= this.#indexBy(({ number }) => (number === undefined ? undefined : endingOf(number)));
    return this.#byEnding.get(endingOf(text) ?? '') ?? [];
  }

  /** @returns the country of a customer; without one on the card, that of the first number, as in the build */
  country(index: number): string | undefined {
    const { country } = this.list[index] ?? {};
    if (typeof country === 'string') return country;
    return this.channels(index).find((channel) => channel.country !== undefined)?.country;
  }

  /** @returns the channels of a customer, with their keys */
  channels(index: number): readonly RawChannel[] {
    const known = this.#channels.get(index);
    if (known) return known;
    const { channels, country } = this.list[index] ?? {};
    const home = typeof country === 'string' ? country : this.defaultCountry;
    const read = (Array.isArray(channels) ? channels : []).map((channel): RawChannel => {
      const raw = Object(channel) as Record<string, unknown>;
      const type = channelTypes.find((one) => one === raw.type);
      const isAddress = type !== undefined && typeof raw.value === 'string';
      const address = isAddress ? normalizeAddress(String(raw.value), type, home) : undefined;
      if (type !== 'sms' && type !== 'whatsapp') return { raw, key: address?.key };
      const number = address?.value.replace(/^whatsapp:/, '');
      return { raw, key: address?.key, number, country: address?.country };
    });
    this.#channels.set(index, read);
    return read;
  }

  #indexBy(keyOf: (channel: RawChannel) => string | undefined): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const index of this.list.keys()) {
      for (const key of new Set(this.channels(index).map(keyOf))) {
        if (key === undefined) continue;
        const before = found.get(key);
        if (before) before.push(index);
        else found.set(key, [index]);
      }
    }
    return found;
  }
}

/** @returns the last digits, which a number has in every form; undefined for a text that is no number */
function endingOf(text: string): string | undefined {
  return /(\d{6})$/.exec(text.replace(/\D/g, ''))?.[1];
}
