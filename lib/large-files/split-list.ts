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

/** A part of what is around the list, as it is in the file. */
export interface AroundPart extends Place {
  bytes: Buffer;
}

/** An element of the list. */
export interface ListElement extends Place {
  index: number;
  /** What is before the list, with its `[`. */
  before: readonly AroundPart[];
  /** Empty where it is too large. */
  bytes: Buffer;
  text: string;
  isTooLarge: boolean;
  /** The number of colons outside strings: so many properties its objects have, unless one is there twice. */
  properties: number;
}

/**
 * What is around the elements: `before` and `after` are the file with an empty list. Each is one part, or several where
 * what is in a large value is left out.
 */
export interface Outline {
  /** Up to the `[` of the list, or the whole file when it has no such list. */
  before: readonly AroundPart[];
  /** From the `]` of the list; undefined when there is no list. */
  after?: readonly AroundPart[];
  /** Where the list ends, or the file. */
  end: Place;
}

/** Thrown where the text cannot be JSON: between the elements, or at the end of the file. */
export class BrokenList extends Error {
  override readonly name = 'BrokenList';
  readonly before: readonly AroundPart[];
  /** The beginning of the last element; all before it have been read. */
  readonly place: Place;

  constructor(before: readonly AroundPart[], place: Place) {
    super(`line ${place.line}, column ${place.column}`);
    this.before = before;
    this.place = place;
  }
}

/** Thrown where there is more around the list than is read, even without what is in large values. */
export class TooMuchAround extends Error {
  override readonly name = 'TooMuchAround';
}

/** How much is read at once, and how much of it stays in memory, in bytes. */
export interface SplitLimits {
  chunkBytes: number;
  /** How much around the list may be before what is in its values is left out; twice as much is too much. */
  aroundBytes: number;
  /** How large an element may be: a larger one has no text. */
  elementBytes: number;
}

export const splitLimits: SplitLimits = {
  chunkBytes: 1024 * 1024,
  aroundBytes: 1024 * 1024,
  elementBytes: 16 * 1024 * 1024,
};

const byteOrderMark = Buffer.from('\uFEFF');
const [quote, backslash, comma, colon, newline] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Finds the elements of a list in the object that a JSON file has, and hands each out as text, with its place. It only looks
 * for the ends of the elements: `JSON.parse` checks them, and the head with the tail. It begins behind a byte order mark.
 *
 * Libraries that read JSON in parts (stream-json, @streamparser/json) give values without places and texts, keep the last of
 * two equal keys in silence, and take 45 and 11 seconds for a million customers; this takes 3.
 *
 * @param key the name of the list
 * @throws BrokenList, TooMuchAround
 */
export function* splitList(
  bytes: Bytes,
  key: string,
  limits: Partial<SplitLimits> = {},
): Generator<ListElement, Outline> {
  const { chunkBytes, aroundBytes, elementBytes } = { ...splitLimits, ...limits };
  /** The bytes from `base` on; those before `kept` are no longer needed. */
  let window: Buffer = Buffer.alloc(0);
  let [base, at, kept] = [
    bytes.read(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0,
    0,
    0,
  ];
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
  /** Goes on in lines and columns. It counts bytes, as a part can end within a character. */
  const moveOver = (passed: Buffer): void => {
    // Local: variables of a closure are slow in a loop over hundreds of megabytes.
    let [atLine, atColumn] = [line, column];
    for (let index = 0; index < passed.length; index++) {
      const byte = passed[index] as number;
      if (byte === newline) {
        atLine++;
        atColumn = 1;
      }
      // Continuation bytes do not count; characters of four bytes are two code units.
      else if ((byte & 0xc0) !== 0x80) atColumn += byte >= 0xf0 ? 2 : 1;
    }
    [line, column] = [atLine, atColumn];
  };
  /** Forgets what has been read. `at` can be behind an escape that is cut. */
  const forget = (): void => {
    const end = Math.min(at, window.length);
    moveOver(window.subarray(kept, end));
    kept = end;
  };
  const peek = (): number => (at < window.length || fill() ? (window[at] as number) : -1);
  let isTooLarge = false;
  const fillElement = (): boolean => {
    isTooLarge ||= at - kept > elementBytes;
    if (isTooLarge) forget();
    return fill();
  };
  /** Goes past the end of a string in an element; `at` is behind its quotation mark. */
  const skipString = (): void => {
    for (;;) {
      if (at >= window.length && !fillElement()) return;
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
      if (at >= window.length && !fillElement()) return colons;
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

  /** What is around the list, up to here. */
  let parts: AroundPart[] = [];
  let partBytes = 0;
  const keepPart = (end: number): void => {
    const part = Buffer.from(window.subarray(kept, end));
    parts.push({ bytes: part, offset: base + kept, line, column });
    partBytes += part.length;
    moveOver(part);
    kept = end;
  };
  const isAbove = (limit: number): boolean => partBytes + at - kept > limit;
  const checkAround = (): void => {
    if (isAbove(2 * aroundBytes)) throw new TooMuchAround();
  };
  /** Goes past a string, an object or another list. What is in a large value is left out, but not in a large key. */
  const skipAround = (isValue: boolean): void => {
    const inside = base + at + 1;
    let depth = 0;
    let [isString, isEscaped, isLeftOut] = [false, false, false];
    for (;;) {
      if (at >= window.length) {
        if (isLeftOut) forget();
        if (!fill()) return;
      }
      const byte = window[at++] as number;
      if (isEscaped) isEscaped = false;
      else if (isString && byte === backslash) isEscaped = true;
      else if (byte === quote) isString = !isString;
      else if (!isString && (byte === openObject || byte === openList)) depth++;
      else if (!isString && (byte === closeObject || byte === closeList)) depth--;
      if (depth === 0 && !isString) {
        if (!isLeftOut) return;
        at--;
        forget();
        at++;
        return;
      }
      if (isLeftOut || !isAbove(aroundBytes)) continue;
      if (!isValue) {
        checkAround();
        continue;
      }
      keepPart(inside - base);
      isLeftOut = true;
    }
  };
  /** Goes to the `[` of the list, and behind it, or to the end of the file. @returns whether there is a list */
  const passAround = (depthBefore: number, wanted?: string): boolean => {
    let depth = depthBefore;
    let isValue = false;
    let isWanted = false;
    for (let byte = peek(); byte !== -1; byte = peek()) {
      checkAround();
      const isList = byte === openList;
      if (byte === quote || isList || (byte === openObject && depth !== 0)) {
        if (isList && depth === 1 && isValue && isWanted) {
          at++;
          checkAround();
          return true;
        }
        const start = base + at;
        const isKey = byte === quote && depth === 1 && !isValue;
        skipAround(!isKey);
        if (isKey && wanted !== undefined)
          isWanted = isText(window.toString('utf8', start - base, at), wanted);
        continue;
      }
      at++;
      if (byte === openObject) depth++;
      else if (byte === closeObject || byte === closeList) depth--;
      else if (byte === colon && depth === 1) isValue = true;
      else if (byte === comma && depth === 1) isValue = false;
    }
    checkAround();
    return false;
  };

  const isFound = passAround(0, key);
  keepPart(isFound ? at : window.length);
  const before = parts;
  if (!isFound) return { before, end: { offset: base + at, line, column } };

  let place: Place = { offset: base + at, line, column };
  for (let index = 0; ; index++) {
    kept = at;
    const first = skipSpace();
    if (first === closeList && index === 0) break;
    kept = at;
    const start = { offset: base + at, line, column };
    isTooLarge = false;
    const properties = skipElement();
    // Nothing is between two commas, or after the last one.
    if (base + at === start.offset) throw new BrokenList(before, place);
    place = start;
    isTooLarge ||= at - kept > elementBytes;
    if (isTooLarge) forget();
    const own = window.subarray(kept, at);
    const text = own.toString();
    const lastLine = text.lastIndexOf('\n');
    if (lastLine < 0) column += text.length;
    else [line, column] = [line + text.split('\n').length - 1, text.length - lastLine];
    yield { index, before, ...start, bytes: own, text, isTooLarge, properties };
    const after = skipSpace();
    if (after === closeList) break;
    if (after !== comma) throw new BrokenList(before, place);
    at++;
    column++;
  }
  const end = { offset: base + at, line, column };
  kept = at;
  parts = [];
  passAround(2);
  keepPart(window.length);
  return { before, after: parts, end };
}

/** @returns whether a JSON string, as it is written, is this text */
function isText(json: string, text: string): boolean {
  try {
    return JSON.parse(json) === text;
  } catch {
    return false;
  }
}
