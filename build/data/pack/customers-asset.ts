import { privateFile } from '../../../lib/customers/packed-format';
import type { Customer } from '../../../lib/model';
import { finish } from '../../../lib/steps';
import { CustomersPacker } from './pack-customers';

/** In bytes. */
export interface PackLimits {
  /** The size up to which the customers stay one JSON asset, which people can read. */
  packAbove: number;
  /** The most that the packed files may have together. */
  maxPacked: number;
  /** For temporary files; the system's when left out. */
  temporaryFolder?: string;
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

/** Makes the customers' files, of one customer at a time. */
export class CustomersFilesMaker {
  readonly #limits: PackLimits;
  /** The customers as long as they fit into one asset, and their JSON. */
  readonly #few: Customer[] = [];
  readonly #texts: string[] = [];
  #bytes = 0;
  #packer: CustomersPacker | undefined;

  constructor(limits: PackLimits = packLimits) {
    this.#limits = limits;
  }

  /** Adds the next customer in the order of `compareCustomers`. */
  add(customer: Customer): void {
    if (this.#packer) {
      this.#packer.add(customer);
      return;
    }
    const text = JSON.stringify(customer);
    this.#few.push(customer);
    this.#texts.push(text);
    this.#bytes += Buffer.byteLength(text) + 1;
    if (this.#bytes <= this.#limits.packAbove) return;
    const packer = new CustomersPacker(this.#limits.temporaryFolder);
    for (const one of this.#few.splice(0)) packer.add(one);
    this.#texts.length = 0;
    this.#packer = packer;
  }

  /** @throws PackedTooLarge */
  finish(): CustomersFiles {
    return finish(this.finishInSteps());
  }

  /**
   * The same, with time for something else in between.
   *
   * @returns how many customers are packed, again and again, and the files in the end
   */
  *finishInSteps(): Generator<number, CustomersFiles> {
    if (!this.#packer) {
      return { text: `{"customers":[${this.#texts.join(',')}]}`, packed: new Map() };
    }
    const { asset, files } = yield* this.#packer.finishInSteps(this.#limits.maxPacked);
    const packed = [...files].map(([name, content]) => [privateFile(name), content] as const);
    return { text: JSON.stringify(asset), packed: new Map(packed) };
  }
}

/**
 * @param customers in the order of `compareCustomers`
 * @throws PackedTooLarge
 */
export function makeCustomersFiles(customers: Iterable<Customer>, limits = packLimits): CustomersFiles {
  const maker = new CustomersFilesMaker(limits);
  for (const customer of customers) maker.add(customer);
  return maker.finish();
}
