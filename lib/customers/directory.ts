import type { Address } from '../address';
import type { Customer } from '../model';

/** Which customers of a worker, from where on. */
export interface CustomerQuery {
  /** The worker's identity. */
  worker: string;
  /** Text to search names, ids, e-mail addresses and numbers for, without case and accents; empty means all. */
  search?: string;
  /** How many at most. */
  limit: number;
  /** Where to go on: a page's `next`, or what `cursorAfter` gave. */
  cursor?: string;
  /** The customer_id of the last customer seen (the older way to page). */
  anchor?: string;
}

export interface CustomerPage {
  /** In the order of `compareCustomers`. */
  customers: Customer[];
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined;
}

/**
 * The one way to customers. Private assets stand behind it now; a CRM or Twilio Sync can take their place.
 * A lookup that fails throws: it never answers "no such customer" for "could not look".
 */
export interface CustomerDirectory {
  /** @returns the customer with this customer_id, or undefined when there is none */
  byId(customerId: string): Promise<Customer | undefined>;
  /** @returns the customer who has an address of this key on any channel, or undefined when nobody has */
  byAddress(address: Address): Promise<Customer | undefined>;
  /**
   * @returns the worker's own customers, page by page in a stable order; nothing after an anchor that is not among
   *   them
   * @throws InvalidCursor when the cursor is not one that this directory made
   */
  list(query: CustomerQuery): Promise<CustomerPage>;
  /**
   * @returns the cursor of what comes after a customer of a page, for a page that is cut there. It holds good even when
   *   that customer is deleted, renamed or given to another worker meanwhile
   */
  cursorAfter(customer: Customer): string;
}

/** The cursor was not made by this directory. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
