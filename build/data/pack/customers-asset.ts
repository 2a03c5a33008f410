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

/** Makes the customers' files, of one customer at a time. */
export class CustomersFilesMaker {
  readonly #limits: PackLimits;
  readonly #packer = new CustomersPacker();
  readonly #texts: string[] = [];
  #bytes = 0;

  constructor(limits: PackLimits = packLimits) {
    this.#limits = limits;
  }

  /** Adds the next customer in the order of `compareCustomers`. */
  add(customer: Customer): void {
    if (this.#bytes <= this.#limits.packAbove) {
      const text = JSON.stringify(customer);
      this.#texts.push(text);
      this.#bytes += Buffer.byteLength(text) + 1;
    }
    this.#packer.add(customer);
  }

  /** @throws PackedTooLarge */
  finish(): CustomersFiles {
    const steps = this.finishInSteps();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /**
   * The same, with time for something else in between.
   *
   * @returns how many customers are packed, again and again, and the files in the end
   */
  *finishInSteps(): Generator<number, CustomersFiles> {
    if (this.#bytes <= this.#limits.packAbove) {
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
