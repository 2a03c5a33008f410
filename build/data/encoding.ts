import { isUtf8 } from 'node:buffer';
import type { Bytes } from '../../lib/large-files/bytes';

/** Why a file cannot be read. */
export interface Unreadable {
  problem: string;
  fix: string;
}

/** The text of a file, or why it has none. */
export type Decoded = { text: string } | Unreadable;

const saveAsUtf8 = 'save the file as UTF-8: most editors offer it in the status bar, or under "Save as"';

/**
 * Reads bytes as UTF-8. JSON is always UTF-8, and decoding anything else destroys accented letters.
 *
 * @returns the text, with the byte order mark if it has one; or which byte is not UTF-8, and what to do about it
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-8.1
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (offset: number, length: number): Buffer => buffer.subarray(offset, offset + length);
  return checkEncoding({ size: buffer.length, read }) ?? { text: buffer.toString('utf8') };
}

/**
 * Checks that bytes are UTF-8.
 *
 * @returns which byte is not, and what to do about it; undefined when all are
 */
export function checkEncoding(
  bytes: Pick<Bytes, 'size' | 'read'>,
  partBytes = 1024 * 1024,
): Unreadable | undefined {
  if (isUtf16(bytes)) return { problem: 'is UTF-16, not UTF-8', fix: saveAsUtf8 };
  let [line, column] = [1, 1];
  let start = 0;
  while (start < bytes.size) {
    let part = bytes.read(start, partBytes);
    if (start + part.length < bytes.size) part = part.subarray(0, lastBoundary(part));
    const text = part.toString('utf8');
    // The byte order mark does not count.
    if (start === 0 && text.startsWith('\uFEFF')) column = 0;
    if (!isUtf8(part)) {
      const wrong = findWrongByte(part, text);
      [line, column] = moveOn([line, column], text.slice(0, wrong.index));
      const value = (part[wrong.offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
      return {
        problem: `is not UTF-8: byte 0x${value} at line ${line}, column ${column} (byte ${start + wrong.offset} of the file)`,
        fix: `${saveAsUtf8}, and check that its names are still correct`,
      };
    }
    [line, column] = moveOn([line, column], text);
    start += part.length;
  }
  return undefined;
}

/** Tells by the byte order mark, or by a zero byte: the first character of JSON is always ASCII. */
export function isUtf16(bytes: Pick<Bytes, 'read'>): boolean {
  const [first, second] = bytes.read(0, 2);
  if (first === undefined || second === undefined) return false;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || !first || !second;
}

/** @returns where the last character of some bytes begins, or all of them where that is the first one */
function lastBoundary(bytes: Buffer): number {
  const isContinuation = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;
  let at = bytes.length - 1;
  // A character has at most three further bytes.
  while (at > bytes.length - 4 && isContinuation(at)) at--;
  return at > 0 ? at : bytes.length;
}

const replacement = '\uFFFD';
const replacementBytes = Buffer.from(replacement);

/** Decoding replaces a wrong byte by U+FFFD: finds the first U+FFFD that the bytes do not contain. */
function findWrongByte(bytes: Buffer, text: string): { index: number; offset: number } {
  let offset = 0;
  let from = 0;
  for (;;) {
    const index = text.indexOf(replacement, from);
    offset += Buffer.byteLength(text.slice(from, index));
    if (!bytes.subarray(offset, offset + 3).equals(replacementBytes)) return { index, offset };
    offset += 3;
    from = index + 1;
  }
}

/** @returns line and column behind a text that begins at a line and a column, all from 1 */
export function moveOn([line, column]: readonly [number, number], text: string): [number, number] {
  const lastLine = text.lastIndexOf('\n');
  if (lastLine < 0) return [line, column + text.length];
  let lines = 1;
  for (let at = text.indexOf('\n'); at < lastLine; at = text.indexOf('\n', at + 1)) lines++;
  return [line + lines, text.length - lastLine];
}
