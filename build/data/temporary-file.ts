import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file for what does not fit into memory. Only this process sees it, and it goes with the process however that ends: its
 * name is removed at once. It is opened when something is first written.
 */
export class TemporaryFile {
  readonly #content: string;
  readonly #folder: string;
  readonly #path: string;
  #descriptor: number | undefined;
  #length = 0;

  /**
   * @param content what is in it, for error messages, e.g. `sorted customers`
   * @param folder the system's when left out
   */
  constructor(content: string, folder = tmpdir()) {
    this.#content = content;
    this.#folder = folder;
    this.#path = join(folder, `customers-${randomUUID()}`);
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** @throws Error that names the folder and how to choose another one */
  append(bytes: Uint8Array): void {
    try {
      this.#descriptor ??= this.#open();
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#length + done);
      }
    } catch (error) {
      throw this.#explain(error as NodeJS.ErrnoException);
    }
    this.#length += bytes.length;
  }

  /** @returns at most so many bytes from a position */
  read(position: number, bytes: number): Buffer {
    const content = Buffer.allocUnsafe(Math.min(bytes, this.#length - position));
    for (let done = 0; done < content.length; ) {
      const rest = content.length - done;
      const count = readSync(this.#descriptor as number, content, done, rest, position + done);
      if (count === 0) throw new Error('a temporary file has been cut');
      done += count;
    }
    return content;
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    // Where the name of an open file cannot be removed.
    rmSync(this.#path, { force: true });
    this.#descriptor = undefined;
    this.#length = 0;
  }

  #open(): number {
    const descriptor = openSync(this.#path, 'wx+', 0o600);
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // Windows: it is removed when it is closed.
    }
    return descriptor;
  }

  /** The file system's errors do not say that the folder is another one than the project's, or how to choose it. */
  #explain(error: NodeJS.ErrnoException): Error {
    const { code, message, syscall } = error;
    if (syscall === undefined) return error;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const what = isFull
      ? `there is no room in ${this.#folder} for the ${this.#content}`
      : `the ${this.#content} cannot be written to ${this.#folder} (${message})`;
    return new Error(`${what}: set TMPDIR to a folder with room`, { cause: error });
  }
}
