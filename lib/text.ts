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
