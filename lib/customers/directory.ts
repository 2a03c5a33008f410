import type { Customer } from '../model';

/** Which customers of a worker, from where on. */
export interface CustomerQuery {
  /** The worker's identity. */
  worker: string;
  /** Text to search names and numbers for, without regard to case and accents; empty means all. */
  search?: string;
  /** How many at most. */
  limit: number;
  /** The cursor of the last customer seen. */
  cursor?: string;
  /** The customer_id of the last customer seen (the older way to page). */
  anchor?: string;
}

export interface CustomerPage {
  /** In the order of `compareCustomers`; each with the cursor that continues after it. */
  items: { customer: Customer; cursor: string }[];
  /** Whether there are customers after the last item. */
  more: boolean;
}

/**
 * The one door to customers. Private assets stand behind it now; a CRM or Twilio Sync can take their place.
 * A lookup that fails throws: it never answers "no such customer" for "could not look".
 */
export interface CustomerDirectory {
  /** @returns the customer with this customer_id, or undefined when there is none */
  byId(customerId: string): Promise<Customer | undefined>;
  /** @returns the customer who has this address on any channel, or undefined when nobody has */
  byAddress(address: string): Promise<Customer | undefined>;
  /**
   * @returns the worker's own customers, page by page in a stable order; nothing after an anchor that is not among
   *   them
   * @throws InvalidCursor when the cursor is not one that this directory made
   */
  list(query: CustomerQuery): Promise<CustomerPage>;
}

/** The cursor was not made by this directory. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
