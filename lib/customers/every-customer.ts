import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Customer, CustomersAsset } from '../model';
import { PackedBlocks, PackedFiles } from './packed-blocks';
import { readCard } from './packed-card';
import {
  addressOf,
  blockHeaderBytes,
  blockKinds,
  fileHeaderBytes,
  type PackedAsset,
  placeOfAddress,
  privateFile,
  unit,
} from './packed-format';

/**
 * Reads every customer of a build, for tools: functions look single ones up.
 *
 * @param folder `dist/assets`
 * @returns the customers; packed ones are in the order of the files, worker by worker
 */
export function* everyCustomer(folder: string): Generator<Customer> {
  for (const { customer } of readRanked(folder)) yield customer;
}

/**
 * Reads all customers of a build, for tools.
 *
 * @param folder `dist/assets`
 * @returns the customers in the order of `compareCustomers`
 */
export function readAllCustomers(folder: string): Customer[] {
  const customers: Customer[] = [];
  for (const { rank, customer } of readRanked(folder)) customers[rank] = customer;
  return customers;
}

/** @returns the customers with their positions in the order of `compareCustomers` */
function* readRanked(folder: string): Generator<{ rank: number; customer: Customer }> {
  const pathOf = (name: string): string => join(folder, privateFile(name));
  const asset = JSON.parse(readFileSync(pathOf('/customers.json'), 'utf8')) as CustomersAsset | PackedAsset;
  if (!('packed' in asset)) {
    for (const [rank, customer] of asset.customers.entries()) yield { rank, customer };
    return;
  }
  const { packed } = asset;
  const blocks = new PackedBlocks(new PackedFiles(packed, pathOf));
  const end = placeOfAddress(packed.table.start);
  for (const [file, { bytes }] of packed.files.entries()) {
    const length = file < end.file ? bytes : file === end.file ? end.offset : 0;
    for (let offset = fileHeaderBytes; offset < length; ) {
      const block = blocks.block(addressOf(file, offset));
      offset += Math.ceil((blockHeaderBytes + block.bytes) / unit) * unit;
      if (block.kind !== blockKinds.records) continue;
      let start = 0;
      for (let slot = 0; slot < block.slots; slot++) {
        const stop = block.raw.getUint32(slot * 8 + 4, true);
        const customer = readCard(block.text().toString('utf8', start, stop));
        yield { rank: block.raw.getUint32(slot * 8, true), customer };
        start = stop;
      }
    }
  }
}
