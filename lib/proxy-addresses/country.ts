import type { Address } from '../address';
import { countryPrefixes } from './country-prefixes';

let countries: Map<string, string> | undefined;

/**
 * Finds the country of a phone number by its prefix.
 *
 * @returns ISO 3166-1 alpha-2; undefined for an address that is not a number, and for a number without a country, such as a
 *   toll-free one
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
