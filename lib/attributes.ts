/** The attributes of a conversation, participant, message or task, parsed from their JSON text. */
export type Attributes = Record<string, unknown>;

/**
 * Parses attributes.
 *
 * @param text a field of an event, or what Twilio answered; a field that was sent twice is a list, not text
 * @returns the attributes, `{}` when the text is missing or blank, or undefined when it is not a JSON object
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
