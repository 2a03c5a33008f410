import { parseAddress } from '../../lib/address';
import type { BuiltCustomers } from '../../lib/customers/every-customer';
import { listsOf } from '../../lib/customers/places';
import { matchesSearch, readSearch } from '../../lib/customers/search';
import type { ChannelType, Customer } from '../../lib/model';
import { finish } from '../../lib/steps';
import { ChannelBits } from './channel-bits';
import { SearchTexts } from './search-texts';
import { finishInTurns, Turns } from './turns';

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

/** How many customers are looked at in the order of the lists, before the rest in the order of the files. */
const firstOnes = 200;

/** What a filter compares, by rank. */
interface Prepared {
  texts: SearchTexts;
  /** The place in `ownerSets`. */
  owners: Uint32Array;
  ownerSets: readonly string[][];
}

/**
 * All customers in the data, found by id, by address, and by a search. It keeps about 100 bytes for each: the customers
 * themselves are read where they are needed.
 */
export class CustomerIndex {
  readonly #customers: BuiltCustomers;
  readonly #channels: ChannelBits;
  /** The references by rank. */
  #order: Uint32Array | undefined;
  #prepared: Promise<Prepared> | undefined;
  /** Who may match the last search: the next page is of the same. */
  #last: { query: string; found: Promise<Uint8Array> } | undefined;

  /** @param readSingly see `ChannelBits` */
  constructor(customers: BuiltCustomers, readSingly?: number) {
    this.#customers = customers;
    this.#channels = new ChannelBits(customers, readSingly);
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
    this.#order ??= finish(this.#readOrder());
    for (const reference of this.#order.subarray(0, firstOnes)) yield this.#customers.read(reference);
    for (const { rank, read } of this.#customers) if (rank >= firstOnes) yield read();
  }

  /** @returns a page of customers, and where the next one begins; undefined on the last one */
  async list(filter: CustomerFilter): Promise<{ customers: Customer[]; next: number | undefined }> {
    const { limit, channel, after = 0 } = filter;
    this.#order ??= await finishInTurns(this.#readOrder());
    const order = this.#order;
    const matches = await this.#matcher(filter);
    const found: Customer[] = [];
    const turns = new Turns();
    for (let rank = after; rank < order.length; rank++) {
      if (turns.isOver) await turns.next();
      if (!matches(rank)) continue;
      const reference = order[rank] as number;
      if (channel !== undefined && !(await this.#channels.has(channel, rank, reference))) continue;
      if (found.length === limit) return { customers: found, next: rank };
      found.push(this.#customers.read(reference));
    }
    return { customers: found, next: undefined };
  }

  async #matcher({ query = '', worker }: CustomerFilter): Promise<(rank: number) => boolean> {
    const search = readSearch(query);
    if (!search && worker === undefined) return () => true;
    this.#prepared ??= this.#prepare();
    const { texts, owners, ownerSets } = await this.#prepared;
    if (search && this.#last?.query !== query) this.#last = { query, found: texts.candidates(search) };
    const candidates = search && (await this.#last?.found);
    const ofWorker = ownerSets.map((set) => worker === undefined || set.includes(worker));
    return (rank) =>
      (!candidates || candidates[rank] === 1) &&
      ofWorker[owners[rank] as number] === true &&
      (!search || matchesSearch(texts.at(rank), search));
  }

  /** @returns the references by rank, after many steps */
  *#readOrder(): Generator<void, Uint32Array> {
    const order = new Uint32Array(this.count);
    for (const { rank, reference } of this.#customers) {
      order[rank] = reference;
      if (rank % 256 === 0) yield;
    }
    return order;
  }

  /** Takes the texts of the lists, which the build has folded; only customers who are in no list are read. */
  async #prepare(): Promise<Prepared> {
    const texts = new SearchTexts(this.count);
    const owners = new OwnerSets(this.count);
    const turns = new Turns();
    for (const part of this.#customers.lists()) {
      if (turns.isOver) await turns.next();
      if (!part) continue;
      texts.addList(part.ranks, part.texts);
      for (const rank of part.ranks) owners.add(rank, part.worker);
    }
    if (texts.count < this.count) {
      for (const { rank, read } of this.#customers) {
        if (turns.isOver) await turns.next();
        if (texts.has(rank)) continue;
        const customer = read();
        texts.add(rank, customer);
        for (const worker of listsOf(customer)) owners.add(rank, worker);
      }
    }
    return { texts, owners: owners.sets, ownerSets: owners.all };
  }
}

/** Who owns each customer. Few combinations of workers are there, or many customers have each. */
class OwnerSets {
  /** The place in `all` of each customer's owners, by rank. */
  readonly sets: Uint32Array;
  readonly all: string[][] = [[]];
  /** Where a worker's combination is with each of the others, by the place of those. */
  readonly #with = new Map<string, number[]>();

  /** @param count the number of customers */
  constructor(count: number) {
    this.sets = new Uint32Array(count);
  }

  add(rank: number, worker: string): void {
    const before = this.sets[rank] as number;
    const places = this.#with.get(worker) ?? [];
    let place = places[before];
    if (place === undefined) {
      place = this.all.push([...(this.all[before] as string[]), worker]) - 1;
      places[before] = place;
      this.#with.set(worker, places);
    }
    this.sets[rank] = place;
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
