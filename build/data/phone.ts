import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { addressKey, dropTrunkZero, fromTelUri, toE164 } from '../../lib/address';

export interface Phone {
  /** E.164 */
  number: string;
  /** ISO 3166-1 alpha-2, if known. */
  country: string | undefined;
  /** Whether a numbering plan that the build knows has numbers of this length. */
  isKnown: boolean;
}

/** The numbers that were read last: most customers have the same one on several channels. */
const recent = new Map<string, Phone | undefined>();
const recentAtMost = 64;

/**
 * Reads a phone number as people write it.
 *
 * @param text international (`+1 (212) 555-0101`, `(+1) 212…`, `tel:+1-212-…`) or in national form (`(212) 555-0101`)
 * @param defaultCountry the country of a number in national form
 * @returns the number, or undefined when it cannot be one. A number with a country code only has to have the form of
 *   E.164, because numbering plans change faster than the build's metadata. It need not be assigned: fictional numbers
 *   are fine.
 */
export function readPhone(text: string, defaultCountry: string | undefined): Phone | undefined {
  const key = `${defaultCountry} ${text}`;
  if (recent.has(key)) return recent.get(key);
  const phone = parsePhone(text, defaultCountry);
  if (recent.size === recentAtMost) recent.clear();
  recent.set(key, phone);
  return phone;
}

function parsePhone(text: string, defaultCountry: string | undefined): Phone | undefined {
  const bare = fromTelUri(text)?.replace(/^\s*\(\s*(\+\s*\d{1,3})\s*\)/, '$1 ');
  const given = bare === undefined ? undefined : dropTrunkZero(bare);
  if (given === undefined || /[a-z]/i.test(given)) return undefined;
  const country = defaultCountry && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const options = { ...(country && { defaultCountry: country as CountryCode }), extract: false };
  const phone = parsePhoneNumberFromString(given, options);
  if (phone && (phone.isPossible() || isOtherSpelling(phone.number))) {
    return {
      number: phone.number,
      country: phone.country ?? sameCode(phone.getPossibleCountries(), country),
      isKnown: true,
    };
  }
  const number = toE164(given.trim());
  return number ? { number, country: phone?.country, isKnown: false } : undefined;
}

/** Mexico's plan no longer has the 1 after the country code, but WhatsApp still uses it. */
function isOtherSpelling(number: string): boolean {
  const key = addressKey(number);
  return key !== undefined && key !== number && (parsePhoneNumberFromString(key)?.isPossible() ?? false);
}

/** A fictional number can belong to several countries: prefers the file's country if it has the same calling code. */
function sameCode(possible: string[], country: string | undefined): string | undefined {
  return country && possible.includes(country) ? country : undefined;
}
