import { spellings } from '../address';
import type { Customer } from '../model';
import { fold } from '../text';

/** The length to which a search text is cut: no name, number or address is longer. */
const maxSearchLength = 256;

/** Shorter texts are in too many ids, e-mail addresses and numbers. */
const minLength = 3;

/** The texts of a customer that are searched. */
export interface SearchText {
  /** The folded name, with punctuation. */
  written: string;
  /** The same without punctuation. */
  name: string;
  /** The `customer_id` and the e-mail addresses, folded and without punctuation. */
  ids: string[];
  /** The digits of each number. */
  numbers: string[];
}

/** A search text, prepared once. */
export interface Search {
  /** The whole text, folded; used if it has neither letters nor digits. */
  written: string;
  /** All digits, if the text is one number; otherwise empty. */
  number: string;
  words: Word[];
}

interface Word {
  /** The word without punctuation. */
  joined: string;
  /** What the punctuation separates: `jean` and `luc` in `jean-luc`. */
  parts: string[];
  /** The digits, if the word is written like a number; otherwise empty. */
  digits: string;
}

/** @returns the texts of a customer that are searched: display name, `customer_id`, e-mail addresses and phone numbers */
export function searchText({ display_name, customer_id, channels }: Customer): SearchText {
  const emails = channels.filter(({ type }) => type === 'email').map(({ value }) => value);
  const phones = channels.filter(({ type }) => type === 'sms' || type === 'whatsapp');
  const written = fold(display_name);
  return {
    written,
    name: plain(written),
    ids: unique([customer_id, ...emails].map((id) => plain(fold(id)))),
    // Some numbers have two forms, e.g. in Mexico: that of WhatsApp and that of the telephone network.
    numbers: unique(phones.flatMap(spellings).map(digitsOf)),
  };
}

/** @returns the search for `matchesSearch`; undefined when the text is empty */
export function readSearch(text: string): Search | undefined {
  const written = fold(text.slice(0, maxSearchLength));
  if (written === '') return undefined;
  const words = unique(written.split(' ')).map((word) => ({
    joined: plain(word),
    parts: word.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== ''),
    digits: /^[\d+().-]+$/.test(word) ? numberOf(word) : '',
  }));
  return {
    written,
    number: /\p{L}/u.test(written) ? '' : numberOf(written),
    words: words.filter(({ joined }) => joined !== ''),
  };
}

/**
 * @returns whether a customer is found: each word is in the name, the `customer_id`, an e-mail address or a number. A text
 *   without letters is also compared as one number, with or without punctuation
 */
export function matchesSearch(customer: SearchText, { written, number, words }: Search): boolean {
  const inNumbers = (digits: string): boolean =>
    digits.length >= minLength && customer.numbers.some((one) => one.includes(digits));
  const isId = (text: string): boolean =>
    customer.ids.some((id) => (text.length >= minLength ? id.includes(text) : id === text));
  if (words.length === 0) return customer.written.includes(written);
  if (inNumbers(number)) return true;
  return words.every(
    ({ joined, parts, digits }) =>
      customer.name.includes(joined) ||
      parts.every((part) => customer.name.includes(part)) ||
      isId(joined) ||
      inNumbers(digits),
  );
}

function plain(folded: string): string {
  return folded.replace(/[^\p{L}\p{N} ]+/gu, '');
}

/** @returns the digits without the leading zeros of a national form, and without the zero in `+44 (0)20` */
function numberOf(text: string): string {
  return digitsOf(text.replace('(0)', '')).replace(/^0+/, '');
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}
