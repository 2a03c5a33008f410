import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a file can be removed while it is open, as it is except on Windows, it is gone however the process ends. */
const canRemoveOpen = process.platform !== 'win32';

/** Texts by number: the first ones, and in the end all but the last ones, are in a temporary file. */
export class TextStore {
  #count = 0;
  /** Where each text ends; the first one begins at 0. */
  #ends = new Float64Array(1024);
  /** The texts that are not in the file yet. */
  #buffer: Buffer;
  #buffered = 0;
  #written = 0;
  #file: { descriptor: number; folder: string } | undefined;

  /** @param size how many bytes are kept in memory */
  constructor(size = 8 * 1024 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  get count(): number {
    return this.#count;
  }

  /** The length of all texts together, in bytes. */
  get total(): number {
    return this.#written + this.#buffered;
  }

  /** @returns the text's number: they are numbered from 0 */
  add(text: string): number {
    const bytes = Buffer.byteLength(text);
    if (this.#buffered + bytes > this.#buffer.length) this.#flush();
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    this.#buffered += this.#buffer.write(text, this.#buffered);
    if (this.#count === this.#ends.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#ends[this.#count] = this.total;
    return this.#count++;
  }

  /** @returns the text in UTF-8 */
  get(number: number): Buffer {
    const start = number === 0 ? 0 : (this.#ends[number - 1] as number);
    const bytes = (this.#ends[number] as number) - start;
    const inBuffer = start - this.#written;
    if (inBuffer >= 0) return this.#buffer.subarray(inBuffer, inBuffer + bytes);
    const text = Buffer.allocUnsafe(bytes);
    readSync(this.#file?.descriptor as number, text, 0, bytes, start);
    return text;
  }

  /** Removes the file. */
  close(): void {
    if (this.#file) {
      closeSync(this.#file.descriptor);
      rmSync(this.#file.folder, { recursive: true, force: true });
    }
    this.#file = undefined;
  }

  #flush(): void {
    this.#file ??= openTemporary();
    const { descriptor } = this.#file;
    for (let from = 0; from < this.#buffered; ) {
      from += writeSync(descriptor, this.#buffer, from, this.#buffered - from, this.#written + from);
    }
    this.#written += this.#buffered;
    this.#buffered = 0;
  }
}

function openTemporary(): { descriptor: number; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pack-customers-'));
  const descriptor = openSync(join(folder, 'texts'), 'wx+');
  if (canRemoveOpen) rmSync(folder, { recursive: true, force: true });
  return { descriptor, folder };
}
