import { compareCustomers } from '../lib/customers/places';
import type { Customer } from '../lib/model';

/** @returns customers numbered from 0, in the order of every list */
export function numberedCustomers(count: number): Customer[] {
  const make = (index: number): Customer => {
    const value = `+1555${String(index).padStart(7, '0')}`;
    return {
      customer_id: String(index),
      display_name: `Customer ${index}`,
      worker: `worker${Math.floor(index / 50)}@example.com`,
      country: 'US',
      channels: [{ type: 'sms', value, key: value }],
      links: [],
    };
  };
  return Array.from({ length: count }, (_, index) => make(index)).sort(compareCustomers);
}
