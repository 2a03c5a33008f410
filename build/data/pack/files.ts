import { createHash } from 'node:crypto';
import {
  addressOf,
  checksumOfSet,
  checksumSeed,
  crc32,
  magic,
  maxFileBytes,
  type PackedAsset,
  type PackedSet,
  packedVersion,
  placeOfAddress,
  tableAddress,
  tableBlockBytes,
  unit,
} from '../../../lib/customers/packed-format';

export interface Packed {
  /** `/customers.json` */
  asset: PackedAsset;
  /** The files of the set, by name as an asset. */
  files: Map<string, Buffer>;
}

/** Thrown when the files would be larger than what Twilio takes in a build. */
export class PackedTooLarge extends Error {
  override readonly name = 'PackedTooLarge';
  readonly bytes: number;

  constructor(bytes: number) {
    super(`${bytes} bytes`);
    this.bytes = bytes;
  }
}

interface PlacedBlock {
  address: number;
  bytes: Buffer;
}

/**
 * Lays blocks out in files.
 *
 * @param maxBytes the most that the files may have together
 * @param write puts blocks, and returns the key table
 * @throws PackedTooLarge
 */
export function layOut(
  customers: number,
  maxBytes: number,
  write: (put: (block: Buffer) => number) => { homes: number; blocks: Buffer[] },
): Packed {
  const placed: PlacedBlock[] = [];
  let [file, offset, total] = [0, unit, 0];
  const put = (block: Buffer): number => {
    if (unit + block.length > maxFileBytes) throw new PackedTooLarge(block.length);
    if (offset + block.length > maxFileBytes) [file, offset] = [file + 1, unit];
    const address = addressOf(file, offset);
    const length = Math.ceil(block.length / unit) * unit;
    offset += length;
    total += length;
    placed.push({ address, bytes: block });
    return address;
  };
  const { homes, blocks } = write(put);
  const bytes = total + blocks.length * tableBlockBytes;
  if (bytes > maxBytes) throw new PackedTooLarge(bytes);
  if (offset + tableBlockBytes > maxFileBytes) [file, offset] = [file + 1, unit];
  const table = { start: addressOf(file, offset), blocks: homes };
  for (const [number, block] of blocks.entries()) {
    placed.push({ address: tableAddress(table, number), bytes: block });
  }

  const hash = createHash('sha256').update(JSON.stringify({ packedVersion, customers, table }));
  for (const block of placed) hash.update(block.bytes.subarray(4));
  const id = hash.digest().subarray(0, 16);
  const contents = assemble(placed, id);
  const packed: PackedSet = {
    version: packedVersion,
    set: id.toString('hex'),
    customers,
    files: contents.map((content, i) => ({ name: `/customers-${i + 1}.bin`, bytes: content.length })),
    table,
  };
  return {
    asset: { packed, checksum: checksumOfSet(packed) },
    files: new Map(contents.map((content, i) => [packed.files[i]?.name ?? '', content])),
  };
}

/** Fills in the checksums and the headers. */
function assemble(placed: PlacedBlock[], id: Buffer): Buffer[] {
  const lengths: number[] = [];
  for (const { address, bytes } of placed) {
    const { file, offset } = placeOfAddress(address);
    lengths[file] = Math.max(lengths[file] ?? unit, offset + bytes.length);
  }
  const contents = lengths.map((length) => Buffer.alloc(length));
  for (const { address, bytes } of placed) {
    const { file, offset } = placeOfAddress(address);
    bytes.writeUInt32LE(crc32(bytes.subarray(4), checksumSeed(id, address)));
    contents[file]?.set(bytes, offset);
  }
  for (const [number, content] of contents.entries()) {
    content.write(magic, 0, 'latin1');
    content.writeUInt16LE(packedVersion, 8);
    content.writeUInt16LE(number, 10);
    content.writeUInt32LE(content.length, 12);
    content.set(id, 16);
    content.writeUInt32LE(crc32(content.subarray(0, 60)), 60);
  }
  return contents;
}
