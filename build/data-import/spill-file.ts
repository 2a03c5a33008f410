import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FileWindow } from '../../lib/large-files/file-window';
import { NumberList } from '../../lib/large-files/number-list';

/** A list that may be too long for the memory. */
export interface LongList<T> extends Iterable<T> {
  readonly length: number;
}

/** How much is collected before it is written, in characters. */
const batch = 256 * 1024;

/** A list of values of JSON, in a file. */
export class SpillFile<T> implements LongList<T> {
  readonly #path: string;
  readonly #ends = new NumberList('offsets');
  #file: number | undefined;
  #window: FileWindow | undefined;
  #waiting: string[] = [];
  #waitingLength = 0;
  #end = 0;

  /** @param folder a temporary folder, which the caller removes */
  constructor(folder: string, name: string) {
    this.#path = join(folder, name);
  }

  get length(): number {
    return this.#ends.length;
  }

  /** @returns the value's position */
  add(value: T): number {
    const text = JSON.stringify(value);
    this.#end += Buffer.byteLength(text);
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    this.#ends.push(this.#end);
    if (this.#waitingLength > batch) this.#flush();
    return this.#ends.length - 1;
  }

  get(position: number): T {
    this.#flush();
    const start = position === 0 ? 0 : this.#ends.at(position - 1);
    const bytes = this.#window?.read(start, this.#ends.at(position)) ?? Buffer.alloc(0);
    return JSON.parse(bytes.toString()) as T;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let position = 0; position < this.length; position++) yield this.get(position);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#file ??= openSync(this.#path, 'w+', 0o600);
    writeAll(this.#file, Buffer.from(this.#waiting.join('')));
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#window = new FileWindow(this.#file);
  }
}

/** Writes at the file's end: one call may write less than all. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
