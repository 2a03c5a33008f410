import { parseAddress } from '../../lib/address';
import type { BuiltCustomers, PlacedCustomer } from '../../lib/customers/every-customer';
import { matchesSearch, readSearch } from '../../lib/customers/search';
import { type ChannelType, type Customer, channelTypes } from '../../lib/model';
import { SearchTexts } from './search-texts';

/** Which customers to list; everything that is left out matches all. */
export interface CustomerFilter {
  /** What to search for in names, ids, e-mail addresses and numbers. */
  query?: string;
  /** The identity of the worker who owns them. */
  worker?: string;
  /** Only customers who have an address on this channel. */
  channel?: string;
  /** The most that are returned. */
  limit: number;
  /** Where to continue: `next` of an earlier page. */
  after?: number;
}

/** How many customers are prepared, or looked at, before other work has its turn. */
const slice = 2_000;

/** How many customers are looked at in the order of the lists, before the rest in the order of the files. */
const firstOnes = 200;

/** The length of a list whose first search would take seconds. */
const longList = 100_000;

/** What a filter compares, by rank. */
interface Prepared {
  texts: SearchTexts;
  /** The place in `ownerSets`. */
  owners: Uint32Array;
  ownerSets: string[][];
  /** A bit for each channel type. */
  channels: Uint8Array;
}

/**
 * All customers in the data, found by id, by address, and by a search. It keeps about 90 bytes for each: the customers
 * themselves are read where they are needed.
 */
export class CustomerIndex {
  readonly #customers: BuiltCustomers;
  #first: PlacedCustomer[] | undefined;
  /** The references by rank. */
  #order: Promise<Uint32Array> | undefined;
  #prepared: Promise<Prepared> | undefined;
  /** Who may match the last search: the next page is of the same. */
  #last: { query: string; found: Promise<Uint8Array> } | undefined;

  constructor(customers: BuiltCustomers) {
    this.#customers = customers;
  }

  get count(): number {
    return this.#customers.count;
  }

  byId(customerId: string): Customer | undefined {
    return this.#customers.byId(customerId);
  }

  /** @param address `+1…`, with or without `whatsapp:`, an e-mail address, or an identity */
  byAddress(address: string): Customer | undefined {
    const key = parseAddress(address)?.key;
    const found = key === undefined ? undefined : this.#customers.byKey(key);
    // An identity can look like an e-mail address.
    return found ?? this.#customers.byKey(`chat:${address}`);
  }

  /** @returns the customers: some of the first in the order of the lists, then all others in that of the files */
  *all(): Generator<Customer> {
    this.#first ??= [...this.#ranked(0, firstOnes)].sort((a, b) => a.rank - b.rank);
    for (const { reference } of this.#first) yield this.#customers.read(reference);
    for (const { read } of this.#ranked(firstOnes, this.count)) yield read();
  }

  /** @returns a page of customers, and where the next one begins; undefined on the last one */
  async list(filter: CustomerFilter): Promise<{ customers: Customer[]; next: number | undefined }> {
    const { limit, after = 0 } = filter;
    this.#order ??= this.#readOrder();
    const order = await this.#order;
    const matches = await this.#matcher(filter);
    const found: Customer[] = [];
    for (let rank = after; rank < order.length; rank++) {
      if (rank % (16 * slice) === 0) await new Promise(setImmediate);
      if (!matches(rank)) continue;
      if (found.length === limit) return { customers: found, next: rank };
      found.push(this.#customers.read(order[rank] as number));
    }
    return { customers: found, next: undefined };
  }

  *#ranked(from: number, to: number): Generator<PlacedCustomer> {
    for (const one of this.#customers) if (one.rank >= from && one.rank < to) yield one;
  }

  async #matcher({ query = '', worker, channel }: CustomerFilter): Promise<(rank: number) => boolean> {
    const search = readSearch(query);
    if (!search && worker === undefined && channel === undefined) {
      this.#prepareSoon();
      return () => true;
    }
    this.#prepared ??= this.#prepare();
    const { texts, owners, ownerSets, channels } = await this.#prepared;
    if (search && this.#last?.query !== query) this.#last = { query, found: texts.candidates(search) };
    const candidates = search && (await this.#last?.found);
    const ofWorker = ownerSets.map((set) => worker === undefined || set.includes(worker));
    const bit = channel === undefined ? undefined : bitOf(channel as ChannelType);
    return (rank) =>
      (!candidates || candidates[rank] === 1) &&
      ofWorker[owners[rank] as number] === true &&
      (bit === undefined || ((channels[rank] as number) & bit) !== 0) &&
      (!search || matchesSearch(texts.at(rank), search));
  }

  /** Whoever looks at a long list will search it. */
  #prepareSoon(): void {
    if (this.#prepared || this.count < longList) return;
    this.#prepared = this.#prepare();
    // The search says what is wrong.
    this.#prepared.catch(() => undefined);
  }

  async #readOrder(): Promise<Uint32Array> {
    const order = new Uint32Array(this.count);
    let read = 0;
    for (const { rank, reference } of this.#customers) {
      if (read++ % (16 * slice) === 0) await new Promise(setImmediate);
      order[rank] = reference;
    }
    return order;
  }

  /** Prepares in slices: a million customers take seconds, in which messages are still answered. */
  async #prepare(): Promise<Prepared> {
    const texts = new SearchTexts(this.count);
    const [owners, channels] = [new Uint32Array(this.count), new Uint8Array(this.count)];
    const sets = new Map<string, number>();
    let read = 0;
    for (const one of this.#customers) {
      if (read++ % slice === slice - 1) await new Promise(setImmediate);
      const customer = one.read();
      texts.add(one.rank, customer);
      const set = JSON.stringify(ownersOf(customer));
      if (!sets.has(set)) sets.set(set, sets.size);
      owners[one.rank] = sets.get(set) ?? 0;
      channels[one.rank] = customer.channels.reduce((bits, { type }) => bits | bitOf(type), 0);
    }
    const ownerSets = [...sets.keys()].map((set) => JSON.parse(set) as string[]);
    return { texts, owners, ownerSets, channels };
  }
}

/** @returns the identities of a customer's workers, the one who gets the conversations first */
export function ownersOf({ assigned_workers = [], worker }: Customer): string[] {
  return [...assigned_workers, ...(worker === undefined ? [] : [worker])];
}

/** @returns the customer's first phone number, in E.164 */
export function phoneOf({ channels }: Customer): string | undefined {
  return channels.find(({ type }) => isPhone(type))?.value.replace('whatsapp:', '');
}

/** @returns whether a channel is one of phones */
export function isPhone(type: ChannelType): type is 'sms' | 'whatsapp' {
  return type === 'sms' || type === 'whatsapp';
}

/** @returns 0 for what is no channel */
function bitOf(type: ChannelType): number {
  const position = channelTypes.indexOf(type);
  return position < 0 ? 0 : 2 ** position;
}
