import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

export interface Phone {
  /** E.164 */
  number: string;
  /** ISO 3166-1 alpha-2, where it can be told. */
  country: string | undefined;
}

/**
 * Reads a phone number as people write it.
 *
 * @param text international (`+1 (212) 555-0101`) or in national form (`(212) 555-0101`)
 * @param defaultCountry whose national form it may be
 * @returns the number, or undefined when it cannot be one. Its length is checked, not whether it is given out:
 *   fictional numbers are fine.
 */
export function readPhone(text: string, defaultCountry: string | undefined): Phone | undefined {
  if (/[a-z]/i.test(text)) return undefined;
  const country = defaultCountry && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const phone = parsePhoneNumberFromString(text, {
    ...(country && { defaultCountry: country as CountryCode }),
    extract: false,
  });
  if (!phone?.isPossible()) return undefined;
  return { number: phone.number, country: phone.country ?? sameCode(phone.getPossibleCountries(), country) };
}

/** Fictional numbers belong to no country for certain: the file's own is taken where its calling code is theirs. */
function sameCode(possible: string[], country: string | undefined): string | undefined {
  return country && possible.includes(country) ? country : undefined;
}
