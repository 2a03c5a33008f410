import type { ListText } from '../../../lib/customers/packed-customers';
import { blockKinds, type HashKey, hashKey, keyOf, slots } from '../../../lib/customers/packed-format';
import { listsOf } from '../../../lib/customers/places';
import { searchText } from '../../../lib/customers/search';
import type { Customer } from '../../../lib/model';
import { compareText } from '../../../lib/text';
import { deflate, makeBlock, pairs } from './block';
import { layOut, type Packed } from './files';
import { KeyTable } from './key-table';

/** The text of a records block, in bytes: larger ones compress better, smaller ones are read faster. */
const recordsBytes = 6 * 1024;

/** A text that is still growing, or its compressed form. */
interface Text {
  parts: string[];
  bytes: number;
  deflated?: Uint8Array;
}

/** A block of records. Its number is its place in the order of creation. */
interface Records extends Text {
  /** `[rank, end of the text]` of each customer. */
  slots: [number, number][];
}

/** A part of a worker's list. */
interface Listed extends Text {
  /** `[number of the records block and slot, rank]` of each customer. */
  slots: [number, number][];
}

interface Group {
  records: number[];
  list: Listed[];
}

/**
 * Packs customers one at a time. It keeps the compressed blocks, the keys' hashes, and the blocks that are not full yet:
 * about 150 bytes for a customer.
 */
export class CustomersPacker {
  readonly #table: KeyTable;
  readonly #groups = new Map<string, Group>();
  readonly #records: Records[] = [];
  #count = 0;

  constructor(hash: HashKey = hashKey) {
    this.#table = new KeyTable(hash);
  }

  /** Adds the next customer in the order of `compareCustomers`. */
  add(customer: Customer): void {
    const rank = this.#count++;
    const workers = listsOf(customer);
    const reference = this.#addRecord(this.#group(workers[0] ?? ''), JSON.stringify(customer), rank);
    this.#table.add(keyOf.id(customer.customer_id), reference, rank);
    // Of equal addresses, `AssetCustomers` takes the last primary one, or else the first one.
    for (const key of new Set(customer.channels.map((channel) => channel.key))) {
      this.#table.add(keyOf.address(key), reference, customer.primary_for?.includes(key) ? -rank - 1 : rank);
    }
    if (workers.length === 0) return;
    const { written, name, ids, numbers } = searchText(customer);
    const text: ListText = [customer.customer_id, written, name === written ? 0 : name, ids, numbers];
    const json = JSON.stringify(text);
    for (const worker of workers) addListed(this.#group(worker), json, [reference, rank]);
  }

  /**
   * @param maxBytes the most that the files may have together
   * @throws PackedTooLarge
   */
  finish(maxBytes: number): Packed {
    return layOut(this.#count, maxBytes, (put) => {
      const groups = [...this.#groups].sort(([a], [b]) => compareText(a, b));
      const addresses: number[] = [];
      for (const [, group] of groups) {
        for (const number of group.records) {
          const records = this.#records[number] as Records;
          const text = closed(records, '');
          addresses[number] = put(
            makeBlock(blockKinds.records, records.slots.length, pairs(...records.slots), text),
          );
        }
      }
      const resolve = (reference: number): number =>
        (addresses[Math.floor(reference / slots)] as number) * slots + (reference % slots);
      const heads: number[] = [];
      for (const [worker, { list }] of groups) {
        const [first, ...rest] = list;
        if (!first) continue;
        const refer = (one: Listed) => one.slots.map(([ref, rank]) => [resolve(ref), rank] as const);
        const more = rest.map((one) => {
          const raw = pairs([0, 0], ...refer(one));
          const address = put(makeBlock(blockKinds.more, one.slots.length, raw, closed(one, ']')));
          return [address, one.slots[0]?.[1] ?? 0] as const;
        });
        const raw = Buffer.concat([
          pairs([more.length, 0], ...refer(first), ...more),
          Buffer.from(JSON.stringify(worker)),
        ]);
        const head = put(makeBlock(blockKinds.list, first.slots.length, raw, closed(first, ']')));
        this.#table.add(keyOf.worker(worker), this.#records.length * slots + heads.length);
        heads.push(head * slots);
      }
      const firstHead = this.#records.length * slots;
      return this.#table.build((one) =>
        one < firstHead ? resolve(one) : (heads[one - firstHead] as number),
      );
    });
  }

  #group(worker: string): Group {
    const present = this.#groups.get(worker);
    if (present) return present;
    const made = { records: [], list: [] };
    this.#groups.set(worker, made);
    return made;
  }

  /** @returns the record's block by its number, and its slot */
  #addRecord(group: Group, json: string, rank: number): number {
    const bytes = Buffer.byteLength(json);
    let number = group.records.at(-1);
    let block = number === undefined ? undefined : this.#records[number];
    if (
      number === undefined ||
      !block ||
      block.slots.length === slots ||
      block.bytes + bytes > recordsBytes
    ) {
      if (block) closed(block, '');
      number = this.#records.length;
      block = { parts: [], bytes: 0, slots: [] };
      this.#records.push(block);
      group.records.push(number);
    }
    block.parts.push(json);
    block.bytes += bytes;
    block.slots.push([rank, block.bytes]);
    return number * slots + block.slots.length - 1;
  }
}

function addListed({ list }: Group, json: string, slot: [number, number]): void {
  let block = list.at(-1);
  if (!block || block.slots.length === slots) {
    if (block) closed(block, ']');
    block = { parts: [], bytes: 0, slots: [] };
    list.push(block);
  }
  const part = `${block.parts.length === 0 ? '[' : ','}${json}`;
  block.parts.push(part);
  block.bytes += Buffer.byteLength(part);
  block.slots.push(slot);
}

/** Compresses a text, once. */
function closed(text: Text, end: string): { deflated: Uint8Array; bytes: number } {
  if (!text.deflated) {
    const whole = Buffer.from(text.parts.join('') + end);
    text.bytes = whole.length;
    text.deflated = deflate(whole);
    text.parts = [];
  }
  return { deflated: text.deflated, bytes: text.bytes };
}
