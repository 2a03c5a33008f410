/** What the JSON text of a conversation's, participant's, message's or task's attributes holds. */
export type Attributes = Record<string, unknown>;

/**
 * @param text a field of an event, or what Twilio answered; one that came twice is a list, not text
 * @returns the attributes, `{}` for a missing or blank text, or undefined when it is no JSON object
 */
export function parseAttributes(text: unknown): Attributes | undefined {
  if (text === undefined) return {};
  if (typeof text !== 'string') return undefined;
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Attributes)
      : undefined;
  } catch {
    return undefined;
  }
}
