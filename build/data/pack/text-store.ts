import { NumberList } from '../../../lib/large-files/number-list';
import { TemporaryFile } from '../temporary-file';

/** Texts by number: the first ones, and in the end all but the last ones, are in a temporary file. */
export class TextStore {
  /** Where each text ends; the first one begins at 0. */
  readonly #ends = new NumberList('offsets');
  readonly #file: TemporaryFile;
  /** The texts that are not in the file yet. */
  #buffer: Buffer;
  #buffered = 0;

  /**
   * @param folder for the temporary file; the system's when left out
   * @param size how many bytes are kept in memory
   */
  constructor(folder?: string, size = 8 * 1024 * 1024) {
    this.#file = new TemporaryFile('packed customers', folder);
    this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  get count(): number {
    return this.#ends.length;
  }

  /** The length of all texts together, in bytes. */
  get total(): number {
    return this.#file.length + this.#buffered;
  }

  /**
   * @returns the text's number: they are numbered from 0
   * @throws Error when there is no room for the temporary file
   */
  add(text: string): number {
    const bytes = Buffer.byteLength(text);
    if (this.#buffered + bytes > this.#buffer.length) this.#flush();
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    this.#buffered += this.#buffer.write(text, this.#buffered);
    this.#ends.push(this.total);
    return this.#ends.length - 1;
  }

  /** @returns the text in UTF-8 */
  get(number: number): Buffer {
    const start = number === 0 ? 0 : this.#ends.at(number - 1);
    const bytes = this.#ends.at(number) - start;
    const inBuffer = start - this.#file.length;
    return inBuffer >= 0 ? this.#buffer.subarray(inBuffer, inBuffer + bytes) : this.#file.read(start, bytes);
  }

  /** Removes the file. */
  close(): void {
    this.#file.close();
  }

  #flush(): void {
    this.#file.append(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}
