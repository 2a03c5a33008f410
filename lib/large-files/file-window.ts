import { readSync } from 'node:fs';

/** How much is read at once where parts are read one after another, and where they are not; in bytes. */
const [ahead, nearby] = [256 * 1024, 8 * 1024];

/** Reads parts of a file. Neighbors are read together. */
export class FileWindow {
  readonly #file: number;
  #bytes = Buffer.alloc(0);
  #start = 0;

  /** @param file its descriptor */
  constructor(file: number) {
    this.#file = file;
  }

  /** @returns the bytes from `start` up to `end`, or to the end of the file; valid until the file changes */
  read(start: number, end: number): Buffer {
    const stop = this.#start + this.#bytes.length;
    if (start < this.#start || end > stop) {
      const isNext = start >= this.#start && start <= stop;
      const wanted = Math.max(end - start, isNext ? ahead : nearby);
      // Not into the same buffer: parts that were returned are still in use.
      const bytes = Buffer.allocUnsafe(wanted);
      this.#bytes = bytes.subarray(0, readSync(this.#file, bytes, 0, wanted, start));
      this.#start = start;
    }
    return this.#bytes.subarray(start - this.#start, end - this.#start);
  }
}
