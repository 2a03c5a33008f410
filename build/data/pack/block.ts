import { deflateSync } from 'fflate';
import { blockHeaderBytes } from '../../../lib/customers/packed-format';

/**
 * Compresses the text of a block. zlib would not do: it is native, and its versions, and those for other processors, write
 * other bytes for the same text. The functions inflate with zlib.
 */
export function deflate(text: Uint8Array): Uint8Array {
  // The size of the tables is given: by default, it comes from a logarithm of the length.
  return deflateSync(text, { level: 6, mem: 3 });
}

/** @returns a block without its checksum, which depends on its place */
export function makeBlock(
  kind: number,
  slots: number,
  raw: Uint8Array,
  text: { deflated: Uint8Array; bytes: number },
): Buffer {
  const header = Buffer.alloc(blockHeaderBytes);
  header.writeUInt16LE(kind, 4);
  header.writeUInt16LE(slots, 6);
  header.writeUInt32LE(raw.length, 8);
  header.writeUInt32LE(text.deflated.length, 12);
  header.writeUInt32LE(text.bytes, 16);
  return Buffer.concat([header, raw, text.deflated]);
}

/** @returns pairs of numbers as they are in a block */
export function pairs(...numbers: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 8);
  for (const [i, [first, second]] of numbers.entries()) {
    bytes.writeUInt32LE(first, i * 8);
    bytes.writeUInt32LE(second, i * 8 + 4);
  }
  return bytes;
}
