import type { Address } from '../address';
import { countryPrefixes } from './country-prefixes';

let countries: Map<string, string> | undefined;

/**
 * Tells the country of a phone number by what it begins with.
 *
 * @returns ISO 3166-1 alpha-2; undefined for what is no number, and for a number of no country, such as a toll-free one
 */
export function countryOf(address: Address | undefined): string | undefined {
  const [, digits] = /^\+(\d+)$/.exec(address?.key ?? '') ?? [];
  if (digits === undefined) return undefined;
  countries ??= readPrefixes();
  for (let length = digits.length; length > 0; length--) {
    const country = countries.get(digits.slice(0, length));
    if (country) return country;
  }
  return undefined;
}

function readPrefixes(): Map<string, string> {
  const entries = countryPrefixes
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [country = '', ...prefixes] = line.split(' ');
      return prefixes.map((prefix) => [prefix, country] as const);
    });
  return new Map(entries);
}
