import { ownerPriority, readCard, writeCard } from '../../../lib/customers/packed-card';
import {
  blockKinds,
  type HashKey,
  hashKey,
  keyOf,
  listSlots,
  slots,
} from '../../../lib/customers/packed-format';
import { makeListText } from '../../../lib/customers/packed-lists';
import { listsOf } from '../../../lib/customers/places';
import type { Customer } from '../../../lib/model';
import { finish } from '../../../lib/steps';
import { compareText } from '../../../lib/text';
import { makeBlock, pairs } from './block';
import { chooseDictionary } from './dictionary';
import { type Packed, PackedWriter } from './files';
import { KeyTable } from './key-table';
import { Compressor } from './lz4';
import { TextStore } from './text-store';

/** The text of a records block, in bytes: larger ones compress better, smaller ones are read faster. */
const recordsBytes = 2 * 1024;

/** The customers of a worker, by rank: those whose cards are with this worker's, and those in the list. */
interface Group {
  records: number[];
  list: number[];
}

/**
 * Packs customers one at a time. Their texts are in a temporary file until all are there: in memory is what is known of
 * each, about 120 bytes, and in the end the packed files.
 */
export class CustomersPacker {
  readonly #table: KeyTable;
  readonly #groups = new Map<string, Group>();
  readonly #cards: TextStore;
  readonly #listTexts: TextStore;

  /** @param folder for temporary files; the system's when left out */
  constructor(folder?: string, hash: HashKey = hashKey) {
    this.#table = new KeyTable(hash);
    this.#cards = new TextStore(folder);
    this.#listTexts = new TextStore(folder);
  }

  /** Adds the next customer in the order of `compareCustomers`. */
  add(customer: Customer): void {
    const rank = this.#cards.add(writeCard(customer));
    for (const key of keysOf(customer)) this.#table.add(key, rank);
    const workers = listsOf(customer);
    this.#group(workers[0] ?? '').records.push(rank);
    for (const worker of workers) this.#group(worker).list.push(rank);
    this.#listTexts.add(workers.length === 0 ? '' : JSON.stringify(makeListText(customer)));
  }

  /**
   * @param maxBytes the most that the files may have together
   * @throws PackedTooLarge
   */
  finish(maxBytes: number): Packed {
    return finish(this.finishInSteps(maxBytes));
  }

  /**
   * The same, with time for something else in between.
   *
   * @returns how many customers' cards are packed, again and again, and the files in the end
   */
  *finishInSteps(maxBytes: number): Generator<number, Packed> {
    try {
      return yield* this.#pack(maxBytes);
    } finally {
      this.#cards.close();
      this.#listTexts.close();
    }
  }

  *#pack(maxBytes: number): Generator<number, Packed> {
    const groups = [...this.#groups].sort(([a], [b]) => compareText(a, b));
    const dictionary = this.#chooseDictionary();
    const compressor = new Compressor(dictionary);
    const writer = new PackedWriter(maxBytes);
    writer.put(
      makeBlock({
        kind: blockKinds.dictionary,
        slots: 0,
        raw: dictionary,
        compressed: nothing,
        textBytes: 0,
      }),
    );
    const put = (kind: number, count: number, raw: Buffer, texts: readonly Buffer[]): number => {
      const text = Buffer.concat(texts);
      const compressed = compressor.compress(text);
      return writer.put(makeBlock({ kind, slots: count, raw, compressed, textBytes: text.length }));
    };

    const references = new Uint32Array(this.#cards.count);
    let packed = 0;
    for (const [, { records }] of groups) {
      for (const { ranks, texts } of this.#blocksOf(records)) {
        let end = 0;
        const ends = texts.map(({ length }) => {
          end += length;
          return end;
        });
        const raw = pairs(...ranks.map((rank, i): Pair => [rank, ends[i] ?? 0]));
        const address = put(blockKinds.records, ranks.length, raw, texts);
        for (const [slot, rank] of ranks.entries()) references[rank] = address * slots + slot;
        packed += ranks.length;
        yield packed;
      }
    }

    const heads: number[] = [];
    const putPart = (kind: number, ranks: number[], before: Pairs, after: Pairs, worker = ''): number => {
      const refer = ranks.map((rank) => [references[rank] as number, rank] as const);
      const raw = Buffer.concat([pairs(...before, ...refer, ...after), Buffer.from(worker)]);
      const texts = ranks.flatMap((rank, i) => [i === 0 ? open : comma, this.#listTexts.get(rank)]);
      return put(kind, ranks.length, raw, [...texts, close]);
    };
    for (const [worker, { list }] of groups) {
      const parts: number[][] = [];
      for (let at = 0; at < list.length; at += listSlots) parts.push(list.slice(at, at + listSlots));
      const [first, ...rest] = parts;
      if (!first) continue;
      const more = rest.map((part): Pair => [putPart(blockKinds.more, part, [[0, 0]], []), part[0] ?? 0]);
      const head = putPart(blockKinds.list, first, [[more.length, 0]], more, JSON.stringify(worker));
      this.#table.add(keyOf.worker(worker), references.length + heads.length);
      heads.push(head * slots);
    }
    this.#table.keep((ranks, hasHash) => this.#owners(ranks, hasHash));
    const resolve = (number: number): number => references[number] ?? heads[number - references.length] ?? 0;
    const table = this.#table.write(resolve, (block) => writer.put(block));
    return writer.finish({ customers: references.length, table });
  }

  /**
   * @param numbers of entries whose keys have one hash: customers by rank, and the lists after them
   * @returns the lists, and the customers who are found by one of the keys
   */
  #owners(numbers: readonly number[], hasHash: (key: string) => boolean): Set<number> {
    const kept = new Set(numbers.filter((number) => number >= this.#cards.count));
    const owners = new Map<string, { rank: number; priority: number }>();
    for (const rank of numbers) {
      if (rank >= this.#cards.count) continue;
      const customer = readCard(this.#cards.get(rank).toString());
      for (const key of keysOf(customer).filter(hasHash)) {
        const priority = ownerPriority(customer, key.slice(1), rank);
        if (priority < (owners.get(key)?.priority ?? Number.POSITIVE_INFINITY))
          owners.set(key, { rank, priority });
      }
    }
    for (const { rank } of owners.values()) kept.add(rank);
    return kept;
  }

  #group(worker: string): Group {
    const present = this.#groups.get(worker);
    if (present) return present;
    const made = { records: [], list: [] };
    this.#groups.set(worker, made);
    return made;
  }

  #chooseDictionary(): Buffer {
    const textOf = (rank: number): Buffer[] => [this.#listTexts.get(rank), this.#cards.get(rank)];
    return chooseDictionary(this.#cards.count, this.#cards.total + this.#listTexts.total, textOf);
  }

  /** Groups customers into blocks. */
  *#blocksOf(ranks: readonly number[]): Generator<{ ranks: number[]; texts: Buffer[] }> {
    let block: { ranks: number[]; texts: Buffer[] } = { ranks: [], texts: [] };
    let bytes = 0;
    for (const rank of ranks) {
      const text = this.#cards.get(rank);
      const isFull = block.ranks.length === slots || bytes + text.length > recordsBytes;
      if (isFull && block.ranks.length > 0) {
        yield block;
        [block, bytes] = [{ ranks: [], texts: [] }, 0];
      }
      block.ranks.push(rank);
      block.texts.push(text);
      bytes += text.length;
    }
    if (block.ranks.length > 0) yield block;
  }
}

/** @returns the keys of the table that lead to a customer */
function keysOf({ customer_id, channels }: Customer): string[] {
  return [keyOf.id(customer_id), ...new Set(channels.map(({ key }) => keyOf.address(key)))];
}

type Pair = readonly [number, number];
type Pairs = readonly Pair[];

const nothing = new Uint8Array(0);
const [open, comma, close] = ['[', ',', ']'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
