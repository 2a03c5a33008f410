import type { Customer } from '../model';
import { byteLength } from '../text';

type Attributes = Record<string, unknown>;

/** Twilio's limits, in bytes of JSON text. */
export const participantAttributesLimit = 4 * 1024;
export const conversationAttributesLimit = 16 * 1024;

/** Twilio's limit for a conversation's friendly name, in characters. */
const friendlyNameLimit = 256;

/** @returns the attributes, `{}` for a missing or empty text, or undefined when the text is no JSON object */
export function parseAttributes(text: string | undefined): Attributes | undefined {
  if (text === undefined || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Attributes)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a new inbound conversation is called and looks like.
 *
 * @param address the customer's address as Twilio wrote it; stands in for a name that is not known
 * @param given the attributes that the conversation is about to get (JSON text)
 * @returns the body of the pre-action hook's answer; `attributes` is left out where the given ones could be harmed
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#onconversationadd
 */
export function describeConversation(
  address: string,
  customer: Customer | undefined,
  given: string | undefined,
): { friendly_name: string; attributes?: string } {
  const friendly_name = [...(customer?.display_name ?? address)].slice(0, friendlyNameLimit).join('');
  const attributes = parseAttributes(given);
  if (!attributes) return { friendly_name };
  const text = JSON.stringify({ ...(customer?.avatar && { avatar: customer.avatar }), ...attributes });
  return byteLength(text) <= conversationAttributesLimit
    ? { friendly_name, attributes: text }
    : { friendly_name };
}

/** What to do about a participant's attributes. */
export type AttributesDecision =
  | { do: 'write'; attributes: string; dropped: string[] }
  | { do: 'nothing'; why: 'unchanged' | 'not_an_object' | 'full' };

/**
 * Puts a customer's id, name and avatar into a participant's attributes. What is there already stays; what does not
 * fit in 4 KB is left out, the avatar first, then the name, never the id.
 *
 * @param current the participant's attributes as they are (JSON text)
 */
export function describeParticipant(customer: Customer, current: string | undefined): AttributesDecision {
  const present = parseAttributes(current);
  if (!present) return { do: 'nothing', why: 'not_an_object' };

  const wanted = Object.entries({
    customer_id: customer.customer_id,
    display_name: customer.display_name,
    avatar: customer.avatar,
  }).filter(([name, value]) => value !== undefined && !Object.hasOwn(present, name));
  const dropped: string[] = [];

  while (wanted.length > 0) {
    const attributes = JSON.stringify({ ...present, ...Object.fromEntries(wanted) });
    if (byteLength(attributes) <= participantAttributesLimit) return { do: 'write', attributes, dropped };
    dropped.push(String(wanted.pop()?.[0]));
    if (dropped.includes('customer_id')) return { do: 'nothing', why: 'full' };
  }
  return { do: 'nothing', why: 'unchanged' };
}
