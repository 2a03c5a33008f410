import { addressKey, fromTelUri, parseAddress, toSendable } from '../../lib/address';
import type { ChannelType } from '../../lib/model';
import { readPhone } from './phone';
import type { Report } from './problems';
import { unreadCountry } from './schema/shapes';
import { hasOuterWhiteSpace, trimWhiteSpace } from './white-space';

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
