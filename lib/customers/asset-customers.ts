import type { Address } from '../address';
import { firstWhere } from '../binary-search';
import type { Customer } from '../model';
import type { CustomerDirectory, CustomerPage, CustomerQuery } from './directory';
import { type Cursor, comparePlaces, listsOf, placeOf, readCursor, writeCursor } from './places';
import { matchesSearch, readSearch, type Search, type SearchText, searchText } from './search';

/** A worker's customers in order, with the position of each. */
interface WorkerList {
  customers: Customer[];
  position: Map<string, number>;
  /** Created on the worker's first search. */
  searchable?: SearchText[];
}

/**
 * The customers in the private asset, all in memory. Each index is built on its first use and then answers in constant
 * time, for any number of customers.
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
    return this.findById(customerId);
  }

  async byAddress({ key }: Address): Promise<Customer | undefined> {
    return this.findByKey(key);
  }

  /** As `byId`, for tools that cannot wait. */
  findById(customerId: string): Customer | undefined {
    this.#ids ??= new Map(this.#customers.map((customer) => [customer.customer_id, customer]));
    return this.#ids.get(customerId);
  }

  /** As `byAddress`, for tools that cannot wait. */
  findByKey(key: string): Customer | undefined {
    this.#addresses ??= indexAddresses(this.#customers);
    return this.#addresses.get(key);
  }

  async list({ worker, search = '', limit, cursor, anchor }: CustomerQuery): Promise<CustomerPage> {
    const last = cursor === undefined ? undefined : readCursor(cursor);
    this.#workers ??= indexWorkers(this.#customers);
    const list = this.#workers.get(worker);
    if (!list) return { customers: [], next: undefined };

    const wanted = readSearch(search);
    const customers: Customer[] = [];
    for (
      let index = last ? startAfter(list, last) : startAt(list, anchor);
      index < list.customers.length;
      index++
    ) {
      const customer = list.customers[index] as Customer;
      if (wanted && !this.#matches(list, index, wanted)) continue;
      const end = customers.length === limit ? customers.at(-1) : undefined;
      if (end) return { customers, next: this.cursorAfter(end) };
      customers.push(customer);
    }
    return { customers, next: undefined };
  }

  cursorAfter(customer: Customer): string {
    return writeCursor(customer);
  }

  #matches(list: WorkerList, index: number, search: Search): boolean {
    list.searchable ??= list.customers.map(searchText);
    return matchesSearch(list.searchable[index] as SearchText, search);
  }
}

function indexAddresses(customers: readonly Customer[]): Map<string, Customer> {
  const index = new Map<string, Customer>();
  for (const customer of customers) {
    for (const { key } of customer.channels) {
      if (!index.has(key) || customer.primary_for?.includes(key)) index.set(key, customer);
    }
  }
  return index;
}

function indexWorkers(customers: readonly Customer[]): Map<string, WorkerList> {
  const index = new Map<string, WorkerList>();
  for (const customer of customers) {
    for (const worker of listsOf(customer)) {
      const list = index.get(worker) ?? { customers: [], position: new Map<string, number>() };
      index.set(worker, list);
      list.position.set(customer.customer_id, list.customers.length);
      list.customers.push(customer);
    }
  }
  return index;
}

/** @returns the index after an anchor. An anchor that is not in the list has no position: it is the end of the list. */
function startAt(list: WorkerList, anchor: string | undefined): number {
  if (anchor === undefined) return 0;
  const position = list.position.get(anchor);
  return position === undefined ? list.customers.length : position + 1;
}

/** @returns the index of the first customer after a place, whether or not that customer is still there */
function startAfter(list: WorkerList, { id, name }: Cursor): number {
  if (name === undefined) return startAt(list, id);
  const place = { id, name };
  const position = list.position.get(id);
  if (position !== undefined && placeOf(list.customers[position] as Customer).name === name)
    return position + 1;
  return firstWhere(
    0,
    list.customers.length,
    (index) => comparePlaces(placeOf(list.customers[index] as Customer), place) > 0,
  );
}
