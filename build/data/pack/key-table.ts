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
 * full. The entries of one key are in the order of their priorities: the first one is found.
 */
export class KeyTable {
  readonly #hash: HashKey;
  #count = 0;
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #reference = new Uint32Array(1024);
  #priority = new Int32Array(1024);

  constructor(hash: HashKey) {
    this.#hash = hash;
  }

  /** @param priority the entry with the lowest one is found first */
  add(key: string, reference: number, priority = 0): void {
    if (this.#count === this.#high.length) this.#grow();
    const [high, low] = this.#hash(key);
    const at = this.#count++;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#reference[at] = reference;
    this.#priority[at] = priority;
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
    const homes = Math.ceil(this.#count / (tableSlots * load));
    let start: number | undefined;
    let waiting: number[] = [];
    const byHome = this.#groupByHome(homes);
    for (let home = 0; home < homes || waiting.length > 0; home++) {
      waiting = waiting.concat(byHome(home));
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

  /** By fingerprint: that is how functions find them. Those of one key are in the order of their priorities. */
  #compare(a: number, b: number): number {
    return (
      (this.#low[a] as number) - (this.#low[b] as number) ||
      (this.#priority[a] as number) - (this.#priority[b] as number) ||
      a - b
    );
  }

  /** @returns the entries of a home block, in order */
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
    const compare = this.#compare.bind(this);
    return (home) => [...entries.subarray(starts[home], starts[home + 1] ?? 0)].sort(compare);
  }

  #grow(): void {
    const length = this.#high.length * 2;
    const grown = <T extends Uint32Array | Int32Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.#high = grown(this.#high, new Uint32Array(length));
    this.#low = grown(this.#low, new Uint32Array(length));
    this.#reference = grown(this.#reference, new Uint32Array(length));
    this.#priority = grown(this.#priority, new Int32Array(length));
  }
}
