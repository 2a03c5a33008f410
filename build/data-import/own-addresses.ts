import { type ChannelType, channelTypes } from '../../lib/model';
import { normalizeOwnAddress } from '../data/customers';
import type { OtherSources } from './check-draft';
import { listOf, readRouting, routingFile } from './read-routing';
import type { ImportedRow } from './read-rows';

/** Where the routing data has our own addresses, by the key of the address, e.g. `proxyAddresses.defaults.sms`. */
export type OwnAddresses = ReadonlyMap<string, string>;

/** @returns the addresses that can be read; the check of the data names the others */
export function readOwnAddresses(others: OtherSources): OwnAddresses {
  const places = new Map<string, string>();
  let raw: ReturnType<typeof readRouting>['raw'];
  try {
    raw = readRouting(others).raw;
  } catch {
    return places;
  }
  const { defaultCountry, proxyAddresses } = raw;
  const country = typeof defaultCountry === 'string' ? defaultCountry : undefined;
  const add = (text: unknown, type: unknown, place: string): void => {
    if (typeof text !== 'string' || !isChannelType(type)) return;
    const address = normalizeOwnAddress(text, type, country);
    if (address && !places.has(address.key)) places.set(address.key, place);
  };
  for (const [index, rule] of listOf(proxyAddresses?.rules).entries()) {
    const { channel, proxyAddress } = Object(rule) as Record<string, unknown>;
    add(proxyAddress, channel, `proxyAddresses.rules[${index}].proxyAddress`);
  }
  for (const [type, text] of Object.entries(Object(proxyAddresses?.defaults))) {
    add(text, type, `proxyAddresses.defaults.${type}`);
  }
  return places;
}

/** A customer with our own address would write to themselves: the check of the data refuses it, without naming a row. */
export function refuseOwnAddresses({ channels, problems }: ImportedRow, own: OwnAddresses): void {
  const reported = new Set<string>();
  for (const { key, value } of channels) {
    const place = own.get(key);
    // A number for SMS and for WhatsApp is one address.
    if (place === undefined || reported.has(key)) continue;
    reported.add(key);
    problems.push({
      problem: `${value} is one of your own addresses (${place} in assets/${routingFile})`,
      fix: "write the customer's own address, or leave the cell empty",
    });
  }
}

function isChannelType(type: unknown): type is ChannelType {
  return (channelTypes as readonly unknown[]).includes(type);
}
