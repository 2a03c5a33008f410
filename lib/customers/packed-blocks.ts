import { closeSync, openSync, readSync } from 'node:fs';
import { Misconfigured } from '../errors';
import { decompress } from './lz4';
import {
  addressOf,
  blockHeaderBytes,
  blockKinds,
  checksumOfBlock,
  crc32,
  fileHeaderBytes,
  makeFileHeader,
  maxFileBytes,
  type PackedSet,
  placeOfAddress,
  privateFile,
  tableBlockBytes,
} from './packed-format';

/** How much is read at once: most blocks are shorter. */
const readAhead = 1024;

const dictionaryAddress = addressOf(0, fileHeaderBytes);

/** Instances of a function come and go with their process; locally, a new build is read by a new instance. */
const closeFile = new FinalizationRegistry<number>((file) => closeSync(file));

interface File {
  /** As an asset. */
  name: string;
  descriptor: number;
  bytes: number;
}

/** Where blocks are read from. */
export interface BlockSource {
  /** What the checksum of a block begins with. */
  readonly seed: number;
  readonly dictionary: Uint8Array;
  /**
   * @param length how many bytes to read, or what the file has from there
   * @returns how many were read
   */
  read(address: number, into: Uint8Array, length: number): number;
  /** @returns what to throw for a block that is not what the build wrote */
  damaged(address: number): Error;
}

/** The files of a packed set. Each is opened and checked when it is first needed. */
export class PackedFiles implements BlockSource {
  readonly #set: PackedSet;
  readonly #id: Uint8Array;
  readonly #pathOf: (name: string) => string;
  readonly #files = new Map<number, File>();
  readonly seed: number;
  readonly dictionary: Uint8Array;

  /**
   * @param pathOf returns the path of an asset; throws when it is missing
   * @throws Misconfigured when the dictionary, which is in the first file, is not what the build wrote
   */
  constructor(set: PackedSet, pathOf: (name: string) => string) {
    this.#set = set;
    this.#id = Buffer.from(set.set, 'hex');
    this.#pathOf = pathOf;
    this.seed = crc32(this.#id);
    this.dictionary = noText;
    const { kind, raw } = new PackedBlocks(this).block(dictionaryAddress);
    if (kind !== blockKinds.dictionary) throw this.damaged(dictionaryAddress);
    this.dictionary = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  }

  read(address: number, into: Uint8Array, length: number): number {
    const { file: number, offset } = placeOfAddress(address);
    const { name, descriptor, bytes } = this.#files.get(number) ?? this.#open(number, address);
    const present = Math.max(0, Math.min(length, bytes - offset));
    return readAsset(name, descriptor, into.subarray(0, present), offset);
  }

  damaged(address: number): Misconfigured {
    const { file, offset } = placeOfAddress(address);
    return damaged(this.#set.files[file]?.name ?? '/customers.json', `the block at ${offset} is damaged`);
  }

  #open(number: number, address: number): File {
    const listed = this.#set.files[number];
    if (!listed) throw this.damaged(address);
    const { name, bytes } = listed;
    const file = { name, descriptor: openAsset(name, this.#pathOf(name)), bytes };
    try {
      checkFile(file, makeFileHeader(this.#id, number, bytes));
    } catch (error) {
      // It is opened again for the next lookup.
      closeSync(file.descriptor);
      throw error;
    }
    closeFile.register(this, file.descriptor);
    this.#files.set(number, file);
    return file;
  }
}

/** @throws Misconfigured when the file is not what the build wrote, as far as its header and its length tell */
function checkFile({ name, descriptor, bytes }: File, expected: Uint8Array): void {
  const header = new Uint8Array(fileHeaderBytes);
  readAsset(name, descriptor, header, 0);
  if (expected.some((byte, at) => byte !== header[at]))
    throw damaged(name, 'its header is damaged, or it is of another build');
  if (readAsset(name, descriptor, header.subarray(0, 2), bytes - 1) !== 1)
    throw damaged(name, 'its length is wrong');
}

function openAsset(name: string, path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw damaged(name, 'it cannot be opened', cause);
  }
}

/** @returns how many bytes were read */
function readAsset(name: string, descriptor: number, into: Uint8Array, offset: number): number {
  try {
    return readSync(descriptor, into, 0, into.length, offset);
  } catch (cause) {
    // A folder can be opened, and a disk can fail.
    throw damaged(name, `it cannot be read at ${offset}`, cause);
  }
}

/** @returns the error for an asset that is not what the build wrote */
export function damaged(name: string, problem: string, cause?: unknown): Misconfigured {
  const file = `dist/assets/${privateFile(name)}`;
  const fix = 'run `npm run build` and deploy again: the file is not what was built';
  return new Misconfigured('customers_damaged', { file, field: problem, fix }, { cause });
}

/** A block whose checksum is right. It is valid until the next one is read. */
export interface Block {
  kind: number;
  slots: number;
  /** The length after the header. */
  bytes: number;
  /** The part that is not compressed. */
  raw: DataView;
  /**
   * Decompresses the other part, once.
   *
   * @param end up to where the text is needed
   */
  text(end?: number): Buffer;
}

/**
 * Reads blocks of a packed set, one after another into the same memory. More memory would save little time: the operating
 * system keeps what was read.
 */
export class PackedBlocks {
  readonly #files: BlockSource;
  #bytes = new Uint8Array(readAhead);
  #view = new DataView(this.#bytes.buffer);
  /** The dictionary, and behind it the text of the last block. */
  #window: Buffer | undefined;
  #last: { address: number; block: Block } | undefined;

  constructor(files: BlockSource) {
    this.#files = files;
  }

  /** @returns the block at an address. @throws Misconfigured when it is not what the build wrote */
  block(address: number): Block {
    if (this.#last?.address === address) return this.#last.block;
    const ahead = this.#read(address, readAhead);
    if (ahead < blockHeaderBytes) throw this.#files.damaged(address);
    const rawBytes = this.#view.getUint32(8, true);
    const packedBytes = this.#view.getUint32(12, true);
    this.#readAll(address, blockHeaderBytes + rawBytes + packedBytes, ahead);
    const [view, start] = [this.#view, blockHeaderBytes + rawBytes];
    const packed = this.#bytes.subarray(start, start + packedBytes);
    const textBytes = view.getUint32(16, true);
    let text: Buffer = noText;
    const block: Block = {
      kind: view.getUint16(4, true),
      slots: view.getUint16(6, true),
      bytes: rawBytes + packedBytes,
      raw: new DataView(view.buffer, blockHeaderBytes, rawBytes),
      text: (end = textBytes) => {
        if (this.#last?.block !== block)
          throw new Error('Another block was read into the memory of this one.');
        // The first question may be for the beginning, the second one is for all.
        if (end > text.length) text = this.#decompress(address, packed, text === noText ? end : textBytes);
        return text;
      },
    };
    this.#last = { address, block };
    return block;
  }

  /** @returns a block of the key table; it is valid until the next block is read */
  table(address: number): DataView {
    this.#readAll(address, tableBlockBytes);
    return this.#view;
  }

  /**
   * Reads a whole block, and checks it.
   *
   * @param ahead how much of it was read
   */
  #readAll(address: number, length: number, ahead = 0): void {
    if (length > maxFileBytes) throw this.#files.damaged(address);
    if (length > this.#bytes.length) {
      this.#bytes = new Uint8Array(length * 2);
      this.#view = new DataView(this.#bytes.buffer);
      ahead = 0;
    }
    if (ahead < length && this.#read(address, length) < length) throw this.#files.damaged(address);
    const checksum = this.#view.getUint32(0, true);
    const bytes = this.#bytes.subarray(0, length);
    if (checksumOfBlock(bytes, address, this.#files.seed) !== checksum) throw this.#files.damaged(address);
  }

  #read(address: number, length: number): number {
    this.#last = undefined;
    return this.#files.read(address, this.#bytes, length);
  }

  #decompress(address: number, packed: Uint8Array, length: number): Buffer {
    const { dictionary } = this.#files;
    const start = dictionary.length;
    if (start + length > (this.#window?.length ?? 0)) {
      this.#window = Buffer.allocUnsafeSlow(start + Math.max(readAhead, length) * 2);
      this.#window.set(dictionary);
    }
    const window = this.#window as Buffer;
    if (!decompress(packed, window, start, start + length)) throw this.#files.damaged(address);
    return window.subarray(start, start + length);
  }
}

const noText = Buffer.alloc(0);
