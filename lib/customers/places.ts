import type { Customer } from '../model';
import { compareText, fold } from '../text';
import { InvalidCursor } from './directory';

/** Where a list continues. Cursors of earlier versions have no name: they are anchors. */
export type Cursor = Omit<Place, 'name'> & { name?: string | undefined };

/** Far longer than a cursor with the longest name and id. */
const maxCursorLength = 32 * 1024;

/** @throws InvalidCursor when it was not made by `cursorAfter` */
export function readCursor(cursor: string): Cursor {
  const { after: id, name } = cursor.length <= maxCursorLength ? parseObject(cursor) : {};
  if (typeof id !== 'string' || (name !== undefined && typeof name !== 'string')) {
    throw new InvalidCursor('not a cursor of this directory');
  }
  return { id, name };
}

function parseObject(cursor: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(cursor, 'base64url').toString())) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** @returns the cursor for what comes after a customer */
export function writeCursor(customer: Named): string {
  const { name, id } = placeOf(customer);
  return Buffer.from(JSON.stringify({ after: id, name })).toString('base64url');
}

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

/** @returns the workers in whose lists a customer is, each once; those of the routing data go first */
export function listsOf({ assigned_workers = [], worker }: Customer): string[] {
  return [...new Set([...assigned_workers, worker])].filter((one): one is string => Boolean(one));
}
