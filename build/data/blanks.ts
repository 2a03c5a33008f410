/** JavaScript's white space, which no-break spaces belong to, and the characters that have no width. */
const blankAtAnEnd = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/;

/** @returns whether a text begins or ends with white space that nobody sees */
export function hasBlankAtAnEnd(value: string): boolean {
  return blankAtAnEnd.test(value);
}

/** @returns the text without the blanks that nobody sees */
export function withoutBlanksAtEnds(value: string): string {
  let text = value;
  while (hasBlankAtAnEnd(text)) text = text.replace(blankAtAnEnd, '');
  return text;
}
