import type { ChannelType } from './model';

/** An address of a customer, or one of ours. */
export interface Address {
  type: ChannelType;
  /** As Twilio writes it: `+15550100`, `whatsapp:+15550100`, `messenger:123`, an e-mail address, an identity. */
  value: string;
  /**
   * What all forms of one address have in common: the E.164 number, the same for SMS and WhatsApp and for both forms of
   * a Mexican, Argentine or Brazilian number. Addresses are compared and looked up by it.
   */
  key: string;
}

const punctuation = /[\s().\-/\u00a0\u2010-\u2015]/g;

/**
 * Converts an international number to E.164.
 *
 * @param text a number with its country code, e.g. `+1 (555) 010-0100` or `(+1) 555 010 0100`. A `+` that was lost
 *   in form decoding (`ChannelValue=+1555…`, sent unescaped, arrives as ` 1555…`) is restored.
 * @returns `+15550100100`, or undefined when the text is not such a number.
 */
export function toE164(text: string): string | undefined {
  const restored = /^ +\d/.test(text) ? `+${text.trimStart()}` : text;
  const number = restored.replace(punctuation, '');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

/**
 * Takes a number out of a `tel:` URI.
 *
 * @returns the number as it is written, or other text unchanged; undefined for a number with an extension or a
 *   subaddress: no message reaches those, and without them it would be another number
 * @see https://www.rfc-editor.org/rfc/rfc3966
 */
export function fromTelUri(text: string): string | undefined {
  const [, number, parameters = ''] = /^\s*tel:([^;]*)(.*)$/is.exec(text) ?? [];
  if (number === undefined) return text;
  return /;(ext|isub)=/i.test(parameters) ? undefined : number;
}

/**
 * Reads an address as Twilio sends it in `MessagingBinding.Address` or `ChannelValue`.
 *
 * @param text `+15550100`, `tel:+15550100`, `whatsapp:+15550100`, `messenger:…`, `name@example.com`, or a chat identity
 * @param type the channel, if it is known; without it the text alone decides. Five or six digits are a short code on
 *   `sms`, and otherwise a chat identity.
 * @returns the normalized address, or undefined when the text is empty or not an address of that channel
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export function parseAddress(text: string, type?: ChannelType): Address | undefined {
  const [, prefix, rest] = /^(whatsapp|messenger|sms|chat|email):(.*)$/s.exec(text) ?? [];
  const channel = (prefix as ChannelType | undefined) ?? type ?? guessType(text);
  if (type && prefix && prefix !== type) return undefined;
  const body = rest ?? text;

  switch (channel) {
    case 'sms':
    case 'whatsapp': {
      const number = toE164(fromTelUri(body) ?? '');
      if (!number) return channel === 'sms' ? parseShortCode(body) : undefined;
      const key = twoSpellings(number)?.key ?? number;
      return { type: channel, value: channel === 'whatsapp' ? `whatsapp:${number}` : number, key };
    }
    case 'email': {
      const email = body.trim();
      return /^[^\s@]+@[^\s@]+$/.test(email)
        ? { type: channel, value: email, key: email.toLowerCase() }
        : undefined;
    }
    case 'messenger': {
      const id = body.trim();
      return id ? { type: channel, value: `messenger:${id}`, key: `messenger:${id}` } : undefined;
    }
    case 'chat': {
      const identity = body.trim();
      return identity ? { type: channel, value: identity, key: `chat:${identity}` } : undefined;
    }
  }
}

/**
 * The key by which an address is looked up, the same for `+1 555 0100` and `whatsapp:+15550100`.
 *
 * @param type the channel, if it is known
 * @returns the key, or undefined when the text is not an address
 */
export function addressKey(text: string, type?: ChannelType): string | undefined {
  return parseAddress(text, type)?.key;
}

/** An address in an event, parsed once. */
export interface EventAddress {
  /** As Twilio sent it: this form goes back to Twilio and is shown to people. */
  raw: string;
  /** undefined when it is not an address of its channel, e.g. `whatsapp:ada` */
  address: Address | undefined;
}

/** Reads an address of a messaging binding. It is never a chat identity: five or six digits are a short code. */
export function readEventAddress(raw: string): EventAddress {
  return { raw, address: parseShortCode(raw) ?? parseAddress(raw) };
}

/** @returns whether an address has one of these keys, e.g. of `Routing.ownAddresses` */
export function isAmong({ address }: EventAddress, keys: readonly string[]): boolean {
  return address !== undefined && keys.includes(address.key);
}

/** @returns whether two addresses are the same, in any form */
export function isSameAddress(a: EventAddress, b: EventAddress): boolean {
  return a.raw === b.raw || (a.address !== undefined && a.address.key === b.address?.key);
}

/**
 * The same number on WhatsApp for an SMS address, and the other way round.
 *
 * @returns undefined for an address of any other channel
 */
export function onOtherChannel({ type, key }: Address): Address | undefined {
  if (type === 'sms') return { type: 'whatsapp', value: `whatsapp:${key}`, key };
  return type === 'whatsapp' ? { type: 'sms', value: key, key } : undefined;
}

/**
 * Every form in which Twilio may send an address on its channel.
 *
 * @returns `address.value` first, then the others
 */
export function spellings(address: Address): string[] {
  const number = bareNumber(address);
  const forms = number === undefined ? undefined : twoSpellings(number)?.forms;
  const prefix = address.type === 'whatsapp' ? 'whatsapp:' : '';
  return [...new Set([address.value, ...(forms ?? []).map((form) => prefix + form)])];
}

/**
 * The form of an address to which a first message is sent. In a conversation that exists, use the form that Twilio uses
 * there.
 *
 * On WhatsApp, Twilio wants the number as WhatsApp has registered it: Mexican numbers with the 1, Argentine mobile
 * numbers with the 9, Brazilian mobile numbers with the ninth digit (without it, WhatsApp finds the same account). SMS
 * accepts a number in E.164.
 *
 * @returns e.g. `+15550100`, `whatsapp:+5215512345678`
 */
export function toSendable(address: Address): string {
  const number = bareNumber(address);
  if (address.type !== 'whatsapp' || number === undefined) return address.value;
  return `whatsapp:${twoSpellings(number)?.onWhatsApp ?? number}`;
}

function guessType(text: string): ChannelType {
  if (/^\s*tel:/i.test(text) || toE164(text)) return 'sms';
  return text.includes('@') ? 'email' : 'chat';
}

/** @see https://www.twilio.com/docs/glossary/what-is-a-short-code */
function parseShortCode(text: string): Address | undefined {
  const code = text.trim();
  return /^\d{5,6}$/.test(code) ? { type: 'sms', value: code, key: code } : undefined;
}

function bareNumber({ type, value }: Address): string | undefined {
  return type === 'sms' || type === 'whatsapp' ? value.replace(/^whatsapp:/, '') : undefined;
}

interface TwoSpellings {
  key: string;
  forms: [string, string];
  /** The form to which a first message on WhatsApp is sent. */
  onWhatsApp: string;
}

/**
 * The two forms of a number whose country changed its numbering plan, while WhatsApp kept the number that people had
 * registered with. Twilio passes on WhatsApp's form: `whatsapp:+5215512345678` for the phone +525512345678, and
 * `whatsapp:+554188887777` for a reply to a message to `whatsapp:+5541988887777`.
 *
 * The length is checked to the digit, so that other numbers of these countries are not affected.
 *
 * @see https://github.com/chatwoot/chatwoot/issues/14048 (Mexico, seen on Twilio)
 * @see https://github.com/chatwoot/chatwoot/pull/12655 (Brazil and Argentina, seen on Twilio)
 * @see https://github.com/google/libphonenumber/blob/master/resources/PhoneNumberMetadata.xml (the ranges)
 */
function twoSpellings(number: string): TwoSpellings | undefined {
  const [, mexican] = /^\+521?(\d{10})$/.exec(number) ?? [];
  if (mexican !== undefined) {
    const [plain, withOne] = [`+52${mexican}`, `+521${mexican}`] as const;
    // Mobile and landline numbers share their ranges in Mexico.
    return { key: plain, forms: [plain, withOne], onWhatsApp: withOne };
  }

  const [, argentine] = /^\+549?(\d{10})$/.exec(number) ?? [];
  if (argentine !== undefined) {
    const [plain, withNine] = [`+54${argentine}`, `+549${argentine}`] as const;
    // Area codes begin with 11, 2 or 3, and all have mobile numbers; the rest are service numbers.
    const isMobile = number === withNine || /^(11|[23])/.test(argentine);
    return { key: plain, forms: [plain, withNine], onWhatsApp: isMobile ? withNine : plain };
  }

  // Only mobile numbers have two forms. Eight digits that begin with 1 to 5 can be a landline, so they are left alone.
  const [, area, brazilian] = /^\+55([1-9]{2})9?([6-9]\d{7})$/.exec(number) ?? [];
  if (brazilian !== undefined) {
    const [plain, withNine] = [`+55${area}${brazilian}`, `+55${area}9${brazilian}`] as const;
    return { key: withNine, forms: [withNine, plain], onWhatsApp: withNine };
  }
  return undefined;
}

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
