import { type EventAddress, isAmong, isSameAddress } from './address';

/**
 * The fields of a Conversations event that name the addresses of the conversation.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export interface BindingFields {
  'MessagingBinding.Address': EventAddress[];
  'MessagingBinding.AuthorAddress'?: EventAddress | undefined;
  'MessagingBinding.ProxyAddress'?: EventAddress | undefined;
  'MessagingBinding.ProjectedAddress'?: EventAddress | undefined;
}

/** The fields of an event that name its conversation service; which of the two it has depends on the event. */
export interface ServiceFields {
  ConversationServiceSid?: string | undefined;
  ChatServiceSid?: string | undefined;
}

/** @returns the conversation service (`IS…`) of an event, or else of the data; undefined for Twilio's default service */
export function readServiceSid(
  event: ServiceFields,
  data: { conversationServiceSid?: string },
): string | undefined {
  return event.ConversationServiceSid ?? event.ChatServiceSid ?? data.conversationServiceSid;
}

/** The addresses of a conversation, each listed once. */
export interface Parties {
  /** The people outside: the sender first, then the other members of a group. Never an address of ours. */
  people: EventAddress[];
  /** Our address that was written to; undefined in a group of whose members the data names none. */
  ours: EventAddress | undefined;
  /** Whether this is a group MMS: its members write to each other, and our number is one of them. */
  isGroup: boolean;
}

/**
 * Finds out which addresses of a conversation are the customers' and which is ours.
 *
 * In a conversation with one customer, `Address` is the customer and `ProxyAddress` is ours. For a group MMS, Twilio
 * documents `ProjectedAddress` as ours. But real requests have only `AuthorAddress` (the sender) and, in `Address`, the
 * comma-separated receivers. Our own number is one of them, and only the data tells which.
 *
 * @param ownAddresses the keys of our own addresses (`Routing.ownAddresses`)
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
export function readParties(event: BindingFields, ownAddresses: readonly string[]): Parties {
  const {
    'MessagingBinding.Address': members,
    'MessagingBinding.AuthorAddress': author,
    'MessagingBinding.ProxyAddress': proxy,
    'MessagingBinding.ProjectedAddress': projected,
  } = event;
  const isOwn = (one: EventAddress): boolean => isAmong(one, ownAddresses);

  const onlyReceivers =
    author !== undefined && proxy === undefined && !members.some((one) => isSameAddress(one, author));
  const isGroup = members.length > 1 || projected !== undefined || onlyReceivers;
  const ours = projected ?? proxy ?? (isGroup ? members.find(isOwn) : undefined);
  const people = unique([...(author === undefined ? [] : [author]), ...members]).filter(
    (one) => !(ours !== undefined && isSameAddress(one, ours)) && !(isGroup && isOwn(one)),
  );
  return { people, ours, isGroup };
}

function unique(addresses: EventAddress[]): EventAddress[] {
  const seen = new Set<string>();
  return addresses.filter(({ raw, address }) => {
    const key = address?.key ?? raw;
    return !seen.has(key) && seen.add(key);
  });
}
