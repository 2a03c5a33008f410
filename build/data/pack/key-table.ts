import {
  addressOf,
  fileHeaderBytes,
  type HashKey,
  homeBlock,
  tableBlockBytes,
  tableSlots,
} from '../../../lib/customers/packed-format';
import { NumberList } from '../../../lib/large-files/number-list';

/** How full the blocks are on average: fuller ones would overflow into the next more often. */
const load = 0.88;

/**
 * A hash table of keys, each with a reference. An entry is in its home block, or in one of the next ones where that is
 * full.
 */
export class KeyTable {
  readonly #hash: HashKey;
  /** Of each entry. */
  #high = new NumberList('counts');
  #low = new NumberList('counts');
  #reference = new NumberList('counts');

  constructor(hash: HashKey) {
    this.#hash = hash;
  }

  add(key: string, reference: number): void {
    const [high, low] = this.#hash(key);
    this.#high.push(high);
    this.#low.push(low);
    this.#reference.push(reference);
  }

  /**
   * Drops entries that are not needed: those of an address that many share would fill block after block.
   *
   * @param choose gets the references of entries with the same hash, and tells which of them stay, each once
   */
  keep(choose: (references: number[], hasHash: (key: string) => boolean) => Set<number>): void {
    const homes = this.#homes();
    const byHome = this.#groupByHome(homes);
    const dropped = new Set<number>();
    for (let home = 0; home < homes; home++) {
      for (const entries of this.#withSameHash(byHome(home))) {
        const [first = 0] = entries;
        const hasHash = (key: string): boolean => {
          const [high, low] = this.#hash(key);
          return high === this.#high.at(first) && low === this.#low.at(first);
        };
        const kept = choose(
          entries.map((entry) => this.#reference.at(entry)),
          hasHash,
        );
        for (const entry of entries) {
          if (!kept.delete(this.#reference.at(entry))) dropped.add(entry);
        }
      }
    }
    if (dropped.size === 0) return;
    const without = (numbers: NumberList): NumberList => {
      const kept = new NumberList('counts');
      for (let entry = 0; entry < numbers.length; entry++) {
        if (!dropped.has(entry)) kept.push(numbers.at(entry));
      }
      return kept;
    };
    this.#high = without(this.#high);
    this.#low = without(this.#low);
    this.#reference = without(this.#reference);
  }

  /**
   * @param resolve returns the final reference for one that was added
   * @param put gets the blocks in order, without their checksums, and returns their addresses
   * @returns where the first block is, and how many home blocks there are
   */
  write(
    resolve: (reference: number) => number,
    put: (block: Buffer) => number,
  ): { start: number; blocks: number } {
    const homes = this.#homes();
    let start: number | undefined;
    let waiting: number[] = [];
    const byHome = this.#groupByHome(homes);
    for (let home = 0; home < homes || waiting.length > 0; home++) {
      const entries = home < homes ? byHome(home).sort((a, b) => this.#compare(a, b)) : [];
      waiting = waiting.concat(entries);
      const own = waiting.slice(0, tableSlots).sort((a, b) => this.#compare(a, b));
      waiting = waiting.slice(tableSlots);
      const block = Buffer.alloc(tableBlockBytes);
      block.writeUInt16LE(own.length, 4);
      block.writeUInt16LE(waiting.length > 0 ? 1 : 0, 6);
      for (const [slot, entry] of own.entries()) {
        block.writeUInt32LE(this.#low.at(entry), 8 + slot * 8);
        block.writeUInt32LE(resolve(this.#reference.at(entry)), 12 + slot * 8);
      }
      const address = put(block);
      start ??= address;
    }
    return { start: start ?? addressOf(0, fileHeaderBytes), blocks: homes };
  }

  #homes(): number {
    return Math.ceil(this.#low.length / (tableSlots * load));
  }

  /** By fingerprint: that is how functions find them. */
  #compare(a: number, b: number): number {
    return this.#low.at(a) - this.#low.at(b) || a - b;
  }

  /** @returns those of the entries whose hash others of them have, too, in groups */
  #withSameHash(entries: readonly number[]): number[][] {
    const lows = new Set<number>();
    const repeated = new Set<number>();
    for (const entry of entries) {
      const low = this.#low.at(entry);
      if (lows.has(low)) repeated.add(low);
      else lows.add(low);
    }
    const groups = new Map<string, number[]>();
    for (const entry of repeated.size === 0 ? [] : entries) {
      if (!repeated.has(this.#low.at(entry))) continue;
      const hash = `${this.#high.at(entry)} ${this.#low.at(entry)}`;
      const group = groups.get(hash);
      if (group) group.push(entry);
      else groups.set(hash, [entry]);
    }
    return [...groups.values()].filter(({ length }) => length > 1);
  }

  /** @returns the entries of a home block */
  #groupByHome(homes: number): (home: number) => number[] {
    const { length } = this.#high;
    const starts = new Uint32Array(homes + 1);
    const homeOf = (entry: number): number => homeBlock(this.#high.at(entry), homes);
    for (let entry = 0; entry < length; entry++) (starts[homeOf(entry) + 1] as number)++;
    for (let home = 0; home < homes; home++) (starts[home + 1] as number) += starts[home] as number;
    const next = starts.slice();
    const entries = new Uint32Array(length);
    for (let entry = 0; entry < length; entry++) {
      const home = homeOf(entry);
      entries[next[home] as number] = entry;
      (next[home] as number)++;
    }
    return (home) => [...entries.subarray(starts[home], starts[home + 1] ?? 0)];
  }
}
