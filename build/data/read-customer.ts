import { type Channel, type Customer, withoutUndefined } from '../../lib/model';
import {
  checkAddress,
  dependsOnUnread,
  explainInvalidAddress,
  isDefined,
  normalizeAddress,
} from './customers';
import type { Report } from './problems';
import type { CustomerSource } from './schema/sources';

/** An address on a card. */
export interface Claim {
  key: string;
  /** As Twilio writes it. */
  value: string;
  /** The channel's position on the card. */
  position: number;
  isPrimary: boolean;
}

/** A customer with normalized addresses. */
export interface ReadCustomer {
  customer: Customer;
  claims: Claim[];
}

/**
 * Checks and normalizes a customer.
 *
 * @param index the position in the file
 * @param defaultCountry the country of the file
 */
export function readCustomer(
  { customer_id, links, channels: rawChannels, country: givenCountry, ...rest }: CustomerSource,
  index: number,
  defaultCountry: string | undefined,
  report: Report,
): ReadCustomer {
  const home = givenCountry ?? defaultCountry;
  let country = givenCountry;
  const seen = new Set<string>();
  const channels: Channel[] = [];
  const claims: Claim[] = [];
  for (const [position, channel] of rawChannels.entries()) {
    if (!channel) continue;
    const where = ['customers', index, 'channels', position, 'value'];
    const address = normalizeAddress(channel.value, channel.type, home);
    if (!address) {
      if (dependsOnUnread(channel.value, home)) continue;
      report(where, ...explainInvalidAddress(channel.value, channel.type));
      continue;
    }
    checkAddress(where, channel.value, channel.type, address, report);
    country ??= address.country;
    const inChannel = `${channel.type} ${address.key}`;
    if (seen.has(inChannel)) {
      report(
        where,
        `${channel.type} ${address.value} is listed twice for this customer`,
        'remove one of the two',
      );
    }
    seen.add(inChannel);
    const { primary, ...shown } = channel;
    claims.push({ key: address.key, value: address.value, position, isPrimary: primary ?? false });
    channels.push({ ...withoutUndefined(shown), value: address.sendable, key: address.key });
  }
  const shownLinks = (links ?? []).filter(isDefined);
  const customer = withoutUndefined({ customer_id, ...rest, country, channels, links: shownLinks });
  return { customer, claims };
}
