import { minMatch } from '../../../lib/customers/lz4';

/** The format's rules: the last bytes are literals, and the last match begins before them. */
const lastLiterals = 5;
const lastMatch = 12;

/** How far back a match may reach. */
const maxOffset = 65_535;

/** How many places with the same hash are compared: more compress better, and take longer. */
const maxTries = 24;

const hashBits = 13;

/**
 * Compresses texts as blocks of LZ4, each by itself, with a dictionary that all have in common. It is not a library's: those
 * for JavaScript have no dictionaries, and the native ones write other bytes in each version.
 */
export class Compressor {
  readonly #dictionary: Uint8Array;
  /** The dictionary, and behind it the text. */
  #window: Uint8Array;
  /** For each place of the window, the one before it with the same hash. */
  #previous: Int32Array;
  readonly #heads = new Int32Array(2 ** hashBits);
  readonly #dictionaryHeads: Int32Array;
  #out = new Uint8Array(0);

  constructor(dictionary: Uint8Array) {
    this.#dictionary = dictionary;
    this.#window = Uint8Array.from(dictionary);
    this.#previous = new Int32Array(dictionary.length);
    this.#heads.fill(-1);
    for (let at = 0; at + minMatch <= dictionary.length; at++) this.#insert(at);
    this.#dictionaryHeads = this.#heads.slice();
  }

  /** @returns the block; it is valid until the next one is made */
  compress(text: Uint8Array): Uint8Array {
    const start = this.#dictionary.length;
    this.#prepare(text);
    const end = start + text.length;
    let [to, literalsFrom, at] = [0, start, start];
    let match = { length: 0, from: 0 };
    const step = (): void => {
      match = this.#longest(at, end - lastLiterals);
      this.#insert(at);
    };
    while (at <= end - lastMatch) {
      step();
      if (match.length < minMatch) {
        at++;
        continue;
      }
      // A match that begins one byte later may be longer.
      for (let first = match; at < end - lastMatch; first = match) {
        at++;
        step();
        if (match.length > first.length) continue;
        match = first;
        at--;
        break;
      }
      to = this.#write(to, literalsFrom, at, { length: match.length, offset: at - match.from });
      const after = at + match.length;
      for (at += 2; at < after; at++) this.#insert(at);
      at = after;
      literalsFrom = after;
    }
    return this.#out.subarray(0, this.#write(to, literalsFrom, end, undefined));
  }

  #prepare(text: Uint8Array): void {
    const [start, length] = [this.#dictionary.length, this.#dictionary.length + text.length];
    if (this.#window.length < length) {
      const [window, previous] = [new Uint8Array(length * 2), new Int32Array(length * 2)];
      window.set(this.#dictionary);
      previous.set(this.#previous.subarray(0, start));
      [this.#window, this.#previous] = [window, previous];
    }
    this.#window.set(text, start);
    this.#heads.set(this.#dictionaryHeads);
    const most = text.length + Math.ceil(text.length / 255) + 16;
    if (this.#out.length < most) this.#out = new Uint8Array(most * 2);
  }

  #hash(at: number): number {
    const window = this.#window;
    const bytes =
      (window[at] as number) |
      ((window[at + 1] as number) << 8) |
      ((window[at + 2] as number) << 16) |
      ((window[at + 3] as number) << 24);
    return Math.imul(bytes, 0x9e3779b1) >>> (32 - hashBits);
  }

  #insert(at: number): void {
    const hash = this.#hash(at);
    this.#previous[at] = this.#heads[hash] as number;
    this.#heads[hash] = at;
  }

  /** @returns the longest match that ends before `limit`, the nearest one of equal ones */
  #longest(at: number, limit: number): { length: number; from: number } {
    const [window, previous] = [this.#window, this.#previous];
    let [length, best] = [0, 0];
    let from = this.#heads[this.#hash(at)] as number;
    for (let tries = maxTries; from >= 0 && at - from <= maxOffset && tries > 0; tries--) {
      if (window[from + length] === window[at + length]) {
        let same = 0;
        while (at + same < limit && window[from + same] === window[at + same]) same++;
        if (same > length) [length, best] = [same, from];
      }
      from = previous[from] as number;
    }
    return { length, from: best };
  }

  /** Writes the literals up to a place and, but for the last ones, a match. @returns where the next ones go */
  #write(start: number, from: number, until: number, match?: { length: number; offset: number }): number {
    const out = this.#out;
    let to = start + 1;
    const writeRest = (rest: number): void => {
      for (; rest >= 255; rest -= 255) out[to++] = 255;
      out[to++] = rest;
    };
    const literals = until - from;
    const length = match ? match.length - minMatch : 0;
    out[start] = (Math.min(literals, 15) << 4) | Math.min(length, 15);
    if (literals >= 15) writeRest(literals - 15);
    out.set(this.#window.subarray(from, until), to);
    to += literals;
    if (!match) return to;
    out[to++] = match.offset & 255;
    out[to++] = match.offset >>> 8;
    if (length >= 15) writeRest(length - 15);
    return to;
  }
}
