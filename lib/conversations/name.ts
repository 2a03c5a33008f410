import { type Address, type BindingFields, readParties } from '../address';
import type { Customer } from '../model';
import { byteLength, isUnset, parseAttributes, setMembers } from '../text';

/** Somebody whom a conversation is named after. */
export interface Person {
  /** As Twilio sent it. */
  address: string;
  /** The card, if there is one. */
  customer: Customer | undefined;
  /** The sender's profile name on WhatsApp. */
  profileName?: string | undefined;
}

/** The people after whom a new conversation is named, the sender first. */
export interface PeopleToName {
  people: Person[];
  /** Whether the data names no member of the group: then any receiver could be our own number. */
  ourAddressUnknown: boolean;
}

/** Twilio's limit for a conversation's friendly name, here in UTF-16 units: no other way of counting gives more. */
const friendlyNameLimit = 256;

/** WhatsApp allows 25 characters in a profile name; a much longer text is something else, and is cut. */
const profileNameLimit = 100;

/**
 * Finds the people after whom a new inbound conversation is named: the customer, or in a group everybody but us. If our
 * own number cannot be recognized in a group, only the sender is returned.
 *
 * @param event `onConversationAdd`
 * @param ownAddresses the keys of our own addresses (`Routing.ownAddresses`)
 * @param findCustomer finds the card with an address
 */
export async function findPeople(
  event: BindingFields & { ChannelMetadata?: unknown },
  ownAddresses: readonly string[],
  findCustomer: (address: Address) => Promise<Customer | undefined>,
): Promise<PeopleToName> {
  const parties = readParties(event, ownAddresses);
  const people = await Promise.all(
    parties.people.map(
      async ({ raw, address }): Promise<Person> => ({
        address: raw,
        customer: address && (await findCustomer(address)),
      }),
    ),
  );
  const sender = event['MessagingBinding.AuthorAddress']?.raw;
  const profileName = readProfileName(event.ChannelMetadata);

  if (!parties.isGroup) {
    const address = event['MessagingBinding.Address'][0]?.raw ?? sender;
    const customer = people.find((one) => one.customer)?.customer;
    return {
      people: address === undefined ? [] : [{ address, customer, profileName }],
      ourAddressUnknown: false,
    };
  }

  const ourAddressUnknown = parties.ours === undefined;
  const isSender = ({ address }: Person): boolean => address === sender;
  const named = people.filter((one) => !ourAddressUnknown || (sender ? isSender(one) : one.customer));
  return {
    people: named.map((one) => (isSender(one) ? { ...one, profileName } : one)),
    ourAddressUnknown,
  };
}

/**
 * The answer to `onConversationAdd`: name and avatar of a new inbound conversation.
 *
 * @param people after whom it is named, the sender first
 * @param given the attributes that the conversation is about to get (JSON text)
 * @returns the body of the answer; `{}` without people, and no `attributes` if the given ones could be damaged
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export function conversationAnswer(
  people: readonly Person[],
  given: unknown,
): { friendly_name?: string; attributes?: string } {
  if (people.length === 0) return {};
  const avatar = people.find(({ customer }) => customer)?.customer?.avatar;
  const attributes = conversationAttributes(avatar, given);
  return { friendly_name: joinNames(people), ...(attributes !== undefined && { attributes }) };
}

/** @returns the names with commas between them, as many whole names as fit; a customer with two numbers is named once */
function joinNames(people: readonly Person[]): string {
  const names = new Map<string, string>();
  for (const { customer, profileName, address } of people) {
    names.set(customer?.customer_id ?? address, customer?.display_name || profileName || address);
  }
  const [first = '', ...others] = names.values();
  let joined = cut(first, friendlyNameLimit);
  for (const name of others) {
    if (`${joined}, ${name}`.length > friendlyNameLimit) break;
    joined = `${joined}, ${name}`;
  }
  return joined;
}

/**
 * Reads the WhatsApp profile name of the sender.
 *
 * @param metadata the field `ChannelMetadata`, as logged by public integrations:
 *   `{"type":"whatsapp","data":{"context":{"ProfileName":"Ada","WaId":"15550100"}}}`
 * @returns one line of visible text, or undefined when there is no name. People choose it, so it proves nothing
 */
export function readProfileName(metadata: unknown): string | undefined {
  const name = member(member(member(parse(metadata), 'data'), 'context'), 'ProfileName');
  if (typeof name !== 'string') return undefined;
  // Control characters, lone surrogates, and characters that change the writing direction of the text around them.
  const visible = name.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu,
    ' ',
  );
  return cut(visible.replace(/\s+/g, ' ').trim(), profileNameLimit) || undefined;
}

function parse(json: unknown): unknown {
  if (typeof json !== 'string') return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Cuts a text to `limit` UTF-16 units, never in the middle of a character. */
function cut(text: string, limit: number): string {
  return text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
}

/** Twilio's limit, in bytes of JSON text. */
const attributesLimit = 16 * 1024;

/**
 * The attributes of a new conversation: those that it is about to get, and the avatar if they have none.
 *
 * @param given JSON text
 * @returns JSON text, or undefined when the given attributes cannot be read or would get too long: then they stay
 */
export function conversationAttributes(avatar: string | undefined, given: unknown): string | undefined {
  const attributes = parseAttributes(given);
  if (!attributes) return undefined;
  const text = setMembers(given, avatar !== undefined && isUnset(attributes.avatar) ? { avatar } : {});
  return byteLength(text) <= attributesLimit ? text : undefined;
}
