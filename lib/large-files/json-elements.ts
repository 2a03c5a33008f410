import { readSync } from 'node:fs';

/** An element of a list in a JSON file. */
export interface JsonElement {
  /** Its first byte in the file, and the one after its last. */
  start: number;
  end: number;
  /** The line on which it begins, from 1. */
  line: number;
  /** Valid until the next element is read. */
  bytes: Buffer;
}

/** The JSON around the elements of a list. */
export interface JsonFrame {
  /** Where the elements' part of the file begins and ends: behind `[`, and at `]`. Undefined when there is no such list. */
  list: { start: number; end: number } | undefined;
  /** The text before the list's elements, and after them; without such a list, `before` is all of it. */
  before: string;
  after: string;
}

/** The file is not JSON, as far as it was read, or it has the list twice. */
export class MalformedJson extends Error {}

const chunkBytes = 1024 * 1024;
const [quote, backslash, comma, colon, openList, closeList, openObject, closeObject] = [
  ...Buffer.from('"\\,:[]{}'),
] as [number, number, number, number, number, number, number, number];
const newline = 10;

/**
 * Reads the elements of a list that is a property of the file's object, one at a time: the file can be larger than a text
 * can be. Only what separates elements is checked. What is in them, and around the list, shows when it is parsed.
 *
 * Parsers of streams (stream-json, @streamparser/json) build every value themselves, several times slower than
 * `JSON.parse`, and give no offsets in bytes.
 *
 * @param file its descriptor
 * @param key the name of the list
 * @param chunk how much is read at once, in bytes
 * @returns what is around the list, at the end
 * @throws MalformedJson
 */
export function* readElements(
  file: number,
  key: string,
  chunk = chunkBytes,
): Generator<JsonElement, JsonFrame> {
  let buffer = Buffer.alloc(0);
  /** The place of the buffer's first byte in the file, and that of the byte that is looked at in the buffer. */
  let base = 0;
  let at = 0;
  let line = 1;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Where an element, or a text outside of the list, begins; -1 for none. */
  let start = -1;
  let startLine = 1;
  let inList = false;
  let separator: 'none' | 'comma' | 'needed' = 'none';
  let lastText = '';
  let isOurs = false;
  let list: { start: number; end: number } | undefined;

  for (;;) {
    // What begins in the buffer is kept as a whole.
    const kept = start < 0 ? buffer.subarray(at) : buffer.subarray(start - base);
    const next = Buffer.allocUnsafe(kept.length + chunk);
    kept.copy(next);
    const read = readSync(file, next, kept.length, chunk, base + buffer.length);
    at = kept.length;
    base += buffer.length - kept.length;
    buffer = next.subarray(0, kept.length + read);
    if (read === 0) break;
    if (base === 0 && at === 0 && buffer.subarray(0, 3).equals(Buffer.from('\uFEFF'))) at = 3;

    for (; at < buffer.length; at++) {
      const byte = buffer[at] as number;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) {
          inString = false;
          if (start >= 0 && depth === 1) {
            lastText = buffer.toString('utf8', start - base + 1, at);
            start = -1;
          } else if (inList && depth === 2) {
            yield {
              start,
              end: base + at + 1,
              line: startLine,
              bytes: buffer.subarray(start - base, at + 1),
            };
            start = -1;
            separator = 'needed';
          }
        }
        continue;
      }
      if (byte === newline) line += 1;
      if (inList && depth === 2) {
        const isSpace = byte === 32 || (byte >= 9 && byte <= 13);
        const isEnd = isSpace || byte === comma || byte === closeList;
        if (isEnd && start >= 0) {
          yield { start, end: base + at, line: startLine, bytes: buffer.subarray(start - base, at) };
          start = -1;
          separator = 'needed';
        }
        if (byte === comma) {
          if (separator !== 'needed') throw new MalformedJson(`value expected on line ${line}`);
          separator = 'comma';
        } else if (byte === closeList) {
          if (separator === 'comma') throw new MalformedJson(`value expected on line ${line}`);
          if (list) list.end = base + at;
          inList = false;
        } else if (!isEnd && start < 0) {
          if (separator === 'needed') throw new MalformedJson(`comma expected on line ${line}`);
          start = base + at;
          startLine = line;
        }
      } else if (depth === 1 && byte === colon) {
        isOurs = lastText === key;
      } else if (depth === 1 && byte === quote) {
        start = base + at;
      } else if (depth === 1 && byte === openList && isOurs) {
        if (list) throw new MalformedJson(`${key} appears twice`);
        list = { start: base + at + 1, end: -1 };
        inList = true;
        separator = 'none';
      }

      if (byte === quote) inString = true;
      else if (byte === openObject || byte === openList) depth += 1;
      else if (byte === closeObject || byte === closeList) {
        depth -= 1;
        if (depth === 1) isOurs = false;
        if (inList && depth === 2) {
          yield { start, end: base + at + 1, line: startLine, bytes: buffer.subarray(start - base, at + 1) };
          start = -1;
          separator = 'needed';
        }
      } else if (byte === comma && depth === 1) isOurs = false;
    }
  }
  if (inList || inString || depth !== 0) throw new MalformedJson('ends too early');
  const size = base + buffer.length;
  const before = readText(file, 0, list?.start ?? size).replace(/^\uFEFF/, '');
  return { list, before, after: list ? readText(file, list.end, size) : '' };
}

function readText(file: number, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from);
  return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from));
}
