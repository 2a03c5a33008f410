import { compareText, fold } from '../text';

interface Named {
  customer_id: string;
  display_name: string;
}

/** The order of every list of customers: by name without case and accents, then by customer_id. */
export function compareCustomers(a: Named, b: Named): number {
  return compareText(fold(a.display_name), fold(b.display_name)) || compareText(a.customer_id, b.customer_id);
}
