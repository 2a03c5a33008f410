import type { CustomerPage, ListedCustomer } from '../../api-lists';
import { ask } from '../state/control-api';

/** Reads a page of customers whom a search finds. */
export async function searchCustomers(
  filter: { query: string; channel?: string; limit?: string },
  after: number | undefined,
): Promise<CustomerPage> {
  const parameters = new URLSearchParams({ ...filter, ...(after !== undefined && { after: String(after) }) });
  const page = await ask<CustomerPage>(`/api/customers?${parameters}`);
  // A page that did not come is asked for again by scrolling.
  return page ?? { customers: [], total: 0, ...(after !== undefined && { next: after }) };
}

/** @returns the address of a customer on a channel, without the channel's prefix */
export function addressOn({ addresses }: ListedCustomer, channel: string): string {
  return addresses.find(({ type }) => type === channel)?.value.replace(/^\w+:/, '') ?? '';
}
