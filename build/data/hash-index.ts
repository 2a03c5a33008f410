import { firstWhere } from '../../lib/binary-search';
import { type HashKey, hashKey } from '../../lib/customers/packed-format';

/**
 * Finds positions by text in 8 bytes for each: sorted numbers of a hash and a position. Texts can have the same hash: what
 * is found has to be compared with the texts themselves.
 */
export class HashIndex {
  readonly #hash: (text: string) => number;
  /** The numbers are hash × this + position. */
  readonly #factor: number;
  #entries = new Float64Array(1024);
  #count = 0;

  /** @param positions all positions are below */
  constructor(positions: number, hash: HashKey = hashKey) {
    const bits = 53 - Math.ceil(Math.log2(Math.max(2, positions)));
    this.#factor = 2 ** (53 - bits);
    this.#hash = (text) => {
      const [high, low] = hash(text);
      return Math.floor(high * 2 ** (bits - 32)) + Math.floor(low * 2 ** (bits - 64));
    };
  }

  add(text: string, position: number): void {
    if (this.#count === this.#entries.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries[this.#count++] = this.#hash(text) * this.#factor + position;
  }

  /** Sorts what was added: only then can anything be found. */
  sort(): void {
    this.#entries = this.#entries.subarray(0, this.#count).sort();
  }

  /** @returns the positions of texts with the hash of this one, in order; none or one nearly always */
  find(text: string): number[] {
    const first = this.#hash(text) * this.#factor;
    const found: number[] = [];
    const from = firstWhere(0, this.#count, (at) => (this.#entries[at] as number) >= first);
    for (let at = from; at < this.#count; at++) {
      const position = (this.#entries[at] as number) - first;
      if (position >= this.#factor) break;
      found.push(position);
    }
    return found;
  }

  /** @returns the positions whose texts have a hash that another one has, too */
  *shared(): Generator<number> {
    const hashAt = (at: number): number => Math.floor((this.#entries[at] ?? -1) / this.#factor);
    for (let at = 0; at < this.#count; at++) {
      const hash = hashAt(at);
      if (hash === hashAt(at - 1) || hash === hashAt(at + 1))
        yield (this.#entries[at] as number) % this.#factor;
    }
  }
}
