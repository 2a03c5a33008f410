import type { Address } from '../address';
import type { Customer } from '../model';
import type { CustomerDirectory, CustomerPage, CustomerQuery } from './directory';
import { type Block, damaged, PackedBlocks } from './packed-blocks';
import {
  blockKinds,
  checksumOfSet,
  type HashKey,
  hashKey,
  homeBlock,
  keyOf,
  type PackedAsset,
  type PackedSet,
  packedVersion,
  slots,
  tableAddress,
  tableSlots,
} from './packed-format';
import { type Cursor, comparePlaces, type Place, placeOf, readCursor, writeCursor } from './places';
import { matchesSearch, readSearch, type Search, type SearchText } from './search';

/** What a worker's list has beside each customer: the id and the texts that are searched, `name` unless as `written`. */
export type ListText = [id: string, written: string, name: string | 0, ids: string[], numbers: string[]];

/** A customer in a worker's list. */
interface Position {
  /** The block in the list. */
  block: number;
  slot: number;
}

/** The blocks of a worker's list, with the rank of the first customer in each. */
type WorkerList = { address: number; firstRank: number }[];

interface Located {
  customer: Customer;
  /** The position among all customers, in the order of `compareCustomers`. */
  rank: number;
}

/**
 * Customers in packed assets. Only the blocks that a lookup needs are read, so that it takes the same time and memory for
 * any number of customers. It answers as `AssetCustomers` does.
 */
export class PackedCustomers implements CustomerDirectory {
  readonly #set: PackedSet;
  readonly #blocks: PackedBlocks;
  readonly #hash: HashKey;

  /**
   * @param pathOf returns the path of an asset; throws when it is missing
   * @throws Misconfigured when `/customers.json` is not what the build wrote
   */
  constructor({ packed, checksum }: PackedAsset, pathOf: (name: string) => string, hash = hashKey) {
    if (checksumOfSet(packed) !== checksum) throw damaged('/customers.json', 'its checksum is wrong');
    if (packed.version !== packedVersion) throw damaged('/customers.json', 'it is of another version');
    this.#set = packed;
    this.#blocks = new PackedBlocks(packed, pathOf);
    this.#hash = hash;
  }

  async byId(customerId: string): Promise<Customer | undefined> {
    return this.findById(customerId);
  }

  async byAddress({ key }: Address): Promise<Customer | undefined> {
    return this.findByKey(key);
  }

  /** As `byId`, for tools that cannot wait. */
  findById(customerId: string): Customer | undefined {
    return this.#locate(customerId)?.customer;
  }

  /** As `byAddress`, for tools that cannot wait. */
  findByKey(key: string): Customer | undefined {
    let first: Located | undefined;
    // The entries of a shared address begin with the card that is found by it.
    for (const reference of this.#references(keyOf.address(key))) {
      const found = this.#record(reference);
      if (!found?.customer.channels.some((channel) => channel.key === key)) continue;
      if (found.customer.primary_for?.includes(key)) return found.customer;
      if (!first || found.rank < first.rank) first = found;
    }
    return first?.customer;
  }

  async list({ worker, search = '', limit, cursor, anchor }: CustomerQuery): Promise<CustomerPage> {
    const last = cursor === undefined ? undefined : readCursor(cursor);
    const list = this.#openList(worker);
    if (!list) return { customers: [], next: undefined };

    const found: number[] = [];
    let isMore = false;
    const start = last ? this.#startAfter(list, last) : this.#startAt(list, anchor);
    for (const reference of this.#matches(list, start, readSearch(search))) {
      isMore = limit > 0 && found.length === limit;
      if (isMore) break;
      found.push(reference);
    }
    const customers = found.map((reference) => {
      const one = this.#record(reference);
      if (!one) throw damaged('/customers.json', `the list has a wrong reference: ${reference}`);
      return one.customer;
    });
    const end = customers.at(-1);
    return { customers, next: isMore && end ? this.cursorAfter(end) : undefined };
  }

  cursorAfter(customer: Customer): string {
    return writeCursor(customer);
  }

  /** @returns references to the customers from a position on; with a search, to those whom it finds */
  *#matches(list: WorkerList, start: Position, search: Search | undefined): Generator<number> {
    for (let { block: number, slot } = start; number < list.length; number++, slot = 0) {
      const block = this.#listBlock(list, number);
      const texts = search && textsOf(block);
      for (; slot < block.slots; slot++) {
        if (search && texts && !matchesSearch(toSearchText(texts[slot] as ListText), search)) continue;
        yield block.raw.readUInt32LE(8 + slot * 8);
      }
    }
  }

  #locate(id: string): Located | undefined {
    for (const reference of this.#references(keyOf.id(id))) {
      const found = this.#record(reference);
      if (found?.customer.customer_id === id) return found;
    }
    return undefined;
  }

  /** @returns the references of all keys with the hash of this key; most often one or none */
  #references(key: string): number[] {
    const { table } = this.#set;
    const [high, low] = this.#hash(key);
    const found: number[] = [];
    if (table.blocks === 0) return found;
    for (let number = homeBlock(high, table.blocks); ; number++) {
      const block = this.#blocks.table(tableAddress(table, number));
      const count = Math.min(block.readUInt16LE(4), tableSlots);
      for (let at = 8; at < 8 + count * 8; at += 8) {
        if (block.readUInt32LE(at) === low) found.push(block.readUInt32LE(at + 4));
      }
      const goesOn = block.readUInt16LE(6) === 1;
      if (!goesOn) return found;
    }
  }

  /** @returns undefined when the reference leads to something else: its key only has the same hash */
  #record(reference: number): Located | undefined {
    const block = this.#blocks.block(Math.floor(reference / slots));
    const slot = reference % slots;
    if (block.kind !== blockKinds.records || slot >= block.slots) return undefined;
    const start = slot === 0 ? 0 : block.raw.readUInt32LE(slot * 8 - 4);
    const text = block.text().toString('utf8', start, block.raw.readUInt32LE(slot * 8 + 4));
    return { customer: JSON.parse(text) as Customer, rank: block.raw.readUInt32LE(slot * 8) };
  }

  #openList(worker: string): WorkerList | undefined {
    for (const reference of this.#references(keyOf.worker(worker))) {
      const address = Math.floor(reference / slots);
      const block = this.#blocks.block(address);
      if (block.kind !== blockKinds.list) continue;
      const { raw } = block;
      const more = raw.readUInt32LE(0);
      const endOfPairs = 8 + (block.slots + more) * 8;
      if (raw.toString('utf8', endOfPairs) !== JSON.stringify(worker)) continue;
      const list = [{ address, firstRank: 0 }];
      for (let at = 8 + block.slots * 8; at < endOfPairs; at += 8) {
        list.push({ address: raw.readUInt32LE(at), firstRank: raw.readUInt32LE(at + 4) });
      }
      return list;
    }
    return undefined;
  }

  #listBlock(list: WorkerList, number: number): Block {
    return this.#blocks.block(list[number]?.address ?? 0);
  }

  /** @returns the position after an anchor. An anchor that is not in the list is the end of the list. */
  #startAt(list: WorkerList, anchor: string | undefined): Position {
    if (anchor === undefined) return { block: 0, slot: 0 };
    const known = this.#locate(anchor);
    return (known && this.#positionAfter(list, known.rank)) ?? { block: list.length, slot: 0 };
  }

  /** @returns the position of the first customer after a place, whether or not that customer is still there */
  #startAfter(list: WorkerList, { id, name }: Cursor): Position {
    if (name === undefined) return this.#startAt(list, id);
    const known = this.#locate(id);
    const position = known && placeOf(known.customer).name === name && this.#positionAfter(list, known.rank);
    return position || this.#firstAfter(list, { id, name });
  }

  /** @returns the position after the customer with a rank; undefined when the customer is not in the list */
  #positionAfter(list: WorkerList, rank: number): Position | undefined {
    const number = Math.max(firstWhere(list.length, (one) => (list[one]?.firstRank ?? 0) > rank) - 1, 0);
    const { raw, slots: count } = this.#listBlock(list, number);
    const rankAt = (slot: number): number => raw.readUInt32LE(8 + slot * 8 + 4);
    const slot = firstWhere(count, (one) => rankAt(one) >= rank);
    return slot < count && rankAt(slot) === rank ? { block: number, slot: slot + 1 } : undefined;
  }

  #firstAfter(list: WorkerList, place: Place): Position {
    const isAfter = ([id, name]: ListText): boolean => comparePlaces({ name, id }, place) > 0;
    const textsAt = (block: number): ListText[] => textsOf(this.#listBlock(list, block));
    const block = Math.max(firstWhere(list.length, (one) => isAfter(textsAt(one)[0] as ListText)) - 1, 0);
    const texts = textsAt(block);
    return { block, slot: firstWhere(texts.length, (slot) => isAfter(texts[slot] as ListText)) };
  }
}

/** @returns the first number below `count` for which `is` holds, or else `count`; it holds for all after that */
function firstWhere(count: number, is: (number: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (is(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function textsOf(block: Block): ListText[] {
  block.parsed ??= JSON.parse(block.text().toString());
  return block.parsed as ListText[];
}

function toSearchText([, written, name, ids, numbers]: ListText): SearchText {
  return { written, name: name === 0 ? written : name, ids, numbers };
}
