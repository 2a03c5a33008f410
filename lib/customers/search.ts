import type { Customer } from '../model';
import { fold } from '../text';

/** A customer as the search sees one. */
export interface SearchText {
  /** The folded name. */
  name: string;
  /** The digits of each number. */
  numbers: string[];
}

/** @returns what of a customer is searched: the display name and the phone numbers */
export function searchText(customer: Customer): SearchText {
  const numbers = customer.channels
    .filter(({ type }) => type === 'sms' || type === 'whatsapp')
    .map(({ value }) => digitsOf(value));
  return { name: fold(customer.display_name), numbers: [...new Set(numbers)] };
}

/**
 * Whether a customer is found by a search text: each word is in the name or, as digits, in a number. A text without
 * letters is one number, however it is written; a national form's leading zeros are not part of it.
 */
export function matchesSearch({ name, numbers }: SearchText, search: string): boolean {
  const inNumbers = (text: string): boolean => {
    const digits = digitsOf(text).replace(/^0+/, '');
    return digits !== '' && numbers.some((number) => number.includes(digits));
  };
  const wanted = fold(search);
  if (!/\p{L}/u.test(wanted)) return name.includes(wanted) || inNumbers(wanted);
  return wanted
    .split(' ')
    .every((word) => name.includes(word) || (/^[\d+().-]+$/.test(word) && inNumbers(word)));
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}
