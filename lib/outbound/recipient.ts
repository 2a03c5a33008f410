import { type Address, parseAddress, toSendable } from '../address';
import type { Caller } from '../caller';
import { type CustomerDirectory, isOwn } from '../customers/directory';
import { Forbidden, InvalidEvent, NotFound, Unprocessable } from '../errors';
import type { ChannelType, Customer, Routing } from '../model';
import { countryOf, environmentAddresses } from '../proxy-addresses/choose';
import { premiumRanges } from './premium-ranges';

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

/**
 * Checks whether somebody may be written to at all: whoever the caller is, a message must not go to ourselves, to a
 * number that is dear, or to a country where we have no business.
 *
 * @param env the function's environment variables: some of our own addresses stand there
 * @throws Unprocessable `own_address`, `unknown_customer` or `destination_not_allowed`
 */
export function checkDestination(
  to: Address,
  customer: Customer | undefined,
  routing: Routing,
  env: Readonly<Record<string, unknown>>,
): void {
  requireForeign(to.key, routing, env);
  requireKnown(customer, routing);
  // Only numbers are charged by destination.
  if (to.type !== 'sms' && to.type !== 'whatsapp') return;
  const country = countryOf(to);
  if (country === undefined) {
    throw notAllowed('no_country', 'This number belongs to no country: satellite, toll-free and the like.');
  }
  if (isPremium(to.key)) {
    throw notAllowed('premium_rate', 'This is a premium-rate, shared-cost or personal number.');
  }
  if (!allowedCountries(routing, env).includes(country)) {
    throw notAllowed('country', `Numbers of ${country} are not among the allowed destinations.`, country);
  }
}

/** @throws Unprocessable for an address of ours: what goes there comes back as a customer's */
export function requireForeign(key: string, routing: Routing, env: Readonly<Record<string, unknown>>): void {
  if (!ownKeys(routing, env).includes(key)) return;
  throw new Unprocessable('own_address', 'This is an address of your own: write to a customer.');
}

function ownKeys(routing: Routing, env: Readonly<Record<string, unknown>>): string[] {
  return [...routing.ownAddresses, ...environmentAddresses(env).map(({ key }) => key)];
}

/** @throws Unprocessable for somebody who is in no data, where only known customers may be written to */
function requireKnown(customer: Customer | undefined, { flex }: Routing): void {
  if (customer || !flex.knownCustomersOnly) return;
  throw new Unprocessable('unknown_customer', 'Only customers of the data may be written to.');
}

/** @returns the countries to whose numbers may be written: those that the data names, else those of our own numbers */
export function allowedCountries(routing: Routing, env: Readonly<Record<string, unknown>>): string[] {
  return routing.flex.allowedCountries ?? countriesOf(ownKeys(routing, env));
}

function notAllowed(reason: string, message: string, country?: string): Unprocessable {
  return new Unprocessable('destination_not_allowed', message, {
    facts: { reason, ...(country !== undefined && { country }) },
    details: { reason, ...(country !== undefined && { country }) },
  });
}

/** North American toll-free numbers reach the United States and Canada. */
const tollFree = /^\+18(?:00|33|44|55|66|77|88)/;

/** @returns the countries of those of our addresses that are numbers */
function countriesOf(keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    if (tollFree.test(key)) return ['US', 'CA'];
    return countryOf({ type: 'sms', value: key, key }) ?? [];
  });
}

interface Ranges {
  longest: number;
  pattern: string;
}

let ranges: Map<string, Ranges> | undefined;

/** Carriers ignore what is dialed too much: a premium-rate number stays one with digits after it. */
function isPremium(key: string): boolean {
  ranges ??= readRanges();
  const digits = key.slice(1);
  for (const length of [1, 2, 3]) {
    const found = ranges.get(digits.slice(0, length));
    if (!found) continue;
    const national = digits.slice(length);
    const tail = national.length > found.longest ? '' : '$';
    return new RegExp(`^(?:${found.pattern})${tail}`).test(national);
  }
  return false;
}

function readRanges(): Map<string, Ranges> {
  const entries = premiumRanges
    .trim()
    .split('\n')
    .map((line) => {
      const [code = '', longest, pattern = ''] = line.split(' ');
      return [code, { longest: Number(longest), pattern }] as const;
    });
  return new Map(entries);
}
