import { addressKey, parseAddress } from '../../lib/address';
import { compareCustomers } from '../../lib/customers/order';
import { withoutUndefined } from '../../lib/defined';
import type { Channel, ChannelType, Customer, CustomersAsset } from '../../lib/model';
import type { Report } from './compile';
import { readPhone } from './phone';
import { type CustomersSource, unreadCountry } from './schema';

export interface CompiledCustomers {
  /** In the order of the file; undefined where one cannot be read. */
  customers: (Customer | undefined)[];
  /** Whether a customer has this id, or one that could not be read may have it. */
  hasId(id: string): boolean;
  /** Whether a customer has a field of this name, or one that could not be read may have it. */
  hasField(name: string): boolean;
  /** The position in `customers` by address key. */
  addresses: ReadonlyMap<string, number>;
  /** The asset, in the order of every list, with the workers whom the routing data assigns by customer_id. */
  build(assigned: ReadonlyMap<string, string>): CustomersAsset;
}

/** valibot leaves these names out of every record without a word. */
const reserved = ['__proto__', 'constructor', 'prototype'];

/**
 * Checks and normalises the customers.
 *
 * @param written the customers as the file has them: what could not be read may still be referred to
 */
export function compileCustomers(
  source: CustomersSource,
  written: readonly unknown[],
  say: Report,
): CompiledCustomers {
  const unread = textsOfUnread(source.customers, written);
  const fields = new Set<string>();
  for (const [index, customer] of written.entries()) {
    for (const name of Object.keys(valueAt(customer, 'fields') ?? {})) {
      fields.add(name);
      if (reserved.includes(name)) {
        say(
          ['customers', index, 'fields', name],
          'is a name with a meaning of its own in JavaScript',
          'choose another name',
        );
      }
    }
  }
  const ids = new Map<string, number>();
  const addresses = new Map<string, number>();
  const customers = source.customers.map((entry, index): Customer | undefined => {
    if (!entry) return undefined;
    const at = (...keys: (string | number)[]): (string | number)[] => ['customers', index, ...keys];
    const { customer_id, links = [], channels: writtenChannels, country: writtenCountry, ...rest } = entry;

    const twin = ids.get(customer_id);
    if (twin === undefined) ids.set(customer_id, index);
    else {
      say(
        at('customer_id'),
        `${JSON.stringify(customer_id)} is the id of customers[${twin}] too`,
        'give each customer an id of its own, or remove one of the two',
      );
    }

    const home = writtenCountry ?? source.defaultCountry;
    let country = writtenCountry;
    const seen = new Set<string>();
    const channels: Channel[] = [];
    for (const [position, channel] of writtenChannels.entries()) {
      if (!channel) continue;
      const where = at('channels', position, 'value');
      const address = normaliseAddress(channel.value, channel.type, home);
      if (!address) {
        if (dependsOnUnread(channel.value, home)) continue;
        say(where, `${JSON.stringify(channel.value)} is no ${describe(channel.type)}`, cureFor(channel.type));
        continue;
      }
      country ??= address.country;
      const inChannel = `${channel.type} ${address.key}`;
      if (seen.has(inChannel)) {
        say(where, `${channel.type} ${address.value} is on this customer twice`, 'remove one of the two');
      }
      seen.add(inChannel);
      const holder = addresses.get(address.key);
      if (holder !== undefined && holder !== index) {
        say(
          where,
          `${address.value} is an address of customers[${holder}] too`,
          'an address can belong to one customer only: remove it from one of the two',
        );
      } else addresses.set(address.key, index);
      channels.push({ ...withoutUndefined(channel), value: address.value });
    }
    return withoutUndefined({ customer_id, ...rest, country, channels, links: links.filter(isDefined) });
  });

  return {
    customers,
    hasId: (id) => ids.has(id) || unread.has(id),
    hasField: (name) => fields.has(name),
    addresses,
    build: (assigned) => ({
      customers: customers
        .filter(isDefined)
        .map((customer): Customer => {
          const worker = assigned.get(customer.customer_id);
          return worker ? { ...customer, assigned_workers: [worker] } : customer;
        })
        .sort(compareCustomers),
    }),
  };
}

/**
 * Brings an address of any channel into normal form.
 *
 * @param defaultCountry whose national form a number may have
 * @returns the address as Twilio writes it, its key and a number's country; undefined when it is no such address
 */
export function normaliseAddress(
  text: string,
  type: ChannelType,
  defaultCountry: string | undefined,
): { value: string; key: string; country: string | undefined } | undefined {
  if (type === 'sms' || type === 'whatsapp') {
    const prefix = `${type}:`;
    const phone = readPhone(text.startsWith(prefix) ? text.slice(prefix.length) : text, defaultCountry);
    const address = phone && parseAddress(phone.number, type);
    return address && { value: address.value, key: address.key, country: phone.country };
  }
  const address = parseAddress(text, type);
  return address && { value: address.value, key: address.key, country: undefined };
}

/**
 * Brings an address of a channel that is not named into normal form, by what it looks like.
 *
 * @returns its key; undefined for what is no address, and for what is written like a number but is none: such a slip
 *   must not pass for a chat identity
 */
export function normaliseAnyAddress(text: string, defaultCountry: string | undefined): string | undefined {
  const [, prefix] = /^(sms|whatsapp):/.exec(text) ?? [];
  if (prefix) return normaliseAddress(text, prefix as ChannelType, defaultCountry)?.key;
  const phone = readPhone(text, defaultCountry);
  if (phone) return phone.number;
  return /^[\s\d+().\-/\u2010-\u2015]*$/.test(text) ? undefined : addressKey(text);
}

/** @returns whether a number cannot be judged, as it is in the national form of a country that could not be read */
export function dependsOnUnread(text: string, country: string | undefined): boolean {
  return country === unreadCountry && /\d/.test(text) && !text.includes('+');
}

/**
 * What is written in the elements of a list that could not be read: a reference to one of them may be right.
 *
 * @param read the elements, undefined where one could not be read
 * @param written the same as the file has them
 */
export function textsOfUnread(read: readonly unknown[], written: readonly unknown[]): ReadonlySet<string> {
  const texts = read.flatMap((element, index) =>
    element === undefined ? Object.values(Object(written[index])).filter(isTextOrNumber).map(String) : [],
  );
  return new Set(texts);
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** @returns what an object holds under a key; undefined for anything else */
export function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** @returns what an address of a channel is called */
export function describe(type: ChannelType): string {
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
export function cureFor(type: ChannelType): string {
  const cures: Record<ChannelType, string> = {
    sms: 'write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
    whatsapp: 'write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
    chat: "write the chat user's identity",
    email: 'write it as name@example.com',
    messenger: 'write "messenger:" and the id',
  };
  return cures[type];
}

/** Tells what is there from what could not be read. */
export function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
