import { blockHeaderBytes } from '../../../lib/customers/packed-format';

/** What is in a block. */
export interface Content {
  kind: number;
  slots: number;
  raw: Uint8Array;
  compressed: Uint8Array;
  /** The length of the text before it was compressed. */
  textBytes: number;
}

/** @returns a block without its checksum, which depends on its place */
export function makeBlock({ kind, slots, raw, compressed, textBytes }: Content): Buffer {
  const header = Buffer.alloc(blockHeaderBytes);
  header.writeUInt16LE(kind, 4);
  header.writeUInt16LE(slots, 6);
  header.writeUInt32LE(raw.length, 8);
  header.writeUInt32LE(compressed.length, 12);
  header.writeUInt32LE(textBytes, 16);
  return Buffer.concat([header, raw, compressed]);
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
