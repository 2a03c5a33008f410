import { type Address, spellings } from '../address';
import type { Customer } from '../model';
import { compareText, fold } from '../text';
import { type CustomerDirectory, type CustomerPage, type CustomerQuery, InvalidCursor } from './directory';

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
    this.#ids ??= new Map(this.#customers.map((customer) => [customer.customer_id, customer]));
    return this.#ids.get(customerId);
  }

  async byAddress({ key }: Address): Promise<Customer | undefined> {
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
    const { name, id } = placeOf(customer);
    return Buffer.from(JSON.stringify({ after: id, name })).toString('base64url');
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
  let [low, high] = [0, list.customers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(placeOf(list.customers[middle] as Customer), place) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where a list continues. Cursors of earlier versions have no name: they are anchors. */
type Cursor = Omit<Place, 'name'> & { name?: string | undefined };

/** Far longer than a cursor with the longest name and id. */
const maxCursorLength = 32 * 1024;

/** @throws InvalidCursor when it was not made by `cursorAfter` */
function readCursor(cursor: string): Cursor {
  const { after: id, name } = cursor.length <= maxCursorLength ? parseObject(cursor) : {};
  if (typeof id !== 'string' || (name !== undefined && typeof name !== 'string')) {
    throw new InvalidCursor('not a cursor of this directory');
  }
  return { id, name };
}

function parseObject(cursor: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(cursor, 'base64url').toString())) as Record<string, unknown>;
  } catch {
    return {};
  }
}

interface Named {
  customer_id: string;
  display_name: string;
}

/** The position of a customer in every list. */
interface Place {
  /** The folded display name. */
  name: string;
  id: string;
}

/** @returns a customer's place; it does not depend on other customers */
function placeOf({ customer_id, display_name }: Named): Place {
  return { name: fold(display_name), id: customer_id };
}

/** Compares two places for `sort`. */
function comparePlaces(a: Place, b: Place): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** Compares two customers for `sort`: by name without case and accents, then by `customer_id`. */
export function compareCustomers(a: Named, b: Named): number {
  return comparePlaces(placeOf(a), placeOf(b));
}

/** The length to which a search text is cut: no name, number or address is longer. */
const maxSearchLength = 256;

/** Shorter texts are in too many ids, e-mail addresses and numbers. */
const minLength = 3;

/** The texts of a customer that are searched. */
interface SearchText {
  /** The folded name, with punctuation. */
  written: string;
  /** The same without punctuation. */
  name: string;
  /** The `customer_id` and the e-mail addresses, folded and without punctuation. */
  ids: string[];
  /** The digits of each number. */
  numbers: string[];
}

/** A search text, prepared once. */
interface Search {
  /** The whole text, folded; used if it has neither letters nor digits. */
  written: string;
  /** All digits, if the text is one number; otherwise empty. */
  number: string;
  words: Word[];
}

interface Word {
  /** The word without punctuation. */
  joined: string;
  /** What the punctuation separates: `jean` and `luc` in `jean-luc`. */
  parts: string[];
  /** The digits, if the word is written like a number; otherwise empty. */
  digits: string;
}

/** @returns the texts of a customer that are searched: display name, `customer_id`, e-mail addresses and phone numbers */
function searchText({ display_name, customer_id, channels }: Customer): SearchText {
  const emails = channels.filter(({ type }) => type === 'email').map(({ value }) => value);
  const phones = channels.filter(({ type }) => type === 'sms' || type === 'whatsapp');
  const written = fold(display_name);
  return {
    written,
    name: plain(written),
    ids: unique([customer_id, ...emails].map((id) => plain(fold(id)))),
    // Some numbers have two forms, e.g. in Mexico: that of WhatsApp and that of the telephone network.
    numbers: unique(phones.flatMap(spellings).map(digitsOf)),
  };
}

/** @returns the search for `matchesSearch`; undefined when the text is empty */
function readSearch(text: string): Search | undefined {
  const written = fold(text.slice(0, maxSearchLength));
  if (written === '') return undefined;
  const words = unique(written.split(' ')).map((word) => ({
    joined: plain(word),
    parts: word.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== ''),
    digits: /^[\d+().-]+$/.test(word) ? numberOf(word) : '',
  }));
  return {
    written,
    number: /\p{L}/u.test(written) ? '' : numberOf(written),
    words: words.filter(({ joined }) => joined !== ''),
  };
}

/**
 * @returns whether a customer is found: each word is in the name, the `customer_id`, an e-mail address or a number. A text
 *   without letters is also compared as one number, with or without punctuation
 */
function matchesSearch(customer: SearchText, { written, number, words }: Search): boolean {
  const inNumbers = (digits: string): boolean =>
    digits.length >= minLength && customer.numbers.some((one) => one.includes(digits));
  const isId = (text: string): boolean =>
    customer.ids.some((id) => (text.length >= minLength ? id.includes(text) : id === text));
  if (words.length === 0) return customer.written.includes(written);
  if (inNumbers(number)) return true;
  return words.every(
    ({ joined, parts, digits }) =>
      customer.name.includes(joined) ||
      parts.every((part) => customer.name.includes(part)) ||
      isId(joined) ||
      inNumbers(digits),
  );
}

function plain(folded: string): string {
  return folded.replace(/[^\p{L}\p{N} ]+/gu, '');
}

/** @returns the digits without the leading zeros of a national form, and without the zero in `+44 (0)20` */
function numberOf(text: string): string {
  return digitsOf(text.replace('(0)', '')).replace(/^0+/, '');
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}
