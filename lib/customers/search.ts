import { spellings } from '../address';
import type { Customer } from '../model';
import { fold } from '../text';

/** So much of what is searched for is looked at; no name, number or address is longer. */
const longestSearch = 256;

/** Shorter pieces are in too many ids, e-mail addresses and numbers. */
const shortestPiece = 3;

/** A customer as the search sees one. */
export interface SearchText {
  /** The folded name as it is written. */
  written: string;
  /** The same without punctuation. */
  name: string;
  /** The customer_id and the e-mail addresses, folded and without punctuation. */
  ids: string[];
  /** The digits of each number. */
  numbers: string[];
}

/** What is searched for, folded once. */
export interface Search {
  /** The whole text, folded; what a text without letters and digits is compared by. */
  written: string;
  /** All of the text's digits where it is one number; empty otherwise. */
  number: string;
  words: Word[];
}

interface Word {
  /** The word without punctuation. */
  joined: string;
  /** What the punctuation parts: `jean` and `luc` of `jean-luc`. */
  parts: string[];
  /** Its digits where it is written like a number; empty otherwise. */
  digits: string;
}

/** @returns what of a customer is searched: the display name, the customer_id, e-mail addresses and phone numbers */
export function searchText({ display_name, customer_id, channels }: Customer): SearchText {
  const emails = channels.filter(({ type }) => type === 'email').map(({ value }) => value);
  const phones = channels.filter(({ type }) => type === 'sms' || type === 'whatsapp');
  const written = fold(display_name);
  return {
    written,
    name: plain(written),
    ids: unique([customer_id, ...emails].map((id) => plain(fold(id)))),
    // A Mexican, say, is found by the number as WhatsApp writes it and as the telephone network does.
    numbers: unique(phones.flatMap(spellings).map(digitsOf)),
  };
}

/** @returns a search text as `matchesSearch` takes it; undefined where nothing is searched for */
export function readSearch(text: string): Search | undefined {
  const written = fold(text.slice(0, longestSearch));
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
 * Whether a customer is found: each word is in the name, the customer_id, an e-mail address or a number. A text
 * without letters is also taken for one number, however it is written.
 */
export function matchesSearch(customer: SearchText, { written, number, words }: Search): boolean {
  const inNumbers = (digits: string): boolean =>
    digits.length >= shortestPiece && customer.numbers.some((one) => one.includes(digits));
  const isId = (text: string): boolean =>
    customer.ids.some((id) => (text.length >= shortestPiece ? id.includes(text) : id === text));
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

/** A national form's leading zeros are not part of the number, nor is the zero in `+44 (0)20`. */
function numberOf(text: string): string {
  return digitsOf(text.replace('(0)', '')).replace(/^0+/, '');
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}
