import { hashKey } from '../customers/packed-format';
import { NumberList } from './number-list';

/**
 * Positions by key, in about 25 bytes a key. It keeps hashes of 64 bits instead of the keys: whoever must be certain
 * compares the key at the position.
 */
export class KeyIndex {
  readonly #high = new NumberList('counts');
  readonly #low = new NumberList('counts');
  readonly #positions = new NumberList('counts');
  /** The entry before, of the same bucket, plus one. */
  readonly #before = new NumberList('counts');
  #buckets = new Uint32Array(1024);

  add(key: string, position: number): void {
    const [high, low] = hashKey(key);
    const entry = this.#high.length;
    if (entry === this.#buckets.length) this.#grow();
    const bucket = high & (this.#buckets.length - 1);
    this.#high.push(high);
    this.#low.push(low);
    this.#positions.push(position);
    this.#before.push(this.#buckets[bucket] as number);
    this.#buckets[bucket] = entry + 1;
  }

  /** @returns the positions that were added with a key, in ascending order */
  find(key: string): number[] {
    const [high, low] = hashKey(key);
    const found: number[] = [];
    let next = this.#buckets[high & (this.#buckets.length - 1)] as number;
    for (; next > 0; next = this.#before.at(next - 1)) {
      const isSame = this.#high.at(next - 1) === high && this.#low.at(next - 1) === low;
      if (isSame) found.push(this.#positions.at(next - 1));
    }
    return found.sort((a, b) => a - b);
  }

  #grow(): void {
    this.#buckets = new Uint32Array(this.#buckets.length * 2);
    for (let entry = 0; entry < this.#high.length; entry++) {
      const bucket = this.#high.at(entry) & (this.#buckets.length - 1);
      this.#before.set(entry, this.#buckets[bucket] as number);
      this.#buckets[bucket] = entry + 1;
    }
  }
}
