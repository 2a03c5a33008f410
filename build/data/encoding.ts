/** The text of a file, or why it has none. */
export type Decoded = { text: string } | { problem: string; fix: string };

const saveAsUtf8 = 'save the file as UTF-8: most editors offer it in the status bar, or under "Save as"';

/**
 * Reads bytes as UTF-8. JSON is always UTF-8, and decoding anything else destroys accented letters.
 *
 * @returns the text, with the byte order mark if it has one; or which byte is not UTF-8, and what to do about it
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-8.1
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf16(buffer)) return { problem: 'is UTF-16, not UTF-8', fix: saveAsUtf8 };
  const text = buffer.toString('utf8');
  const wrong = findWrongByte(buffer, text);
  if (!wrong) return { text };
  const value = (buffer[wrong.offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return {
    problem: `is not UTF-8: byte 0x${value} at ${placeOf(text, wrong.index)} (byte ${wrong.offset} of the file)`,
    fix: `${saveAsUtf8}, and check that its names are still correct`,
  };
}

/** Tells by the byte order mark, or by a zero byte: the first character of JSON is always ASCII. */
function isUtf16([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || !first || !second;
}

const replacement = '\uFFFD';
const replacementBytes = Buffer.from(replacement);

/** Decoding replaces a wrong byte by U+FFFD: finds the first U+FFFD that the bytes do not contain. */
function findWrongByte(bytes: Buffer, text: string): { index: number; offset: number } | undefined {
  let offset = 0;
  let from = 0;
  for (;;) {
    const index = text.indexOf(replacement, from);
    if (index < 0) return undefined;
    offset += Buffer.byteLength(text.slice(from, index));
    if (!bytes.subarray(offset, offset + 3).equals(replacementBytes)) return { index, offset };
    offset += 3;
    from = index + 1;
  }
}

/** @returns `line 2, column 15` for the place of a character */
export function placeOf(text: string, index: number): string {
  const before = text
    .slice(0, index)
    .replace(/^\uFEFF/, '')
    .split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
