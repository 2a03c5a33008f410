import { addressKey } from '../address';
import type { Customer } from '../model';
import { type CustomerDirectory, type CustomerPage, type CustomerQuery, InvalidCursor } from './directory';
import { matchesSearch, type SearchText, searchText } from './search';

/** A worker's customers in order, with where each one stands. */
interface WorkerList {
  customers: Customer[];
  position: Map<string, number>;
  /** Made when the worker first searches. */
  searchable?: SearchText[];
}

/**
 * Customers from the private asset, all in memory. Each index is built when it is first used and then answers in
 * constant time, however many customers there are.
 */
export class AssetCustomers implements CustomerDirectory {
  readonly #customers: readonly Customer[];
  #ids: Map<string, Customer> | undefined;
  #addresses: Map<string, Customer> | undefined;
  #workers: Map<string, WorkerList> | undefined;

  /** @param customers in the order of `compareCustomers`, as the build writes them */
  constructor(customers: readonly Customer[]) {
    this.#customers = customers;
  }

  async byId(customerId: string): Promise<Customer | undefined> {
    this.#ids ??= new Map(this.#customers.map((customer) => [customer.customer_id, customer]));
    return this.#ids.get(customerId);
  }

  async byAddress(address: string): Promise<Customer | undefined> {
    this.#addresses ??= indexAddresses(this.#customers);
    return this.#addresses.get(addressKey(address) ?? '');
  }

  async list({ worker, search = '', limit, cursor, anchor }: CustomerQuery): Promise<CustomerPage> {
    this.#workers ??= indexWorkers(this.#customers);
    const list = this.#workers.get(worker);
    if (!list) return { items: [], more: false };

    const start = startOf(list, cursor, anchor);
    const wanted = search.trim();
    const items: CustomerPage['items'] = [];
    for (let index = start; index < list.customers.length; index++) {
      const customer = list.customers[index] as Customer;
      if (wanted && !this.#matches(list, index, wanted)) continue;
      if (items.length === limit) return { items, more: true };
      items.push({ customer, cursor: toCursor(customer.customer_id) });
    }
    return { items, more: false };
  }

  #matches(list: WorkerList, index: number, search: string): boolean {
    list.searchable ??= list.customers.map(searchText);
    return matchesSearch(list.searchable[index] as SearchText, search);
  }
}

function indexAddresses(customers: readonly Customer[]): Map<string, Customer> {
  const index = new Map<string, Customer>();
  for (const customer of customers) {
    for (const { value, type } of customer.channels) {
      const key = addressKey(value, type);
      if (key && (!index.has(key) || customer.primary_for?.includes(key))) index.set(key, customer);
    }
  }
  return index;
}

function indexWorkers(customers: readonly Customer[]): Map<string, WorkerList> {
  const index = new Map<string, WorkerList>();
  for (const customer of customers) {
    for (const worker of new Set([...(customer.assigned_workers ?? []), customer.worker])) {
      if (!worker) continue;
      const list = index.get(worker) ?? { customers: [], position: new Map<string, number>() };
      index.set(worker, list);
      list.position.set(customer.customer_id, list.customers.length);
      list.customers.push(customer);
    }
  }
  return index;
}

/** A customer who is gone, or was never this worker's, is the end of the list: page one again would scroll for ever. */
function startOf(list: WorkerList, cursor: string | undefined, anchor: string | undefined): number {
  const last = cursor === undefined ? anchor : fromCursor(cursor);
  if (last === undefined) return 0;
  const position = list.position.get(last);
  return position === undefined ? list.customers.length : position + 1;
}

function toCursor(customerId: string): string {
  return Buffer.from(JSON.stringify({ after: customerId })).toString('base64url');
}

function fromCursor(cursor: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { after?: unknown };
    if (typeof after === 'string') return after;
  } catch {
    // falls through to the error below
  }
  throw new InvalidCursor('not a cursor of this directory');
}
