import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { Misconfigured } from '../errors';
import {
  blockHeaderBytes,
  checksumSeed,
  crc32,
  magic,
  type PackedSet,
  packedVersion,
  placeOfAddress,
  privateFile,
  tableBlockBytes,
  unit,
} from './packed-format';

/** How much is read at once: most blocks are shorter. */
const readAhead = 4096;

/** The most that is kept in memory, in bytes. More costs more memory than it saves time: files are read from memory, too. */
const cacheLimit = 1024 * 1024;

/** A block whose checksum is right. */
export interface Block {
  kind: number;
  slots: number;
  /** The length after the header. */
  bytes: number;
  /** The part that is not compressed. */
  raw: Buffer;
  /** Inflates the other part, once. */
  text(): Buffer;
  /** What a reader made of the text; kept as long as the block. */
  parsed?: unknown;
}

interface Cached {
  bytes: number;
  value: Block | Buffer;
}

/** Instances of a function come and go with their process; locally, a new build is read by a new instance. */
const closeFile = new FinalizationRegistry<number>((file) => closeSync(file));

interface File {
  descriptor: number;
  bytes: number;
}

/** Reads single blocks of a packed set, and keeps those that were read last. */
export class PackedBlocks {
  readonly #set: PackedSet;
  readonly #id: Buffer;
  readonly #pathOf: (name: string) => string;
  readonly #files = new Map<number, File>();
  readonly #cache = new Map<number, Cached>();
  #cached = 0;
  #buffer = Buffer.allocUnsafeSlow(readAhead);

  /** @param pathOf returns the path of an asset; throws when it is missing */
  constructor(set: PackedSet, pathOf: (name: string) => string) {
    this.#set = set;
    this.#id = Buffer.from(set.set, 'hex');
    this.#pathOf = pathOf;
  }

  /** @returns the block at an address. @throws Misconfigured when it is not what the build wrote */
  block(address: number): Block {
    return this.#keep(address, () => this.#readBlock(address)) as Block;
  }

  /** @returns a block of the key table */
  table(address: number): Buffer {
    return this.#keep(address, () => {
      const bytes = this.#read(address, tableBlockBytes);
      this.#check(address, bytes);
      return { bytes: tableBlockBytes, value: Buffer.from(bytes) };
    }) as Buffer;
  }

  #keep(address: number, read: () => Cached): Cached['value'] {
    const present = this.#cache.get(address);
    // The cache is in the order of use.
    if (present) this.#cache.delete(address);
    const cached = present ?? read();
    this.#cache.set(address, cached);
    if (present) return present.value;
    this.#cached += cached.bytes;
    for (const [oldest, { bytes }] of this.#cache) {
      if (this.#cached <= cacheLimit || oldest === address) break;
      this.#cache.delete(oldest);
      this.#cached -= bytes;
    }
    return cached.value;
  }

  #readBlock(address: number): Cached {
    const { bytes: fileBytes } = this.#open(address);
    const { offset } = placeOfAddress(address);
    if (fileBytes - offset < blockHeaderBytes) throw this.#damaged(address);
    const ahead = this.#read(address, Math.min(readAhead, fileBytes - offset));
    const [kind, slots] = [ahead.readUInt16LE(4), ahead.readUInt16LE(6)];
    const [rawBytes, deflated, inflated] = [8, 12, 16].map((at) => ahead.readUInt32LE(at)) as Three;
    const length = blockHeaderBytes + rawBytes + deflated;
    if (length > fileBytes - offset) throw this.#damaged(address);
    const bytes = length <= ahead.length ? ahead.subarray(0, length) : this.#read(address, length);
    this.#check(address, bytes);
    const content = Buffer.from(bytes.subarray(blockHeaderBytes));
    const [raw, packed] = [content.subarray(0, rawBytes), content.subarray(rawBytes)];
    let text: Buffer | undefined;
    const value = {
      kind,
      slots,
      bytes: rawBytes + deflated,
      raw,
      text: () => {
        text ??= inflateRawSync(packed, { chunkSize: inflated + unit });
        return text;
      },
    };
    // Texts are also kept parsed, which takes more.
    return { bytes: bytes.length + 4 * inflated, value };
  }

  #check(address: number, bytes: Buffer): void {
    const checksum = crc32(bytes.subarray(4), checksumSeed(this.#id, address));
    if (checksum !== bytes.readUInt32LE(0)) throw this.#damaged(address);
  }

  /** @returns bytes that are valid until the next read: most are copied into the cache, or not needed any longer */
  #read(address: number, length: number): Buffer {
    const { descriptor } = this.#open(address);
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(length);
    const read = readSync(descriptor, this.#buffer, 0, length, placeOfAddress(address).offset);
    if (read < length) throw this.#damaged(address);
    return this.#buffer.subarray(0, length);
  }

  #open(address: number): File {
    const { file: number } = placeOfAddress(address);
    const present = this.#files.get(number);
    if (present) return present;
    const listed = this.#set.files[number];
    if (!listed) throw this.#damaged(address);
    const descriptor = openAsset(listed.name, this.#pathOf(listed.name));
    closeFile.register(this, descriptor);
    const file = { descriptor, bytes: fstatSync(descriptor).size };
    const header = Buffer.alloc(unit);
    readSync(descriptor, header, 0, unit, 0);
    const isIntact = header.readUInt32LE(60) === crc32(header.subarray(0, 60));
    const isOurs =
      header.toString('latin1', 0, magic.length) === magic &&
      header.readUInt16LE(8) === packedVersion &&
      header.readUInt16LE(10) === number &&
      header.readUInt32LE(12) === file.bytes &&
      listed.bytes === file.bytes &&
      header.subarray(16, 32).equals(this.#id);
    if (!isIntact || !isOurs) {
      throw damaged(listed.name, isIntact ? 'it is of another build' : 'its header is damaged');
    }
    this.#files.set(number, file);
    return file;
  }

  #damaged(address: number): Misconfigured {
    const { file, offset } = placeOfAddress(address);
    return damaged(this.#set.files[file]?.name ?? '/customers.json', `the block at ${offset} is damaged`);
  }
}

function openAsset(name: string, path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw damaged(name, 'it cannot be opened', cause);
  }
}

type Three = [number, number, number];

/** @returns the error for an asset that is not what the build wrote */
export function damaged(name: string, problem: string, cause?: unknown): Misconfigured {
  const file = `dist/assets/${privateFile(name)}`;
  const fix = 'run `npm run build` and deploy again: the file is not what was built';
  return new Misconfigured('customers_damaged', { file, field: problem, fix }, { cause });
}
