import { type Address, parseAddress, toSendable } from '../address';
import type { Caller } from '../caller';
import { isOwn } from '../customers/access';
import type { CustomerDirectory } from '../customers/directory';
import { Forbidden, InvalidEvent, NotFound, Unprocessable } from '../errors';
import type { ChannelType, Customer, Routing } from '../model';
import { requireKnown } from './destination';

/** To whom a first message goes. */
export interface Recipient {
  to: Address;
  /** undefined for somebody who is in no data. */
  customer: Customer | undefined;
  /** Of an e-mail: who else gets it. */
  copies: Copy[];
}

/** A further recipient of an e-mail. */
export interface Copy {
  level: 'cc' | 'bcc';
  address: string;
  name: string;
}

/** How many further recipients an e-mail may have. */
const mostCopies = 20;

interface Given {
  to?: string | undefined;
  customerId?: string | undefined;
  cc?: readonly string[] | undefined;
  bcc?: readonly string[] | undefined;
}

/**
 * Finds a customer's address on a channel, by the address itself or by the customer's id.
 *
 * @throws InvalidEvent unless exactly one of the two is given, and for what is no address of the channel; NotFound and
 *   Unprocessable where the customer or the address is not there; Forbidden when `flex.customerAccess` is `own` and
 *   it is another agent's customer. All of it holds for an e-mail's further recipients too.
 */
export async function findRecipient(
  given: Given,
  channel: ChannelType,
  customers: CustomerDirectory,
  routing: Routing,
  caller: Caller,
): Promise<Recipient> {
  const { to, customerId } = given;
  if (!to && !customerId) throw new InvalidEvent('to', 'is missing: give it or customerId');
  if (to && customerId) throw new InvalidEvent('to', 'must not be given beside customerId');
  const found = customerId
    ? await byId(customerId, channel, customers)
    : await byAddress(to ?? '', channel, customers);
  const { customer } = found;
  requireAccess(customer, routing, caller);
  const address = found.to;
  if (address) {
    const copies = await findCopies(given, channel, address, customers, routing, caller);
    // In a conversation that is open already, Twilio's own spelling is found.
    return { to: { ...address, value: toSendable(address) }, customer, copies };
  }
  throw new Unprocessable('no_address', `This customer has no address on channel ${channel}.`);
}

function requireAccess(customer: Customer | undefined, { flex }: Routing, caller: Caller): void {
  const mayOpen =
    caller.kind === 'server' || flex.customerAccess === 'all' || !customer || isOwn(customer, caller.name);
  if (!mayOpen) throw new Forbidden('customer_of_another_worker', 'This customer belongs to another worker.');
}

async function findCopies(
  { cc = [], bcc = [] }: Given,
  channel: ChannelType,
  to: Address,
  customers: CustomerDirectory,
  routing: Routing,
  caller: Caller,
): Promise<Copy[]> {
  const named = [...cc.map((text) => ['cc', text] as const), ...bcc.map((text) => ['bcc', text] as const)];
  const [first] = named;
  if (first && channel !== 'email') throw new InvalidEvent(first[0], 'is for e-mail alone');
  if (named.length > mostCopies) {
    throw new InvalidEvent('cc', `and bcc must be at most ${mostCopies} addresses together`);
  }
  const keys = [to.key];
  const copies: Copy[] = [];
  for (const [level, text] of named) {
    const address = readAddress(level, text, 'email');
    if (keys.includes(address.key)) throw new InvalidEvent(level, 'must not name a recipient twice');
    keys.push(address.key);
    const customer = await customers.byAddress(address);
    requireAccess(customer, routing, caller);
    requireKnown(customer, routing);
    copies.push({ level, address: address.value, name: customer?.display_name ?? address.value });
  }
  return copies;
}

async function byId(
  customerId: string,
  channel: ChannelType,
  customers: CustomerDirectory,
): Promise<Pick<Partial<Recipient>, 'to' | 'customer'>> {
  const customer = await customers.byId(customerId);
  if (!customer) throw new NotFound('customer_not_found', 'There is no customer with this customerId.');
  const to = customer.channels.find(({ type }) => type === channel);
  return { customer, ...(to && { to }) };
}

async function byAddress(
  text: string,
  channel: ChannelType,
  customers: CustomerDirectory,
): Promise<{ to: Address; customer: Customer | undefined }> {
  const to = readAddress('to', text, channel);
  // A short code is an address of a business; a text to it comes back as an error much later.
  if (channel === 'sms' && !to.key.startsWith('+')) throw new InvalidEvent('to', 'must not be a short code');
  return { to, customer: await customers.byAddress(to) };
}

/** What makes one address two, or a path of it, somewhere on its way. */
const unsafe = /[\p{Cc}\p{Cf}\u2028\u2029,;<>"\\/]/u;

function readAddress(field: string, text: string, channel: ChannelType): Address {
  const isNumber = channel === 'sms' || channel === 'whatsapp';
  if (!isNumber && (unsafe.test(text.trim()) || /(?:^|:)\.{1,2}$/.test(text.trim()))) {
    throw new InvalidEvent(field, 'must be one address, without , ; < > " / \\ and control characters');
  }
  const address = parseAddress(text, channel);
  if (!address || address.value.length > 256) {
    throw new InvalidEvent(field, `must be an address of channel ${channel}`);
  }
  if (channel === 'email' && !/^[^@]+@[^@.]+(?:\.[^@.]+)+$/.test(address.value)) {
    throw new InvalidEvent(field, 'must be an e-mail address such as name@example.com');
  }
  return address;
}
