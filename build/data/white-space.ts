/** JavaScript's white space, which includes no-break spaces, and zero-width characters. */
const outerWhiteSpace = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/;

/** @returns whether a text begins or ends with white space */
export function hasOuterWhiteSpace(value: string): boolean {
  return outerWhiteSpace.test(value);
}

/** @returns the text without white space at its ends */
export function trimWhiteSpace(value: string): string {
  let text = value;
  while (hasOuterWhiteSpace(text)) text = text.replace(outerWhiteSpace, '');
  return text;
}
