import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { addressKey, fromTelUri, toE164 } from '../../lib/address';

export interface Phone {
  /** E.164 */
  number: string;
  /** ISO 3166-1 alpha-2, where it can be told. */
  country: string | undefined;
  /** Whether the numbering plans that the build knows have numbers of this length. */
  isKnown: boolean;
}

/**
 * Reads a phone number as people write it.
 *
 * @param text international (`+1 (212) 555-0101`, `(+1) 212…`, `tel:+1-212-…`) or in national form (`(212) 555-0101`)
 * @param defaultCountry whose national form it may be
 * @returns the number, or undefined when it cannot be one. What is written with a country code need only have the
 *   shape of E.164, as numbering plans change faster than what the build knows of them. Nothing has to be given out
 *   already: fictional numbers are fine.
 */
export function readPhone(text: string, defaultCountry: string | undefined): Phone | undefined {
  const given = fromTelUri(text)?.replace(/^\s*\(\s*(\+\s*\d{1,3})\s*\)/, '$1 ');
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

/** Mexico's plan no longer has the spelling with the 1, which WhatsApp keeps. */
function isOtherSpelling(number: string): boolean {
  const key = addressKey(number);
  return key !== undefined && key !== number && (parsePhoneNumberFromString(key)?.isPossible() ?? false);
}

/** Fictional numbers belong to no country for certain: the file's own is taken where its calling code is theirs. */
function sameCode(possible: string[], country: string | undefined): string | undefined {
  return country && possible.includes(country) ? country : undefined;
}
