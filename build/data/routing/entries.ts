import type { CompiledCustomers } from '../compile-customers';
import {
  checkAddress,
  dependsOnUnread,
  explainInvalidAddress,
  isDefined,
  normalizeAnyAddress,
  normalizeOwnAddress,
} from '../customers';
import type { Report } from '../problems';
import type { RoutingSource } from '../schema/sources';

/**
 * Checks and normalizes the explicit entries for customers and addresses.
 *
 * @returns workers by the key of an address, and by the customer_id of customers with an entry
 */
export function compileEntries(
  { defaultCountry, routing }: RoutingSource,
  customers: CompiledCustomers | undefined,
  report: Report,
): { addresses: Record<string, string>; assigned: Map<string, string[]> } {
  const addresses = new Map<string, string>();
  const byId = new Map<string, string>();
  /** Workers of addresses that are on a card, by its customer_id. */
  const byAddress = new Map<string, string[]>();
  const seen = new Map<string, number>();
  for (const [index, entry] of (routing.customers ?? []).entries()) {
    if (!entry) continue;
    const { customer_id, address, worker } = entry;
    const at = ['routing', 'customers', index] as const;
    if ((customer_id === undefined) === (address === undefined)) {
      report(at, 'must have either "customer_id" or "address"', 'give exactly one of the two');
      continue;
    }
    const read = address === undefined ? undefined : normalizeAnyAddress(address, defaultCountry);
    if (address !== undefined && !read) {
      if (dependsOnUnread(address, defaultCountry)) continue;
      const [problem, fix] = explainInvalidAddress(address, 'sms');
      report([...at, 'address'], problem.replace(/ phone number$/, ' address'), fix);
      continue;
    }
    if (address !== undefined && read) {
      checkAddress([...at, 'address'], address, read.key.startsWith('chat:') ? 'chat' : 'sms', read, report);
    }
    if (customer_id !== undefined && customers && !customers.hasId(customer_id)) {
      report(
        [...at, 'customer_id'],
        `there is no customer ${JSON.stringify(customer_id)}`,
        'correct the customer_id, or remove the entry',
      );
    }
    const key = read && (read.channel ? `${read.channel}:${read.key}` : read.key);
    const subject = key === undefined ? `customer ${customer_id}` : `address ${key}`;
    const earlier = seen.get(subject);
    if (earlier !== undefined) {
      report(
        at,
        `is for the same ${key === undefined ? 'customer' : 'address'} as [${earlier}]`,
        'remove one of the two',
      );
      continue;
    }
    seen.set(subject, index);
    if (customer_id !== undefined) byId.set(customer_id, worker);
    if (read && key !== undefined) {
      addresses.set(key, worker);
      const id = customers?.findByAddress(read.key)?.customer_id;
      if (id !== undefined) byAddress.set(id, [...(byAddress.get(id) ?? []), worker]);
    }
  }
  const assigned = new Map<string, string[]>();
  for (const id of new Set([...byId.keys(), ...byAddress.keys()])) {
    assigned.set(id, [...new Set([byId.get(id), ...(byAddress.get(id) ?? [])].filter(isDefined))]);
  }
  return { addresses: Object.fromEntries(addresses), assigned };
}

/**
 * Checks and normalizes the numbers that certain workers answer.
 *
 * @returns their workers by the key of the number
 */
export function compileNumbers(
  { defaultCountry, routing }: RoutingSource,
  report: Report,
): Record<string, string[]> {
  const numbers = new Map<string, string[]>();
  for (const [index, entry] of (routing.numbers ?? []).entries()) {
    if (!entry) continue;
    const { address, workers } = entry;
    const at = ['routing', 'numbers', index, 'address'] as const;
    const channel = address.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
    const number = normalizeOwnAddress(address, channel, defaultCountry);
    if (!number) {
      if (dependsOnUnread(address, defaultCountry)) continue;
      report(at, ...explainInvalidAddress(address, 'sms'));
    } else if (numbers.has(number.key)) {
      report(at, `${number.key} already has an entry`, 'put the workers of both into one entry');
    } else {
      checkAddress(at, address, channel, number, report);
      numbers.set(number.key, workers.filter(isDefined));
    }
  }
  return Object.fromEntries(numbers);
}
