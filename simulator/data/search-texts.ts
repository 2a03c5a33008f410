import { firstWhere } from '../../lib/binary-search';
import { makeListText, toSearchText } from '../../lib/customers/packed-lists';
import type { Search, SearchText } from '../../lib/customers/search';
import { NumberList } from '../../lib/large-files/number-list';
import type { Customer } from '../../lib/model';
import { compactTexts, parseText, searchedText } from './compact-texts';
import { Turns } from './turns';

/** The length of a chunk of texts, in bytes. */
const chunkBytes = 1024 * 1024;

/** What the search compares, for each customer: about 70 bytes, outside of the heap. */
export class SearchTexts {
  readonly #chunks: Buffer[] = [];
  /** Of each chunk, the number of its first text. */
  readonly #firsts: number[] = [];
  /** Where each text ends in its chunk. */
  readonly #ends = new NumberList('counts');
  /** The rank of each text's customer, and the other way round. */
  readonly #ranks = new NumberList('counts');
  readonly #texts: Uint32Array;
  #open = Buffer.alloc(chunkBytes);
  #length = 0;

  /** @param count the number of customers */
  constructor(count: number) {
    this.#texts = new Uint32Array(count);
  }

  /** The number of customers who have been added. */
  get count(): number {
    return this.#ends.length;
  }

  has(rank: number): boolean {
    return this.#ranks.at(this.#texts[rank] as number) === rank && this.count > 0;
  }

  add(rank: number, customer: Customer): void {
    this.addList([rank], Buffer.from(JSON.stringify([makeListText(customer)])));
  }

  /**
   * Adds those of a list who are not there yet.
   *
   * @param texts their `ListText`s, as one JSON array
   */
  addList(ranks: readonly number[], texts: Uint8Array): void {
    compactTexts(texts, (slot, text) => {
      const rank = ranks[slot] as number;
      if (!this.has(rank)) this.#add(rank, text);
    });
  }

  /** @returns the texts of the customer with a rank */
  at(rank: number): SearchText {
    const text = this.#texts[rank] as number;
    const chunk = this.#chunkOf(text);
    const start = text === this.#firsts[chunk] ? 0 : this.#ends.at(text - 1);
    return toSearchText(
      parseText((this.#chunks[chunk] as Buffer).toString('utf8', start, this.#ends.at(text))),
    );
  }

  /**
   * Finds the customers who may match: `matchesSearch` decides.
   *
   * @returns a 1 at the rank of each
   */
  async candidates({ words, written, number }: Search): Promise<Uint8Array> {
    if (words.length === 0) return this.#withText(written);
    const found = new Uint8Array(this.#texts.length).fill(1);
    for (const { joined, parts, digits } of words) {
      const ofWord = await this.#withText(joined);
      if (parts.length > 1) {
        const withAll = new Uint8Array(this.#texts.length).fill(1);
        for (const part of parts) keepBoth(withAll, await this.#withText(part));
        addAll(ofWord, withAll);
      }
      if (digits !== '') addAll(ofWord, await this.#withText(digits));
      keepBoth(found, ofWord);
    }
    if (number !== '') addAll(found, await this.#withText(number));
    return found;
  }

  /** Looks through the bytes of all texts, chunk by chunk, so that others have their turn in between. */
  async #withText(wanted: string): Promise<Uint8Array> {
    const found = new Uint8Array(this.#texts.length);
    const needle = Buffer.from(searchedText(wanted));
    const turns = new Turns();
    for (const [number, chunk] of this.#chunks.entries()) {
      if (turns.isOver) await turns.next();
      const stop = this.#firsts[number + 1] ?? this.#ends.length;
      const length = this.#ends.at(stop - 1);
      let text = this.#firsts[number] as number;
      for (let at = chunk.indexOf(needle); at >= 0 && at < length; ) {
        text = this.#textAt(at, text, stop);
        found[this.#ranks.at(text)] = 1;
        at = chunk.indexOf(needle, this.#ends.at(text));
      }
    }
    return found;
  }

  #add(rank: number, text: Uint8Array): void {
    if (this.#chunks.length === 0 || this.#length + text.length > this.#open.length) this.#addChunk(text);
    this.#open.set(text, this.#length);
    this.#length += text.length;
    this.#texts[rank] = this.#ends.length;
    this.#ends.push(this.#length);
    this.#ranks.push(rank);
  }

  #addChunk(text: Uint8Array): void {
    this.#open = Buffer.alloc(Math.max(chunkBytes, text.length));
    this.#chunks.push(this.#open);
    this.#firsts.push(this.#ends.length);
    this.#length = 0;
  }

  #chunkOf(text: number): number {
    return firstWhere(0, this.#firsts.length, (chunk) => (this.#firsts[chunk] as number) > text) - 1;
  }

  #textAt(offset: number, from: number, stop: number): number {
    // The next hit is most often in the next texts.
    if (offset < this.#ends.at(from)) return from;
    return firstWhere(from, stop, (text) => this.#ends.at(text) > offset);
  }
}

/** Clears in `found` what is not in `others`, too. */
function keepBoth(found: Uint8Array, others: Uint8Array): void {
  for (let rank = 0; rank < found.length; rank++)
    found[rank] = (found[rank] as number) & (others[rank] as number);
}

function addAll(found: Uint8Array, others: Uint8Array): void {
  for (let rank = 0; rank < found.length; rank++)
    found[rank] = (found[rank] as number) | (others[rank] as number);
}
