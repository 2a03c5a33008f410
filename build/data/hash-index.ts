import { firstWhere } from '../../lib/binary-search';
import { type HashKey, hashKey } from '../../lib/customers/packed-format';
import { NumberList } from '../../lib/large-files/number-list';

/**
 * Finds positions by text in 8 bytes for each: sorted numbers of a hash and a position. Texts can have the same hash: what
 * is found has to be compared with the texts themselves.
 */
export class HashIndex {
  readonly #hash: (text: string) => number;
  /** The numbers are hash × this + position. */
  readonly #factor: number;
  readonly #entries = new NumberList('offsets');

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
    this.#entries.push(this.#hash(text) * this.#factor + position);
  }

  /** Sorts what was added: only then can anything be found. */
  sort(): void {
    this.#entries.sort();
  }

  /** @returns the positions of texts with the hash of this one, in order; none or one nearly always */
  find(text: string): number[] {
    const first = this.#hash(text) * this.#factor;
    const found: number[] = [];
    const { length } = this.#entries;
    for (let at = firstWhere(0, length, (at) => this.#entries.at(at) >= first); at < length; at++) {
      const position = this.#entries.at(at) - first;
      if (position >= this.#factor) break;
      found.push(position);
    }
    return found;
  }

  /** @returns the positions whose texts have a hash that another one has, too */
  *shared(): Generator<number> {
    const { length } = this.#entries;
    const hasHash = (at: number, hash: number): boolean =>
      at >= 0 && at < length && Math.floor(this.#entries.at(at) / this.#factor) === hash;
    for (let at = 0; at < length; at++) {
      const entry = this.#entries.at(at);
      const hash = Math.floor(entry / this.#factor);
      if (hasHash(at - 1, hash) || hasHash(at + 1, hash)) yield entry % this.#factor;
    }
  }
}
