import { privateFile } from '../../../lib/customers/packed-format';
import type { Customer } from '../../../lib/model';
import { CustomersPacker } from './pack-customers';

/** In bytes. */
export interface PackLimits {
  /** The size up to which the customers stay one JSON asset, which people can read. */
  packAbove: number;
  /** The most that the packed files may have together. */
  maxPacked: number;
}

/**
 * JSON of 256 KB holds 600 to 900 customers; to read and parse that much takes about as long as to open the packed files.
 * Twilio takes 200 MB in a build, and the functions need some of them.
 */
export const packLimits: PackLimits = { packAbove: 256 * 1024, maxPacked: 195_000_000 };

/** The customers as they are deployed. */
export interface CustomersFiles {
  /** `/customers.json`: the customers, or the list of the packed files. */
  text: string;
  /** The packed files by name, e.g. `customers-1.private.bin`. */
  packed: Map<string, Uint8Array>;
}

/**
 * @param customers in the order of `compareCustomers`
 * @throws PackedTooLarge
 */
export function makeCustomersFiles(customers: Iterable<Customer>, limits = packLimits): CustomersFiles {
  const packer = new CustomersPacker();
  const texts: string[] = [];
  let bytes = 0;
  for (const customer of customers) {
    if (bytes <= limits.packAbove) {
      const text = JSON.stringify(customer);
      texts.push(text);
      bytes += Buffer.byteLength(text) + 1;
    }
    packer.add(customer);
  }
  if (bytes <= limits.packAbove) return { text: `{"customers":[${texts.join(',')}]}`, packed: new Map() };
  const { asset, files } = packer.finish(limits.maxPacked);
  const packed = [...files].map(([name, content]) => [privateFile(name), content] as const);
  return { text: JSON.stringify(asset), packed: new Map(packed) };
}
