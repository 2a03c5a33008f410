import { crc32 as nativeCrc32 } from 'node:zlib';

/**
 * The layout of packed customers, for the build that writes them and for the functions that read them.
 * docs/packed-customers.md draws it. All numbers are little-endian and unsigned.
 */

/** Another number is another layout: functions read only their own. */
export const packedVersion = 2;

/** @returns the file of a private asset below `assets/`, e.g. `customers-1.private.bin` for `/customers-1.bin` */
export function privateFile(name: string): string {
  return name.slice(1).replace(/\.(?=\w+$)/, '.private.');
}

/** The first bytes of each file. */
const magic = 'CUSTPACK';

/** The length of a file's header. */
export const fileHeaderBytes = 64;

/** All blocks begin at multiples of it. */
export const unit = 16;

/** The length of a file at most, in bytes: the largest multiple of `unit` that Twilio takes. */
export const maxFileBytes = 9_999_936;

/** A block of the key table: 8 bytes, then `tableSlots` entries of 8 bytes, by fingerprint. All have the same length. */
export const tableBlockBytes = 4096;
export const tableSlots = tableBlockBytes / 8 - 1;

/** The length of the fields before a block's content. */
export const blockHeaderBytes = 20;

export const blockKinds = { records: 1, list: 2, more: 3, dictionary: 4 } as const;

/** The asset `/customers.json` when the customers are packed. */
export interface PackedAsset {
  packed: PackedSet;
  /** `checksum` of `packed` as JSON. */
  checksum: number;
}

/** A set of files that belong together. */
export interface PackedSet {
  version: number;
  /** The id of the set, in hexadecimal: a hash of its content. */
  set: string;
  customers: number;
  /** The files, by their names as assets, e.g. `/customers-1.bin`. */
  files: { name: string; bytes: number }[];
  /** Where the key table is, as an address, and how many blocks it has. */
  table: { start: number; blocks: number };
}

/** @returns whether a set is complete: a checksum tells that it was not changed, and not who wrote it */
export function isPackedSet(set: unknown): set is PackedSet {
  const { set: id, customers, files, table } = Object(set) as Partial<PackedSet>;
  const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  return (
    /^[0-9a-f]{32}$/.test(String(id)) &&
    isNumber(customers) &&
    Array.isArray(files) &&
    files.every((file) => typeof file?.name === 'string' && isNumber(file.bytes)) &&
    isNumber(table?.start) &&
    isNumber(table?.blocks)
  );
}

/** Two hashes of 32 bits: the first chooses the block of the key table, the second is compared. */
export type HashKey = (key: string) => readonly [number, number];

/** Ids, address keys and workers are in the same table. */
export const keyOf = {
  id: (id: string): string => `i${id}`,
  address: (key: string): string => `a${key}`,
  worker: (identity: string): string => `w${identity}`,
};

/** Hashes a text by its UTF-16 code units: two independent multiplicative hashes, mixed at the end. */
export const hashKey: HashKey = (key) => {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    a ^= a >>> 13;
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [mix(a ^ Math.imul(b, 0x27d4eb2f)), mix(b ^ Math.imul(a, 0x165667b1))];
};

/** The end of MurmurHash3, which spreads each bit over all. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** @returns which block of the key table an entry belongs to */
export function homeBlock(hash: number, blocks: number): number {
  return Math.floor((hash / 2 ** 32) * blocks);
}

/** Offsets in an address: 20 bits are enough for the units of a file. */
const offsets = 2 ** 20;

/** The most customers in a block of records. */
export const slots = 2 ** 6;

/** The most customers in a block of a list. */
export const listSlots = 2 ** 8;

/**
 * The place of a block: 6 bits for the file, 20 for the offset in units. A reference is the address and 6 bits for the
 * slot in the block.
 */
export function addressOf(file: number, offset: number): number {
  return file * offsets + offset / unit;
}

export function placeOfAddress(address: number): { file: number; offset: number } {
  return { file: Math.floor(address / offsets), offset: (address % offsets) * unit };
}

/** @returns the address of a block of the key table: the blocks lie one after another and do not cross files */
export function tableAddress({ start }: PackedSet['table'], block: number): number {
  const { file, offset } = placeOfAddress(start);
  const inFirst = Math.floor((maxFileBytes - offset) / tableBlockBytes);
  if (block < inFirst) return addressOf(file, offset + block * tableBlockBytes);
  const inEach = Math.floor((maxFileBytes - fileHeaderBytes) / tableBlockBytes);
  const rest = block - inFirst;
  return addressOf(file + 1 + Math.floor(rest / inEach), fileHeaderBytes + (rest % inEach) * tableBlockBytes);
}

/** Makes the header of a file. */
export function makeFileHeader(setId: Uint8Array, number: number, bytes: number): Uint8Array {
  const header = new Uint8Array(fileHeaderBytes);
  const view = new DataView(header.buffer);
  for (let at = 0; at < magic.length; at++) header[at] = magic.charCodeAt(at);
  view.setUint16(8, packedVersion, true);
  view.setUint16(10, number, true);
  view.setUint32(12, bytes, true);
  header.set(setId, 16);
  view.setUint32(60, crc32(header.subarray(0, 60)), true);
  return header;
}

/** The checksum of `packed`. */
export function checksumOfSet(packed: PackedSet): number {
  return crc32(Buffer.from(JSON.stringify(packed)));
}

/**
 * The checksum of a block covers its address, too: a block is valid in its own set and place only.
 *
 * @param bytes the block; its first four bytes, where the checksum is, get the address
 * @param seed the checksum of the set's id
 */
export function checksumOfBlock(bytes: Uint8Array, address: number, seed: number): number {
  new DataView(bytes.buffer, bytes.byteOffset, 4).setUint32(0, address, true);
  return crc32(bytes, seed);
}

let crcTable: Uint32Array | undefined;

/** CRC-32, for versions of Node.js that lack it (before 20.15). */
export function crc32InJavaScript(bytes: Uint8Array, seed = 0): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = ~seed;
  for (let i = 0; i < bytes.length; i++) {
    crc = (crc >>> 8) ^ (crcTable[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

export const crc32: (bytes: Uint8Array, seed?: number) => number = nativeCrc32 ?? crc32InJavaScript;
