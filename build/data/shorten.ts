/** How much of a value, and of a message with all its values, people get to see, in characters. */
const [mostOfValue, mostOfMessage] = [100, 1_000];

/** @returns a value for a terminal, e.g. a name; of a long one, the beginning */
export function shortenValue(text: string): string {
  return cut(text, mostOfValue);
}

/** @returns a message for a terminal, in which long values between quotation marks are cut */
export function shortenMessage(text: string): string {
  if (text.length <= mostOfValue) return text;
  const shortened = text.replace(/"(?:[^"\\]|\\.)*"/gs, (value) =>
    value.length <= mostOfValue ? value : `${cut(value, mostOfValue - 1)}"`,
  );
  return cut(shortened, mostOfMessage);
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a character cannot be shown.
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
