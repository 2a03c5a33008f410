import { compareText, fold } from '../text';

interface Named {
  customer_id: string;
  display_name: string;
}

/** The position of a customer in every list. */
export interface Place {
  /** The folded display name. */
  name: string;
  id: string;
}

/** @returns a customer's place; it does not depend on other customers */
export function placeOf({ customer_id, display_name }: Named): Place {
  return { name: fold(display_name), id: customer_id };
}

/** Compares two places for `sort`. */
export function comparePlaces(a: Place, b: Place): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

/** Compares two customers for `sort`: by name without case and accents, then by `customer_id`. */
export function compareCustomers(a: Named, b: Named): number {
  return comparePlaces(placeOf(a), placeOf(b));
}
