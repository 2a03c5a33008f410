import { isSupportedCountry } from 'libphonenumber-js';
import * as v from 'valibot';
import { channelTypes } from '../../../lib/model';
import { hasOuterWhiteSpace, trimWhiteSpace } from '../white-space';
import { message } from './messages';
import { optional } from './shapes';

export const text = v.pipe(
  v.string(message('must be text', 'write it between quotation marks')),
  v.regex(/\S/, message('is empty', 'fill it in or remove it')),
);
export const flag = v.boolean(
  message('must be true or false', 'write true or false, without quotation marks'),
);
/** @returns the schema of a text that is one of these values */
export const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, message(`must be one of: ${values.join(', ')}`, `choose ${values.join(' or ')}`));

export const name = v.pipe(
  text,
  v.maxLength(256, message('is longer than 256 characters', "shorten it: that is Twilio's limit for names")),
);

export const identity = v.pipe(
  text,
  v.check(
    (value) => !/\S/.test(value) || !hasOuterWhiteSpace(value),
    (issue) =>
      message(
        `${JSON.stringify(issue.input)} begins or ends with white space`,
        `write ${JSON.stringify(trimWhiteSpace(issue.input))}`,
      ),
  ),
  v.maxLength(
    256,
    message('is longer than 256 characters', "shorten it: that is Twilio's limit for identities"),
  ),
  v.description("A worker's identity in Frontline, often an e-mail address"),
);
export const customerId = v.pipe(
  v.union(
    [
      v.string(),
      v.pipe(
        v.number(),
        v.check(
          (id) => Number.isSafeInteger(id),
          message('is a number that JSON cannot represent exactly', 'write the id between quotation marks'),
        ),
      ),
    ],
    message('must be text or a number', 'write the id that your CRM gives the customer'),
  ),
  v.transform(String),
  v.regex(/\S/, message('is empty', 'write the id that your CRM gives the customer')),
  v.maxLength(256, message('is longer than 256 characters', 'use a shorter id')),
);
export const channelType = oneOf(channelTypes);
export const country = v.pipe(
  v.string(message('must be text', 'write two capital letters, e.g. "US"')),
  v.regex(/^[A-Z]{2}$/, message('is not a country code', 'write two capital letters (ISO 3166), e.g. "US"')),
  v.check(
    (code) => !/^[A-Z]{2}$/.test(code) || isCountry(code),
    (issue) =>
      message(
        `${JSON.stringify(issue.input)} is not a country`,
        'write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
      ),
  ),
  v.description('ISO 3166-1 alpha-2, e.g. US'),
);
export const language = v.pipe(
  v.string(message('must be text', 'write a language tag, e.g. "en" or "es-MX"')),
  v.check(isLanguage, message('is not a language tag', 'write a BCP 47 tag, e.g. "en" or "es-MX"')),
  v.description('BCP 47, e.g. en or es-MX'),
);
export const schemaLink = optional(v.string());
export const homeCountry = v.pipe(
  country,
  v.description('The country of numbers that are written in national form'),
);

/** ISO 3166 knows some places that have no telephone numbers of their own. */
const withoutNumbers = new Set(['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM']);

function isCountry(code: string): boolean {
  return isSupportedCountry(code) || withoutNumbers.has(code);
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
