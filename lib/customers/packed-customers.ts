import type { Address } from '../address';
import { firstWhere } from '../binary-search';
import type { Customer } from '../model';
import type { CustomerDirectory, CustomerPage, CustomerQuery } from './directory';
import { type Block, damaged, PackedBlocks, PackedFiles } from './packed-blocks';
import { ownerPriority, readCard, recordAt } from './packed-card';
import {
  blockKinds,
  checksumOfSet,
  type HashKey,
  hashKey,
  homeBlock,
  isPackedSet,
  keyOf,
  type PackedAsset,
  type PackedSet,
  packedVersion,
  slots,
  tableAddress,
  tableSlots,
} from './packed-format';
import { type ListText, rankAt, readListHead, toSearchText } from './packed-lists';
import { type Cursor, comparePlaces, type Place, placeOf, readCursor, writeCursor } from './places';
import { matchesSearch, readSearch, type Search } from './search';

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
  readonly #keys: PackedBlocks;
  readonly #records: PackedBlocks;
  readonly #lists: PackedBlocks;
  /** The texts of the list's block that was searched last. */
  #texts: { block: Block; texts: ListText[] } | undefined;
  readonly #hash: HashKey;

  /**
   * @param pathOf returns the path of an asset; throws when it is missing
   * @throws Misconfigured when `/customers.json` is not what the build wrote
   */
  constructor({ packed, checksum }: PackedAsset, pathOf: (name: string) => string, hash = hashKey) {
    if (checksumOfSet(packed) !== checksum) throw damaged('/customers.json', 'its checksum is wrong');
    if (packed?.version !== packedVersion) throw damaged('/customers.json', 'it is of another version');
    if (!isPackedSet(packed)) throw damaged('/customers.json', 'fields are missing');
    this.#set = packed;
    const files = new PackedFiles(packed, pathOf);
    this.#keys = new PackedBlocks(files);
    this.#records = new PackedBlocks(files);
    this.#lists = new PackedBlocks(files);
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
    let owner: { customer: Customer; priority: number } | undefined;
    // Only the owner of an address has an entry, but that of another key with the same hash can lead to a card with it, too.
    for (const reference of this.#references(keyOf.address(key))) {
      const found = this.#record(reference);
      if (!found?.customer.channels.some((channel) => channel.key === key)) continue;
      const priority = ownerPriority(found.customer, key, found.rank);
      if (!owner || priority < owner.priority) owner = { customer: found.customer, priority };
    }
    return owner?.customer;
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
      const texts = search && this.#textsOf(block);
      for (; slot < block.slots; slot++) {
        if (search && texts && !matchesSearch(toSearchText(texts[slot] as ListText), search)) continue;
        yield block.raw.getUint32(8 + slot * 8, true);
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
      const block = this.#keys.table(tableAddress(table, number));
      const count = Math.min(block.getUint16(4, true), tableSlots);
      const first = firstWhere(0, count, (entry) => block.getUint32(8 + entry * 8, true) >= low);
      for (let at = 8 + first * 8; at < 8 + count * 8 && block.getUint32(at, true) === low; at += 8) {
        found.push(block.getUint32(at + 4, true));
      }
      const goesOn = block.getUint16(6, true) === 1;
      if (!goesOn) return found;
    }
  }

  /** @returns undefined when the reference leads to something else: its key only has the same hash */
  #record(reference: number): Located | undefined {
    const block = this.#records.block(Math.floor(reference / slots));
    const slot = reference % slots;
    if (block.kind !== blockKinds.records || slot >= block.slots) return undefined;
    const { rank, start, end } = recordAt(block, slot);
    return { customer: readCard(block.text(end).toString('utf8', start, end)), rank };
  }

  #openList(worker: string): WorkerList | undefined {
    for (const reference of this.#references(keyOf.worker(worker))) {
      const address = Math.floor(reference / slots);
      const block = this.#lists.block(address);
      if (block.kind !== blockKinds.list) continue;
      const { worker: written, more } = readListHead(block);
      if (written === JSON.stringify(worker)) return [{ address, firstRank: 0 }, ...more];
    }
    return undefined;
  }

  #listBlock(list: WorkerList, number: number): Block {
    return this.#lists.block(list[number]?.address ?? 0);
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
    const number = Math.max(firstWhere(0, list.length, (one) => (list[one]?.firstRank ?? 0) > rank) - 1, 0);
    const block = this.#listBlock(list, number);
    const slot = firstWhere(0, block.slots, (one) => rankAt(block, one) >= rank);
    return slot < block.slots && rankAt(block, slot) === rank ? { block: number, slot: slot + 1 } : undefined;
  }

  #firstAfter(list: WorkerList, place: Place): Position {
    const isAfter = ([id, name]: ListText): boolean => comparePlaces({ name, id }, place) > 0;
    const textsAt = (block: number): ListText[] => this.#textsOf(this.#listBlock(list, block));
    const block = Math.max(firstWhere(0, list.length, (one) => isAfter(textsAt(one)[0] as ListText)) - 1, 0);
    const texts = textsAt(block);
    return { block, slot: firstWhere(0, texts.length, (slot) => isAfter(texts[slot] as ListText)) };
  }

  #textsOf(block: Block): ListText[] {
    if (this.#texts?.block !== block) {
      this.#texts = { block, texts: JSON.parse(block.text().toString()) as ListText[] };
    }
    return this.#texts.texts;
  }
}
