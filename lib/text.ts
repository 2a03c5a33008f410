/** Letters that Unicode does not decompose, and what people type when their keyboard lacks them. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  ς: 'σ',
};
const anyLetter = new RegExp(`[${Object.keys(letters).join('')}]`, 'g');

/**
 * Folds a text for searching and sorting: lower case, no accents, plain letters, straight apostrophes and hyphens,
 * single spaces. Folding a folded text changes nothing.
 *
 * @returns e.g. `jose nunez` for `José  Núñez`, `soren` for `Søren`
 */
export function fold(text: string): string {
  return text
    .replace(/[\u00b4`]/g, "'") // Decomposed, the acute accent is a space.
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(anyLetter, (letter) => letters[letter] ?? letter)
    .replace(/[\u2018-\u201b\u2032\u02b9\u02bb-\u02bd]/g, "'")
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Compares strings by code unit, so that the order is the same on every machine. @returns -1, 0 or 1, for `sort` */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @returns the length of the text in bytes of UTF-8 */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** @returns whether one text becomes the other by at most two insertions, deletions or changes of a letter */
export function isClose(a: string, b: string): boolean {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase() ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return (row[b.length] ?? 9) <= 2;
}

/** Whether there is nothing to be seen in a text: spaces, characters without width, and the like. */
export function isBlank(text: string): boolean {
  return /^(?:[\p{Z}\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]|\u034f)*$/u.test(text);
}

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

/** @returns whether an attribute counts as missing: undefined, null or blank text */
export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * Sets members of a JSON object in its text; the rest of the text stays unchanged. Parsing it and writing it again would
 * round large numbers, lose repeated names and fail on deep nesting.
 *
 * @param json the text of a JSON object, or nothing
 */
export function setMembers(json: unknown, values: Readonly<Record<string, string>>): string {
  const kept = splitMembers(typeof json === 'string' ? json : '').filter(
    ({ name }) => !Object.hasOwn(values, name),
  );
  const set = Object.entries(values).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${[...kept.map(({ text }) => text), ...set].join(',')}}`;
}

/** @returns the members of a JSON object, each with its text, e.g. `"a":[1]`; none for an empty text */
function splitMembers(json: string): { name: string; text: string }[] {
  const members: { name: string; text: string }[] = [];
  let depth = 0;
  let start = 0;
  let colon = -1;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfString(json, at);
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if (char === '}' || char === ']') depth -= 1;
    else if (char === ':' && depth === 1 && colon < start) colon = at;

    const ends = (char === ',' && depth === 1) || (char === '}' && depth === 0);
    if (!ends) continue;
    // There is no member in `{}`.
    if (colon >= start) {
      const name = JSON.parse(json.slice(start, colon)) as string;
      members.push({ name, text: json.slice(start, at).trim() });
    }
    start = at + 1;
  }
  return members;
}

/** @returns where the closing quotation mark is */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
