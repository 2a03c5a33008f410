import { Forbidden, InvalidEvent, NotFound } from '../errors';
import type { Customer, Routing } from '../model';
import { isOwn } from './cards';
import { type CustomerDirectory, type CustomerPage, InvalidCursor } from './directory';

/**
 * Opens one customer for a worker.
 *
 * @throws NotFound when there is no such customer; Forbidden when `customerAccess` is `own` and it is another's
 */
export async function openCustomer(
  customers: CustomerDirectory,
  routing: Routing,
  { CustomerId, Worker }: { CustomerId: string; Worker: string },
): Promise<Customer> {
  const customer = await customers.byId(CustomerId);
  if (!customer) throw new NotFound('customer_not_found', 'There is no customer with this CustomerId.');
  if (routing.customerAccess === 'own' && !isOwn(customer, Worker)) {
    throw new Forbidden('customer_of_another_worker', 'This customer belongs to another worker.');
  }
  return customer;
}

/**
 * A page of a worker's own customers, as `GetCustomersList` asks for it. The token goes before the anchor.
 *
 * @throws InvalidEvent when the token is none of ours
 */
export async function listCustomers(
  customers: CustomerDirectory,
  event: {
    Worker: string;
    PageSize: number;
    Query?: string | undefined;
    NextPageToken?: string | undefined;
    Anchor?: string | undefined;
  },
): Promise<CustomerPage> {
  try {
    return await customers.list({
      worker: event.Worker,
      limit: event.PageSize,
      ...(event.Query && { search: event.Query }),
      ...(event.NextPageToken && { cursor: event.NextPageToken }),
      ...(event.Anchor && { anchor: event.Anchor }),
    });
  } catch (error) {
    if (error instanceof InvalidCursor) {
      throw new InvalidEvent('NextPageToken', 'must be the next_page_token of an earlier answer');
    }
    throw error;
  }
}

/**
 * The customer among those who write: the sender if known, else the first of the group who is.
 *
 * @param writers addresses, the sender first
 */
export async function findWriter(
  customers: CustomerDirectory,
  writers: string[],
): Promise<Customer | undefined> {
  for (const address of writers) {
    const customer = await customers.byAddress(address);
    if (customer) return customer;
  }
  return undefined;
}
