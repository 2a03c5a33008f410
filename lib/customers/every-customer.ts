import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Customer, CustomersAsset } from '../model';
import { AssetCustomers } from './asset-customers';
import { type Block, PackedBlocks, PackedFiles } from './packed-blocks';
import { readCard } from './packed-card';
import { PackedCustomers } from './packed-customers';
import {
  addressOf,
  blockHeaderBytes,
  blockKinds,
  fileHeaderBytes,
  type PackedAsset,
  placeOfAddress,
  privateFile,
  slots,
  unit,
} from './packed-format';

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
    *[Symbol.iterator]() {
      for (const [rank, customer] of customers.entries()) {
        yield { rank, reference: rank, read: () => customer };
      }
    },
  };
}

function openPacked(asset: PackedAsset, pathOf: (name: string) => string): BuiltCustomers {
  const directory = new PackedCustomers(asset, pathOf);
  const files = new PackedFiles(asset.packed, pathOf);
  const blocks = new PackedBlocks(files);
  return {
    count: asset.packed.customers,
    byId: (id) => directory.findById(id),
    byKey: (key) => directory.findByKey(key),
    read: (reference) => readSlot(blocks.block(Math.floor(reference / slots)), reference % slots),
    [Symbol.iterator]: () => readPlaced(asset.packed, files),
  };
}

function* readPlaced({ files, table }: PackedAsset['packed'], from: PackedFiles): Generator<PlacedCustomer> {
  // A block is valid until the next one is read, and customers can be read at any time.
  const [scanned, read] = [new PackedBlocks(from), new PackedBlocks(from)];
  const end = placeOfAddress(table.start);
  for (const [file, { bytes }] of files.entries()) {
    const length = file < end.file ? bytes : file === end.file ? end.offset : 0;
    for (let offset = fileHeaderBytes; offset < length; ) {
      const address = addressOf(file, offset);
      const block = scanned.block(address);
      offset += Math.ceil((blockHeaderBytes + block.bytes) / unit) * unit;
      if (block.kind !== blockKinds.records) continue;
      for (let slot = 0; slot < block.slots; slot++) {
        yield {
          rank: block.raw.getUint32(slot * 8, true),
          reference: address * slots + slot,
          read: () => readSlot(read.block(address), slot),
        };
      }
    }
  }
}

function readSlot(block: Block, slot: number): Customer {
  const start = slot === 0 ? 0 : block.raw.getUint32(slot * 8 - 4, true);
  return readCard(block.text().toString('utf8', start, block.raw.getUint32(slot * 8 + 4, true)));
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
