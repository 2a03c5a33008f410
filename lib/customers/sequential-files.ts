import type { BlockSource } from './packed-blocks';
import { placeOfAddress } from './packed-format';

/** How much is read at once. */
const windowBytes = 256 * 1024;

/** The files of a packed set, for tools that read block after block: a call of the system for each takes most of the time. */
export class SequentialFiles implements BlockSource {
  readonly #files: BlockSource;
  readonly #window = new Uint8Array(windowBytes);
  #start = { file: -1, offset: 0 };
  #length = 0;

  constructor(files: BlockSource) {
    this.#files = files;
  }

  get seed(): number {
    return this.#files.seed;
  }

  get dictionary(): Uint8Array {
    return this.#files.dictionary;
  }

  read(address: number, into: Uint8Array, length: number): number {
    if (length > windowBytes) return this.#files.read(address, into, length);
    const { file, offset } = placeOfAddress(address);
    const { file: present, offset: from } = this.#start;
    if (file !== present || offset < from || offset + length > from + this.#length) {
      this.#length = this.#files.read(address, this.#window, windowBytes);
      this.#start = { file, offset };
    }
    const at = offset - this.#start.offset;
    const found = this.#window.subarray(at, Math.min(at + length, this.#length));
    into.set(found);
    return found.length;
  }

  damaged(address: number): Error {
    return this.#files.damaged(address);
  }
}
