import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A file that is read in parts: it may be larger than the memory, or than the longest text. */
export interface FileSource {
  path: string;
}

/** The content of a file, or where it is. */
export type Source = Uint8Array | string | FileSource;

/** Bytes that are read in parts. */
export interface Bytes {
  readonly size: number;
  /** @returns the bytes from there, fewer at the end; they are valid until the next call */
  read(offset: number, length: number): Buffer;
  /** @throws when a file has been changed since it was opened */
  checkUnchanged(): void;
  close(): void;
}

/** @throws the file system's error */
export function openBytes(source: Source): Bytes {
  if (typeof source === 'string') return bytesOf(Buffer.from(source));
  if (!('path' in source)) return bytesOf(Buffer.from(source.buffer, source.byteOffset, source.byteLength));
  const { path } = source;
  const file = openSync(path, 'r');
  const { size, mtimeMs } = fstatSync(file);
  const changed = (): Error =>
    new Error(`${path} has been changed while it was read, by an editor or another command: run this again`);
  return {
    size,
    read(offset, length) {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      while (done < bytes.length) {
        const count = readSync(file, bytes, done, bytes.length - done, offset + done);
        if (count === 0) throw changed();
        done += count;
      }
      return bytes;
    },
    checkUnchanged() {
      const now = fstatSync(file);
      if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed();
    },
    close: () => closeSync(file),
  };
}

/** @returns the whole content of a file that is not large */
export function readAll(source: Source): Uint8Array {
  const bytes = openBytes(source);
  try {
    return bytes.read(0, bytes.size);
  } finally {
    bytes.close();
  }
}

function bytesOf(bytes: Buffer): Bytes {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    checkUnchanged() {},
    close() {},
  };
}
