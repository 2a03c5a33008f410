import type { Address } from '../address';
import { Unprocessable } from '../errors';
import type { Customer, Routing } from '../model';
import { environmentAddresses } from '../proxy-addresses/choose';
import { countryOf } from '../proxy-addresses/country';
import { premiumRanges } from './premium-ranges';

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
export function requireKnown(customer: Customer | undefined, { flex }: Routing): void {
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
