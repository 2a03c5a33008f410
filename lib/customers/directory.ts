import type { Address } from '../address';
import type { Customer } from '../model';

/** Which of a worker's customers to list. */
export interface CustomerQuery {
  /** The worker's identity. */
  worker: string;
  /** What to search for in names, ids, e-mail addresses and numbers; case and accents are ignored. Empty means all. */
  search?: string;
  /** The length of the page. */
  limit: number;
  /** Where to continue: `next` of a page, or a result of `cursorAfter`. */
  cursor?: string;
  /** The `customer_id` of the last customer seen: the older way to page. */
  anchor?: string;
}

/** A page of a list of customers. */
export interface CustomerPage {
  /** In the order of `compareCustomers`. */
  customers: Customer[];
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined;
}

/**
 * The only way in which the functions read customers. It is implemented for the private asset; you can implement it for a
 * CRM or Twilio Sync. A lookup that fails has to throw: "could not look" is not "no such customer".
 */
export interface CustomerDirectory {
  /** @returns the customer with this `customer_id`, or undefined when there is none */
  byId(customerId: string): Promise<Customer | undefined>;
  /** @returns the customer who has this address, by its key, on any channel; undefined when nobody has it */
  byAddress(address: Address): Promise<Customer | undefined>;
  /**
   * @returns a page of the worker's own customers, in a stable order; it is empty after an anchor that is not in the list
   * @throws InvalidCursor when the cursor is not one that this directory made
   */
  list(query: CustomerQuery): Promise<CustomerPage>;
  /**
   * @returns the cursor for what comes after a customer, for a page that is cut there. It stays valid when that customer
   *   is deleted, renamed or given to another worker
   */
  cursorAfter(customer: Customer): string;
}

/** Thrown for a cursor that this directory has not made. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
