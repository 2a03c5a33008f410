import { matchesSearch, readSearch, type Search, searchText } from '../../lib/customers/search';
import type { ChannelType, Customer } from '../../lib/model';

/** Which customers to list; everything that is left out matches all. */
export interface CustomerFilter {
  /** What to search for in names, ids, e-mail addresses and numbers. */
  query?: string;
  /** The identity of the worker who owns them. */
  worker?: string;
  /** Only customers who have an address on this channel. */
  channel?: string;
  /** The most that are returned. */
  limit: number;
  /** Where to continue: `next` of an earlier page. */
  after?: number;
}

/** How many customers are prepared for the search before other work has its turn. */
const slice = 2_000;

/** All customers in the data: by address, and by a search that stays fast with a million of them. */
export class CustomerIndex {
  /** In the order of the app's lists. */
  readonly customers: readonly Customer[];
  #addresses: Map<string, Customer> | undefined;
  #ids: Map<string, Customer> | undefined;
  /** One text for each customer that has everything the search compares; undefined until the first search. */
  #texts: Promise<string[]> | undefined;

  constructor(customers: readonly Customer[]) {
    this.customers = customers;
  }

  byId(customerId: string): Customer | undefined {
    this.#ids ??= new Map(this.customers.map((one) => [one.customer_id, one]));
    return this.#ids.get(customerId);
  }

  /** @param address `+1…`, with or without `whatsapp:`, an e-mail address, or an identity */
  byAddress(address: string): Customer | undefined {
    this.#addresses ??= indexAddresses(this.customers);
    return this.#addresses.get(withoutPrefix(address));
  }

  /** @returns a page of customers, and where the next one begins; undefined on the last one */
  async list(filter: CustomerFilter): Promise<{ customers: Customer[]; next: number | undefined }> {
    const { query = '', worker, channel, limit, after = 0 } = filter;
    const search = readSearch(query);
    this.#texts ??= search && prepareTexts(this.customers);
    const texts = search ? await this.#texts : undefined;
    const found: Customer[] = [];
    for (let index = after; index < this.customers.length; index++) {
      const customer = this.customers[index] as Customer;
      if (texts && !mayMatch(texts[index] as string, search as Search)) continue;
      if (worker !== undefined && !ownersOf(customer).includes(worker)) continue;
      if (channel !== undefined && !customer.channels.some(({ type }) => type === channel)) continue;
      if (search && !matchesSearch(searchText(customer), search)) continue;
      if (found.length === limit) return { customers: found, next: index };
      found.push(customer);
    }
    return { customers: found, next: undefined };
  }
}

/** @returns the identities of a customer's workers, the one who gets the conversations first */
export function ownersOf({ assigned_workers = [], worker }: Customer): string[] {
  return [...assigned_workers, ...(worker === undefined ? [] : [worker])];
}

/** @returns the customer's first phone number, in E.164 */
export function phoneOf({ channels }: Customer): string | undefined {
  return channels.find(({ type }) => isPhone(type))?.value.replace('whatsapp:', '');
}

/** @returns whether a channel is one of phones */
export function isPhone(type: ChannelType): type is 'sms' | 'whatsapp' {
  return type === 'sms' || type === 'whatsapp';
}

function indexAddresses(customers: readonly Customer[]): Map<string, Customer> {
  const index = new Map<string, Customer>();
  for (const customer of customers) {
    for (const { key, value } of customer.channels) {
      const address = withoutPrefix(value);
      if (!index.has(address) || customer.primary_for?.includes(key)) index.set(address, customer);
    }
  }
  return index;
}

function withoutPrefix(address: string): string {
  return address.replace(/^whatsapp:/, '');
}

/** Prepares in slices: a million names take seconds, in which messages are still answered. */
async function prepareTexts(customers: readonly Customer[]): Promise<string[]> {
  const texts: string[] = [];
  for (const [index, customer] of customers.entries()) {
    if (index % slice === slice - 1) await new Promise(setImmediate);
    const { written, name, ids, numbers } = searchText(customer);
    texts.push([written, name, ...ids, ...numbers].join('\n'));
  }
  return texts;
}

/** @returns false if a customer cannot match. It is far cheaper than `matchesSearch`, which decides about the rest. */
function mayMatch(text: string, { written, number, words }: Search): boolean {
  if (words.length === 0) return text.includes(written);
  if (number !== '' && text.includes(number)) return true;
  return words.every(
    ({ joined, parts, digits }) =>
      text.includes(joined) ||
      (parts.length > 1 && parts.every((part) => text.includes(part))) ||
      (digits !== '' && text.includes(digits)),
  );
}
