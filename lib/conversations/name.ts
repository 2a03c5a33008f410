import type { Address } from '../address';
import { type BindingFields, readParties } from '../binding';
import type { Customer } from '../model';
import { conversationAttributes } from './attributes';

/** Somebody whom a conversation is named after. */
export interface Person {
  /** As Twilio wrote it. */
  address: string;
  /** The card, where there is one. */
  customer: Customer | undefined;
  /** What the sender of a WhatsApp message calls themselves. */
  profileName?: string | undefined;
}

/** Whom a new conversation is named after, the sender first. */
export interface PeopleToName {
  people: Person[];
  /** In a group whose members include no address that the data names, any receiver could be our own number. */
  ourAddressUnknown: boolean;
}

/** Twilio's limit for a conversation's friendly name. Whatever Twilio counts, UTF-16 units are the most. */
const friendlyNameLimit = 256;

/** WhatsApp lets a profile name have 25 characters; a longer one is something else. */
const profileNameLimit = 100;

/**
 * Finds out whom a new inbound conversation is named after: one to one, the customer; in a group, everybody but us.
 * Where our own number cannot be told apart, that is the sender alone.
 *
 * @param event `onConversationAdd`
 * @param ownAddresses the keys of our own addresses (`Routing.ownAddresses`)
 * @param findCustomer finds a customer by an address
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
 * What a new inbound conversation is called and looks like.
 *
 * @param people whom it is named after, the sender first
 * @param given the attributes that the conversation is about to get (JSON text)
 * @returns the body of the pre-action hook's answer; `{}` without people, and no `attributes` where the given ones
 *   could be harmed
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export function namedConversation(
  people: readonly Person[],
  given: unknown,
): { friendly_name?: string; attributes?: string } {
  if (people.length === 0) return {};
  const avatar = people.find(({ customer }) => customer)?.customer?.avatar;
  const attributes = conversationAttributes(avatar, given);
  return { friendly_name: joinNames(people), ...(attributes !== undefined && { attributes }) };
}

/** @returns the names with commas between them, as many whole ones as fit; somebody with two numbers is named once */
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
 * Reads the profile name of a WhatsApp message's sender.
 *
 * @param metadata the field `ChannelMetadata`, as logged by public integrations:
 *   `{"type":"whatsapp","data":{"context":{"ProfileName":"Ada","WaId":"15550100"}}}`
 * @returns one line of visible text, or undefined when there is no name; the sender chose it, so it proves nothing
 */
export function readProfileName(metadata: unknown): string | undefined {
  const name = member(member(member(parse(metadata), 'data'), 'context'), 'ProfileName');
  if (typeof name !== 'string') return undefined;
  // Control characters and lone surrogates, and what turns the writing direction of the text around it.
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

/** Cuts a text to so many UTF-16 units, never through a character that takes two. */
function cut(text: string, limit: number): string {
  return text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
}
