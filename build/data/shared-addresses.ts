import type { Report } from './problems';
import type { Claim } from './read-customer';

/** An address on the card of a customer, by the position in the file. */
export interface CustomerClaim extends Claim {
  customer: number;
}

/** Who is found by the addresses that several customers have. */
export interface SharedAddresses {
  /** The customer's position in the file by the address key. */
  owners: Map<string, number>;
  /** The keys that lead to a customer and not to the others that have them, by the customer's position. */
  primaryFor: Map<number, string[]>;
}

/**
 * Decides which customers are found by addresses: those with `"primary": true`, or else the first in the file.
 *
 * @param claims by address key, in the order of the file; an address may turn out to be on one card only
 * @param nameOf returns the name of the customer at a position with the id, e.g. `"Jane Doe" (customer_id "7")`
 */
export function chooseOwners(
  claims: ReadonlyMap<string, readonly CustomerClaim[]>,
  nameOf: (customer: number) => string,
  report: Report,
): SharedAddresses {
  const owners = new Map<string, number>();
  const primaryFor = new Map<number, string[]>();
  for (const [key, claimants] of claims) {
    const owner = chooseOwner(claimants, nameOf, report);
    owners.set(key, owner);
    if (claimants.every(({ customer }) => customer === owner)) continue;
    primaryFor.set(owner, [...(primaryFor.get(owner) ?? []), key]);
  }
  return { owners, primaryFor };
}

/** @returns the position of the customer */
function chooseOwner(
  claims: readonly CustomerClaim[],
  nameOf: (customer: number) => string,
  report: Report,
): number {
  const primary = claims.find(({ isPrimary }) => isPrimary);
  const owner = (primary ?? claims[0])?.customer ?? -1;
  const reported = new Set([owner]);
  for (const { customer, position, value, isPrimary } of claims) {
    if (reported.has(customer) || (primary && !isPrimary)) continue;
    reported.add(customer);
    const at = ['customers', customer, 'channels', position] as const;
    if (isPrimary) {
      report(
        [...at, 'primary'],
        `${value} is also primary for ${nameOf(owner)}`,
        'keep "primary": true on one of them',
      );
    } else {
      report.warn(
        [...at, 'value'],
        `${value} of ${nameOf(customer)} is also an address of ${nameOf(owner)}, who is found by it`,
        'write "primary": true beside it on the card that it should find, or remove it from one of the two',
      );
    }
  }
  return owner;
}
