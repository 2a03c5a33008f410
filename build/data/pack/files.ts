import { createHash } from 'node:crypto';
import {
  addressOf,
  checksumOfBlock,
  checksumOfSet,
  crc32,
  fileHeaderBytes,
  makeFileHeader,
  maxFileBytes,
  type PackedAsset,
  type PackedSet,
  packedVersion,
  placeOfAddress,
  unit,
} from '../../../lib/customers/packed-format';
import { NumberList } from '../../../lib/large-files/number-list';

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

/** Lays blocks out in files. Above the limit, they are only counted. */
export class PackedWriter {
  readonly #maxBytes: number;
  readonly #files: { content: Buffer; end: number }[] = [];
  /** Of each block. */
  readonly #addresses = new NumberList('counts');
  readonly #lengths = new NumberList('counts');
  #total = 0;

  /** @param maxBytes the most that the files may have together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param block without its checksum
   * @returns its address
   * @throws PackedTooLarge when no file has room for it
   */
  put(block: Uint8Array): number {
    const length = Math.ceil(block.length / unit) * unit;
    if (fileHeaderBytes + length > maxFileBytes) throw new PackedTooLarge(block.length);
    this.#total += length;
    if (this.#total > this.#maxBytes) return 0;
    let file = this.#files.at(-1);
    if (!file || file.end + length > maxFileBytes) {
      file = { content: Buffer.alloc(maxFileBytes), end: fileHeaderBytes };
      this.#files.push(file);
    }
    const address = addressOf(this.#files.length - 1, file.end);
    file.content.set(block, file.end);
    file.end += length;
    this.#addresses.push(address);
    this.#lengths.push(block.length);
    return address;
  }

  /**
   * Fills in the checksums and the headers.
   *
   * @throws PackedTooLarge
   */
  finish(about: Pick<PackedSet, 'customers' | 'table'>): Packed {
    if (this.#total > this.#maxBytes) throw new PackedTooLarge(this.#total);
    const contents = this.#files.map(({ content, end }) => content.subarray(0, end));
    // The rest of the last one would stay in memory as long as it does.
    contents.push(...contents.splice(-1).map((last) => Buffer.from(last)));
    const hash = createHash('sha256').update(JSON.stringify({ packedVersion, ...about }));
    for (const content of contents) hash.update(content);
    const id = hash.digest().subarray(0, 16);
    const set: PackedSet = {
      version: packedVersion,
      set: id.toString('hex'),
      customers: about.customers,
      files: contents.map(({ length }, i) => ({ name: `/customers-${i + 1}.bin`, bytes: length })),
      table: about.table,
    };
    const seed = crc32(id);
    for (let number = 0; number < this.#addresses.length; number++) {
      const address = this.#addresses.at(number);
      const { file, offset } = placeOfAddress(address);
      const block = contents[file]?.subarray(offset, offset + this.#lengths.at(number)) as Buffer;
      block.writeUInt32LE(checksumOfBlock(block, address, seed));
    }
    for (const [number, content] of contents.entries()) {
      content.set(makeFileHeader(id, number, content.length));
    }
    return {
      asset: { packed: set, checksum: checksumOfSet(set) },
      files: new Map(contents.map((content, i) => [set.files[i]?.name ?? '', content])),
    };
  }
}
