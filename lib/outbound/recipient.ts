import { type Address, parseAddress, toSendable } from '../address';
import type { Caller } from '../caller';
import { isOwn } from '../customers/access';
import type { CustomerDirectory } from '../customers/directory';
import { Forbidden, InvalidEvent, NotFound, Unprocessable } from '../errors';
import type { ChannelType, Customer, Routing } from '../model';

/** To whom a first message goes. */
export interface Recipient {
  to: Address;
  /** undefined for somebody who is in no data. */
  customer: Customer | undefined;
}

/**
 * Finds a customer's address on a channel, by the address itself or by the customer's id.
 *
 * @throws InvalidEvent unless exactly one of the two is given, and for what is no address of the channel; NotFound and
 *   Unprocessable where the customer or the address is not there; Forbidden when `flex.customerAccess` is `own` and
 *   it is another agent's customer
 */
export async function findRecipient(
  { to, customerId }: { to?: string | undefined; customerId?: string | undefined },
  channel: ChannelType,
  customers: CustomerDirectory,
  routing: Routing,
  caller: Caller,
): Promise<Recipient> {
  if (!to && !customerId) throw new InvalidEvent('to', 'is missing: give it or customerId');
  if (to && customerId) throw new InvalidEvent('to', 'must not be given beside customerId');
  const found = customerId
    ? await byId(customerId, channel, customers)
    : await byAddress(to ?? '', channel, customers);
  const { customer } = found;
  const { customerAccess } = routing.flex;
  const mayOpen =
    caller.kind === 'server' || customerAccess === 'all' || !customer || isOwn(customer, caller.name);
  if (!mayOpen) throw new Forbidden('customer_of_another_worker', 'This customer belongs to another worker.');
  const address = found.to;
  // In a conversation that is open already, Twilio's own spelling is found.
  if (address) return { to: { ...address, value: toSendable(address) }, customer };
  throw new Unprocessable('no_address', `This customer has no address on channel ${channel}.`);
}

async function byId(
  customerId: string,
  channel: ChannelType,
  customers: CustomerDirectory,
): Promise<Partial<Recipient>> {
  const customer = await customers.byId(customerId);
  if (!customer) throw new NotFound('customer_not_found', 'There is no customer with this customerId.');
  const to = customer.channels.find(({ type }) => type === channel);
  return { customer, ...(to && { to }) };
}

async function byAddress(
  text: string,
  channel: ChannelType,
  customers: CustomerDirectory,
): Promise<Recipient> {
  const to = parseAddress(text, channel);
  if (!to || to.value.length > 256) throw new InvalidEvent('to', `must be an address of channel ${channel}`);
  // A short code is an address of a business; a text to it comes back as an error much later.
  if (channel === 'sms' && !to.key.startsWith('+')) throw new InvalidEvent('to', 'must not be a short code');
  return { to, customer: await customers.byAddress(to) };
}
