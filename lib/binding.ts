import { addressKey, bindingKey } from './address';

/**
 * The fields of a Conversations event that say between whom it is.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export interface BindingFields {
  'MessagingBinding.Address'?: string | undefined;
  'MessagingBinding.AuthorAddress'?: string | undefined;
  'MessagingBinding.ProxyAddress'?: string | undefined;
  'MessagingBinding.ProjectedAddress'?: string | undefined;
}

/** Between whom a conversation is. Addresses are as Twilio wrote them, each once. */
export interface Parties {
  /** The people on the other side: the sender first, then the others of a group. Never an address of ours. */
  people: string[];
  /** Our address that was written to; undefined in a group whose members include no address that the data names. */
  ours: string | undefined;
  /** Whether this is a group MMS: its members write to each other, and our number is one of them. */
  isGroup: boolean;
}

/**
 * Reads between whom a conversation is.
 *
 * One to one, `Address` is the customer and `ProxyAddress` is ours. A group MMS is documented with `ProjectedAddress`
 * as ours, but real requests carry only `AuthorAddress` (the sender) and, in `Address`, the comma-separated receivers:
 * our own number is one of them and is told apart by the data.
 *
 * @param ownAddresses the keys of our own addresses (`Routing.ownAddresses`)
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
export function readParties(event: BindingFields, ownAddresses: readonly string[]): Parties {
  const members = splitAddresses(event['MessagingBinding.Address']);
  const [author] = splitAddresses(event['MessagingBinding.AuthorAddress']);
  const [proxy] = splitAddresses(event['MessagingBinding.ProxyAddress']);
  const [projected] = splitAddresses(event['MessagingBinding.ProjectedAddress']);
  const isOwn = (address: string): boolean => ownAddresses.includes(bindingKey(address) ?? '');

  const onlyReceivers =
    author !== undefined && proxy === undefined && !members.some((one) => isSame(one, author));
  const isGroup = members.length > 1 || projected !== undefined || onlyReceivers;
  const ours = projected ?? proxy ?? (isGroup ? members.find(isOwn) : undefined);
  const people = unique([...(author === undefined ? [] : [author]), ...members]).filter(
    (one) => !(ours !== undefined && isSame(one, ours)) && !(isGroup && isOwn(one)),
  );
  return { people, ours, isGroup };
}

/** @returns the addresses of a list with commas, with or without square brackets around it or around each */
export function splitAddresses(text: string | undefined): string[] {
  const addresses = (text ?? '').replace(/[[\]"]/g, '').split(',');
  // A space before a digit is a `+` that form decoding took, and stays for `toE164` to see.
  return addresses.map((one) => (/^ +\d/.test(one) ? one.trimEnd() : one.trim())).filter((one) => one !== '');
}

/** @returns whether two addresses are the same one, however they are written */
function isSame(a: string, b: string): boolean {
  return a === b || (addressKey(a) ?? a) === (addressKey(b) ?? b);
}

function unique(addresses: string[]): string[] {
  return addresses.filter((one, index) => addresses.findIndex((other) => isSame(one, other)) === index);
}
