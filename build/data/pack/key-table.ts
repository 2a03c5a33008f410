import {
  addressOf,
  fileHeaderBytes,
  type HashKey,
  homeBlock,
  tableBlockBytes,
  tableSlots,
} from '../../../lib/customers/packed-format';

/** How full the blocks are on average: fuller ones would overflow into the next more often. */
const load = 0.88;

/**
 * A hash table of keys, each with a reference. An entry is in its home block, or in one of the next ones where that is
 * full.
 */
export class KeyTable {
  readonly #hash: HashKey;
  #count = 0;
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #reference = new Uint32Array(1024);

  constructor(hash: HashKey) {
    this.#hash = hash;
  }

  add(key: string, reference: number): void {
    if (this.#count === this.#high.length) this.#grow();
    const [high, low] = this.#hash(key);
    this.#set(this.#count++, high, low, reference);
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
          return high === this.#high[first] && low === this.#low[first];
        };
        const kept = choose(
          entries.map((entry) => this.#reference[entry] as number),
          hasHash,
        );
        for (const entry of entries) {
          if (!kept.delete(this.#reference[entry] as number)) dropped.add(entry);
        }
      }
    }
    if (dropped.size === 0) return;
    let count = 0;
    for (let entry = 0; entry < this.#count; entry++) {
      if (dropped.has(entry)) continue;
      const [high, low, reference] = [this.#high[entry], this.#low[entry], this.#reference[entry]];
      this.#set(count++, high as number, low as number, reference as number);
    }
    this.#count = count;
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
        block.writeUInt32LE(this.#low[entry] ?? 0, 8 + slot * 8);
        block.writeUInt32LE(resolve(this.#reference[entry] ?? 0), 12 + slot * 8);
      }
      const address = put(block);
      start ??= address;
    }
    return { start: start ?? addressOf(0, fileHeaderBytes), blocks: homes };
  }

  #homes(): number {
    return Math.ceil(this.#count / (tableSlots * load));
  }

  /** By fingerprint: that is how functions find them. */
  #compare(a: number, b: number): number {
    return (this.#low[a] as number) - (this.#low[b] as number) || a - b;
  }

  /** @returns those of the entries whose hash others of them have, too, in groups */
  #withSameHash(entries: readonly number[]): number[][] {
    const lows = new Set<number>();
    const repeated = new Set<number>();
    for (const entry of entries) {
      const low = this.#low[entry] as number;
      if (lows.has(low)) repeated.add(low);
      else lows.add(low);
    }
    const groups = new Map<string, number[]>();
    for (const entry of repeated.size === 0 ? [] : entries) {
      if (!repeated.has(this.#low[entry] as number)) continue;
      const hash = `${this.#high[entry]} ${this.#low[entry]}`;
      const group = groups.get(hash);
      if (group) group.push(entry);
      else groups.set(hash, [entry]);
    }
    return [...groups.values()].filter(({ length }) => length > 1);
  }

  /** @returns the entries of a home block */
  #groupByHome(homes: number): (home: number) => number[] {
    const starts = new Uint32Array(homes + 1);
    const homeOf = (entry: number): number => homeBlock(this.#high[entry] ?? 0, homes);
    for (let entry = 0; entry < this.#count; entry++) (starts[homeOf(entry) + 1] as number)++;
    for (let home = 0; home < homes; home++) (starts[home + 1] as number) += starts[home] as number;
    const next = starts.slice();
    const entries = new Uint32Array(this.#count);
    for (let entry = 0; entry < this.#count; entry++) {
      const home = homeOf(entry);
      entries[next[home] as number] = entry;
      (next[home] as number)++;
    }
    return (home) => [...entries.subarray(starts[home], starts[home + 1] ?? 0)];
  }

  #set(entry: number, high: number, low: number, reference: number): void {
    this.#high[entry] = high;
    this.#low[entry] = low;
    this.#reference[entry] = reference;
  }

  #grow(): void {
    const grown = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.#high = grown(this.#high);
    this.#low = grown(this.#low);
    this.#reference = grown(this.#reference);
  }
}
