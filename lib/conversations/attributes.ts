import { parseAttributes } from '../attributes';
import type { Customer } from '../model';
import { byteLength } from '../text';

/** Twilio's limits, in bytes of JSON text. */
const participantAttributesLimit = 4 * 1024;
const conversationAttributesLimit = 16 * 1024;

/**
 * Reads the `customer_id` that a participant already has. A number counts as its text; any other value is kept, but is the
 * id of no card.
 *
 * @param attributes JSON text
 * @returns undefined when it is missing, null or blank
 */
export function readCustomerId(attributes: unknown): string | undefined {
  const id = parseAttributes(attributes)?.customer_id;
  if (isBlank(id)) return undefined;
  if (typeof id === 'string') return id;
  return Number.isSafeInteger(id) ? String(id) : JSON.stringify([id]);
}

/**
 * The attributes of a new conversation: those that it is about to get, and the avatar if they have none.
 *
 * @param given JSON text
 * @returns JSON text, or undefined when the given attributes cannot be read or would get too long: then they stay
 */
export function conversationAttributes(avatar: string | undefined, given: unknown): string | undefined {
  const attributes = parseAttributes(given);
  if (!attributes) return undefined;
  const text = setMembers(given, avatar !== undefined && isBlank(attributes.avatar) ? { avatar } : {});
  return byteLength(text) <= conversationAttributesLimit ? text : undefined;
}

/** What to do about a participant's attributes. */
export type AttributesDecision =
  | { do: 'write'; attributes: string; dropped: string[] }
  | { do: 'nothing'; why: 'complete' | 'not_an_object' | 'full'; dropped: string[] };

/**
 * Adds a customer's id, name and avatar to a participant's attributes. Values that are there already stay; null and
 * blank text count as missing. What does not fit into 4 KB is left out: the avatar first, then the name, never the id.
 *
 * @param customer the card; if the attributes have a `customer_id`, it must be that customer's
 * @param current the participant's attributes as they are (JSON text)
 */
export function participantAttributes(customer: Customer, current: string): AttributesDecision {
  const present = parseAttributes(current);
  if (!present) return { do: 'nothing', why: 'not_an_object', dropped: [] };

  const { customer_id, display_name, avatar } = customer;
  const wanted = [
    ...(readCustomerId(current) === undefined ? [['customer_id', customer_id] as const] : []),
    ...(isBlank(present.display_name) ? [['display_name', display_name] as const] : []),
    ...(avatar !== undefined && isBlank(present.avatar) ? [['avatar', avatar] as const] : []),
  ];
  const dropped: string[] = [];

  while (wanted.length > 0) {
    const attributes = setMembers(current, Object.fromEntries(wanted));
    if (byteLength(attributes) <= participantAttributesLimit) return { do: 'write', attributes, dropped };
    dropped.push(String(wanted.pop()?.[0]));
    if (dropped.includes('customer_id')) return { do: 'nothing', why: 'full', dropped };
  }
  return { do: 'nothing', why: 'complete', dropped };
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * Sets members of a JSON object in its text; the rest of the text stays unchanged. Parsing it and writing it again would
 * round large numbers, lose repeated names and fail on deep nesting.
 *
 * @param json the text of a JSON object, or nothing
 */
function setMembers(json: unknown, values: Readonly<Record<string, string>>): string {
  const kept = splitMembers(typeof json === 'string' ? json : '').filter(
    ({ name }) => !Object.hasOwn(values, name),
  );
  const set = Object.entries(values).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${[...kept.map(({ text }) => text), ...set].join(',')}}`;
}

/** @returns the members of a JSON object, each with its text, e.g. `"a":[1]`; none for an empty text */
function splitMembers(json: string): { name: string; text: string }[] {
  const members: { name: string; text: string }[] = [];
  let depth = 0;
  let start = 0;
  let colon = -1;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfString(json, at);
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if (char === '}' || char === ']') depth -= 1;
    else if (char === ':' && depth === 1 && colon < start) colon = at;

    const ends = (char === ',' && depth === 1) || (char === '}' && depth === 0);
    if (!ends) continue;
    // There is no member in `{}`.
    if (colon >= start) {
      const name = JSON.parse(json.slice(start, colon)) as string;
      members.push({ name, text: json.slice(start, at).trim() });
    }
    start = at + 1;
  }
  return members;
}

/** @returns where the closing quotation mark is */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
