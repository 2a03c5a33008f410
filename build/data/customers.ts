import { addressKey, fromTelUri, parseAddress, toSendable } from '../../lib/address';
import { compareCustomers } from '../../lib/customers/places';
import {
  type Channel,
  type ChannelType,
  type Customer,
  type CustomersAsset,
  withoutUndefined,
} from '../../lib/model';
import { readPhone } from './phone';
import type { Report } from './problems';
import { unreadCountry } from './schema/shapes';
import type { CustomersSource } from './schema/sources';
import { hasOuterWhiteSpace, trimWhiteSpace } from './white-space';

export interface CompiledCustomers {
  /** In the order of the file; undefined where one cannot be read. */
  customers: (Customer | undefined)[];
  /** Whether a customer has this id, or one that could not be read may have it. */
  hasId(id: string): boolean;
  /** Whether a customer has a field of this name, or one that could not be read may have it. */
  hasField(name: string): boolean;
  /** The position in `customers` by address key; where customers share an address, the one who is found by it. */
  addresses: ReadonlyMap<string, number>;
  /** The asset, in the order of every list, with the workers whom the routing data assigns to a customer_id. */
  build(assigned: ReadonlyMap<string, readonly string[]>): CustomersAsset;
}

/** valibot silently drops these names from every record. */
const reserved = ['__proto__', 'constructor', 'prototype'];

/**
 * Checks and normalizes the customers.
 *
 * @param raw the customers as they are in the file: an entry that could not be read may still be referred to
 */
export function compileCustomers(
  source: CustomersSource,
  raw: readonly unknown[],
  report: Report,
): CompiledCustomers {
  const unread = textsOfUnread(source.customers, raw);
  const fields = new Set<string>();
  for (const [index, customer] of raw.entries()) {
    for (const name of Object.keys(valueAt(customer, 'fields') ?? {})) {
      fields.add(name);
      if (reserved.includes(name)) {
        report(
          ['customers', index, 'fields', name],
          'is a reserved name in JavaScript',
          'choose another name',
        );
      }
    }
  }
  const ids = new Map<string, number>();
  const claims = new Map<string, Claim[]>();
  const customers = source.customers.map((entry, index): Customer | undefined => {
    if (!entry) return undefined;
    const at = (...keys: (string | number)[]): (string | number)[] => ['customers', index, ...keys];
    const { customer_id, links = [], channels: rawChannels, country: givenCountry, ...rest } = entry;

    const duplicate = ids.get(customer_id);
    if (duplicate === undefined) ids.set(customer_id, index);
    else {
      report(
        at('customer_id'),
        `${JSON.stringify(customer_id)} is also the id of customers[${duplicate}]`,
        'give each customer a unique id, or remove one of the two',
      );
    }

    const home = givenCountry ?? source.defaultCountry;
    let country = givenCountry;
    const seen = new Set<string>();
    const channels: Channel[] = [];
    for (const [position, channel] of rawChannels.entries()) {
      if (!channel) continue;
      const where = at('channels', position, 'value');
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
      const claim: Claim = { customer: index, position, value: address.value, isPrimary: primary ?? false };
      claims.set(address.key, [...(claims.get(address.key) ?? []), claim]);
      channels.push({ ...withoutUndefined(shown), value: address.sendable, key: address.key });
    }
    return withoutUndefined({ customer_id, ...rest, country, channels, links: links.filter(isDefined) });
  });

  const addresses = new Map<string, number>();
  for (const [key, claimants] of claims) {
    const owner = chooseOwner(claimants, customers, report);
    addresses.set(key, owner);
    const card = customers[owner];
    if (card && claimants.some(({ customer }) => customer !== owner)) {
      card.primary_for = [...(card.primary_for ?? []), key];
    }
  }

  return {
    customers,
    hasId: (id) => ids.has(id) || unread.has(id),
    hasField: (name) => fields.has(name),
    addresses,
    build: (assigned) => ({
      customers: customers
        .filter(isDefined)
        .map((customer): Customer => {
          const workers = assigned.get(customer.customer_id);
          return workers ? { ...customer, assigned_workers: [...workers] } : customer;
        })
        .sort(compareCustomers),
    }),
  };
}

/** An address on a card. */
interface Claim {
  /** The customer's position in the file. */
  customer: number;
  /** The channel's position on that card. */
  position: number;
  value: string;
  isPrimary: boolean;
}

/**
 * Decides which customer is found by an address: the one with `"primary": true`, or else the first in the file.
 *
 * @returns the position of the customer
 */
function chooseOwner(
  claims: readonly Claim[],
  customers: readonly (Customer | undefined)[],
  report: Report,
): number {
  const primary = claims.find(({ isPrimary }) => isPrimary);
  const owner = (primary ?? claims[0])?.customer ?? -1;
  const nameOf = (index: number): string =>
    `${JSON.stringify(customers[index]?.display_name)} (customers[${index}])`;
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

/** An address of the data. */
export interface ReadAddress {
  /** As Twilio writes it. */
  value: string;
  /** The address that a first message is sent to. */
  sendable: string;
  key: string;
  /** The country of a phone number. */
  country: string | undefined;
  /** Whether a numbering plan has such numbers. */
  isKnown: boolean;
}

/**
 * Normalizes an address of any channel.
 *
 * @param defaultCountry the country of numbers in national form
 * @returns undefined when it is not a valid address of the channel
 */
export function normalizeAddress(
  text: string,
  type: ChannelType,
  defaultCountry: string | undefined,
): ReadAddress | undefined {
  let given = text;
  let about: Pick<ReadAddress, 'country' | 'isKnown'> = { country: undefined, isKnown: true };
  if (type === 'sms' || type === 'whatsapp') {
    const prefix = `${type}:`;
    const phone = readPhone(text.startsWith(prefix) ? text.slice(prefix.length) : text, defaultCountry);
    if (!phone) return undefined;
    given = phone.number;
    about = { country: phone.country, isKnown: phone.isKnown };
  }
  const address = parseAddress(given, type);
  return address && { value: address.value, sendable: toSendable(address), key: address.key, ...about };
}

/** Normalizes one of our own addresses, which for SMS can be a short code. */
export function normalizeOwnAddress(
  text: string,
  type: ChannelType,
  defaultCountry: string | undefined,
): ReadAddress | undefined {
  const shortCode = /^\s*(sms:)?\d{5,6}\s*$/.test(text) ? parseAddress(text.trim(), type) : undefined;
  if (type !== 'sms' || !shortCode) return normalizeAddress(text, type, defaultCountry);
  const { value, key } = shortCode;
  return { value, sendable: value, key, country: undefined, isKnown: true };
}

/**
 * Normalizes an address whose channel is not given.
 *
 * @returns undefined for an invalid address, and for a mistyped number: it must not pass for a chat identity
 */
export function normalizeAnyAddress(
  text: string,
  defaultCountry: string | undefined,
): (Pick<ReadAddress, 'key' | 'isKnown'> & { channel: 'sms' | 'whatsapp' | undefined }) | undefined {
  const channel = (['sms', 'whatsapp'] as const).find((type) => text.startsWith(`${type}:`));
  const number = normalizeAddress(text, channel ?? 'sms', defaultCountry);
  if (number || channel) return number && { key: number.key, isKnown: number.isKnown, channel };
  if (looksLikeNumber(text)) return undefined;
  const key = addressKey(text);
  return key === undefined ? undefined : { key, isKnown: true, channel: undefined };
}

/** Recognizes mistyped numbers: with another prefix, an extension or invisible characters. */
function looksLikeNumber(text: string): boolean {
  const visible = text.replace(/[\p{Cc}\p{Cf}]/gu, '');
  const [, rest = visible] =
    /^\s*(?:whatsapp|sms|messenger|rcs|mms|tel|phone)\s*:(.*)$/is.exec(visible) ?? [];
  return rest !== visible
    ? !text.startsWith('messenger:')
    : /^[\s(]*\+[\s\d(]|^[\s\d+().\-/\u2010-\u2015]*$/.test(visible);
}

/** Warns about an address that is valid but looks wrong. */
export function checkAddress(
  keys: readonly (string | number)[],
  text: string,
  type: ChannelType,
  address: Pick<ReadAddress, 'isKnown'>,
  report: Report,
): void {
  if (type === 'chat' && hasOuterWhiteSpace(text)) {
    report(
      keys,
      `${JSON.stringify(text)} begins or ends with white space`,
      `write ${JSON.stringify(trimWhiteSpace(text))}`,
    );
  }
  if (!address.isKnown) {
    report.warn(
      keys,
      `${JSON.stringify(text)} is not in any numbering plan that this build knows`,
      'check its digits; if they are right, leave it as it is',
    );
  }
}

/** @returns the problem and its fix for a text that is not a valid address of a channel */
export function explainInvalidAddress(text: string, type: ChannelType): [string, string] {
  if (fromTelUri(text) === undefined) {
    return [
      `${JSON.stringify(text)} has an extension, which messages cannot reach`,
      'write a number without an extension',
    ];
  }
  return [`${JSON.stringify(text)} is not a valid ${channelName(type)}`, fixFor(type)];
}

/** @returns whether a number cannot be checked: it is in national form, and its country could not be read */
export function dependsOnUnread(text: string, country: string | undefined): boolean {
  return country === unreadCountry && /\d/.test(text) && !text.includes('+');
}

/**
 * The texts in those elements of a list that could not be read: a reference to one of them may be valid.
 *
 * @param read the elements, undefined where one could not be read
 * @param raw the same elements as they are in the file
 */
export function textsOfUnread(read: readonly unknown[], raw: readonly unknown[]): ReadonlySet<string> {
  const texts = read.flatMap((element, index) =>
    element === undefined ? Object.values(Object(raw[index])).filter(isTextOrNumber).map(String) : [],
  );
  return new Set([...texts, ...texts.map(trimWhiteSpace)]);
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** @returns the value of an object's key; undefined for anything else */
export function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** @returns the name of a channel's addresses */
function channelName(type: ChannelType): string {
  const names: Record<ChannelType, string> = {
    sms: 'phone number',
    whatsapp: 'phone number for WhatsApp',
    chat: 'chat identity',
    email: 'e-mail address',
    messenger: 'Messenger id',
  };
  return names[type];
}

/** @returns how to write an address of a channel */
function fixFor(type: ChannelType): string {
  const fixes: Record<ChannelType, string> = {
    sms: 'write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
    whatsapp: 'write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
    chat: "write the chat user's identity",
    email: 'write it as name@example.com',
    messenger: 'write "messenger:" and the id',
  };
  return fixes[type];
}

/** Filters out what could not be read. */
export function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
