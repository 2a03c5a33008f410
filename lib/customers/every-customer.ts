import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Customer, CustomersAsset } from '../model';
import { AssetCustomers } from './asset-customers';
import { type Block, PackedBlocks, PackedFiles } from './packed-blocks';
import { readCard, recordAt } from './packed-card';
import { PackedCustomers } from './packed-customers';
import {
  addressOf,
  blockHeaderBytes,
  blockKinds,
  fileHeaderBytes,
  type PackedAsset,
  type PackedSet,
  placeOfAddress,
  privateFile,
  slots,
  unit,
} from './packed-format';
import { rankAt, readListHead } from './packed-lists';
import { SequentialFiles } from './sequential-files';

/** A customer of a build, and where. */
export interface PlacedCustomer {
  /** The position in the order of `compareCustomers`. */
  rank: number;
  /** What `BuiltCustomers.read` takes. */
  reference: number;
  /** Parses the customer. */
  read(): Customer;
}

/** The customers of a build, for tools: they need all of them, or one by position. Functions look single ones up. */
export interface BuiltCustomers extends Iterable<PlacedCustomer> {
  /** The number of customers. */
  count: number;
  byId(customerId: string): Customer | undefined;
  /** @param key `Address.key` */
  byKey(key: string): Customer | undefined;
  /** @param reference of a `PlacedCustomer` of the same build */
  read(reference: number): Customer;
  /**
   * @returns the workers' lists, in parts, and undefined where nothing is found for a while: others can have their turn.
   *   Customers without a worker are in none, and so are all that are not packed
   */
  lists(): Iterable<ListPart | undefined>;
}

/** A part of a worker's list. */
export interface ListPart {
  /** The worker's identity. */
  worker: string;
  /** Of each customer. */
  ranks: number[];
  /** The customers' `ListText`s, as one JSON array; valid until the next part is read. */
  texts: Buffer;
}

/**
 * Opens the customers of a build. Packed ones are read from the files where they are needed; iterated, they come in the
 * order of the files, worker by worker.
 *
 * @param folder `dist/assets`
 */
export function openBuiltCustomers(folder: string): BuiltCustomers {
  // `dist` is a link, and the next build changes where it leads.
  const real = realpathSync(folder);
  const pathOf = (name: string): string => join(real, privateFile(name));
  const asset = JSON.parse(readFileSync(pathOf('/customers.json'), 'utf8')) as CustomersAsset | PackedAsset;
  return 'packed' in asset ? openPacked(asset, pathOf) : holdCustomers(asset.customers);
}

/** @param customers in the order of `compareCustomers` */
export function holdCustomers(customers: readonly Customer[]): BuiltCustomers {
  const directory = new AssetCustomers(customers);
  return {
    count: customers.length,
    byId: (id) => directory.findById(id),
    byKey: (key) => directory.findByKey(key),
    read: (reference) => customers[reference] as Customer,
    lists: () => [],
    *[Symbol.iterator]() {
      for (const [rank, customer] of customers.entries()) {
        yield { rank, reference: rank, read: () => customer };
      }
    },
  };
}

interface OpenSet extends PackedSet {
  /** The address of the first block after the records; undefined until somebody has read them all. */
  lists: number | undefined;
}

function openPacked(asset: PackedAsset, pathOf: (name: string) => string): BuiltCustomers {
  const directory = new PackedCustomers(asset, pathOf);
  const files = new PackedFiles(asset.packed, pathOf);
  const blocks = new PackedBlocks(files);
  const set: OpenSet = { ...asset.packed, lists: undefined };
  return {
    count: asset.packed.customers,
    byId: (id) => directory.findById(id),
    byKey: (key) => directory.findByKey(key),
    read: (reference) => readSlot(blocks.block(Math.floor(reference / slots)), reference % slots),
    lists: () => readLists(set, files),
    [Symbol.iterator]: () => readPlaced(set, files),
  };
}

function* readPlaced(set: OpenSet, files: PackedFiles): Generator<PlacedCustomer> {
  // A block is valid until the next one is read, and customers can be read at any time.
  const earlier = new PackedBlocks(files);
  let current = 0;
  for (const { address, block } of readBlocks(set, files)) {
    current = address;
    if (block.kind === blockKinds.dictionary) continue;
    if (block.kind !== blockKinds.records) {
      set.lists = address;
      return;
    }
    for (let slot = 0; slot < block.slots; slot++) {
      yield {
        rank: recordAt(block, slot).rank,
        reference: address * slots + slot,
        read: () => readSlot(current === address ? block : earlier.block(address), slot),
      };
    }
  }
}

function* readLists(set: OpenSet, files: PackedFiles): Generator<ListPart | undefined> {
  const read = new PackedBlocks(files);
  for (const { address, block } of readBlocks(set, files, set.lists)) {
    if (block.kind !== blockKinds.list) {
      yield undefined;
      continue;
    }
    // The first block of a list has the worker and where the others are.
    const { worker, more } = readListHead(block);
    for (const part of [address, ...more.map((one) => one.address)]) {
      const own = read.block(part);
      const ranks = Array.from({ length: own.slots }, (_, slot) => rankAt(own, slot));
      yield { worker: JSON.parse(worker) as string, ranks, texts: own.text() };
    }
  }
}

/** @returns all blocks but those of the key table, in the order of the files; each is valid until the next one is read */
function* readBlocks(
  { files, table }: PackedSet,
  from: PackedFiles,
  start = addressOf(0, fileHeaderBytes),
): Generator<{ address: number; block: Block }> {
  const blocks = new PackedBlocks(new SequentialFiles(from));
  const first = placeOfAddress(start);
  const end = placeOfAddress(table.start);
  for (const [file, { bytes }] of files.entries()) {
    const length = file < end.file ? bytes : file === end.file ? end.offset : 0;
    if (file < first.file) continue;
    for (let offset = file === first.file ? first.offset : fileHeaderBytes; offset < length; ) {
      const address = addressOf(file, offset);
      const block = blocks.block(address);
      offset += Math.ceil((blockHeaderBytes + block.bytes) / unit) * unit;
      yield { address, block };
    }
  }
}

function readSlot(block: Block, slot: number): Customer {
  const { start, end } = recordAt(block, slot);
  return readCard(block.text().toString('utf8', start, end));
}

/**
 * Reads every customer of a build.
 *
 * @param folder `dist/assets`
 * @returns the customers; packed ones are in the order of the files, worker by worker
 */
export function* everyCustomer(folder: string): Generator<Customer> {
  for (const one of openBuiltCustomers(folder)) yield one.read();
}
