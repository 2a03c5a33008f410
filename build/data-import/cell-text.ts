import { trimWhiteSpace } from '../data/white-space';

/**
 * What an import does to every text, so that nobody has to see what cannot be seen: control characters are removed, line
 * ends become `\n`, and white space around the text goes.
 */
export function cleanText(text: string): string {
  const unified = text.replace(/\r\n?/g, '\n');
  return trimWhiteSpace(unified.replace(/\p{Cc}/gu, (one) => (one === '\n' || one === '\t' ? one : '')));
}

/** @returns the text in one line, as names are written */
export function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/**
 * Puts an apostrophe before what a spreadsheet would run as a formula, and before an apostrophe that an import would take
 * for such a one.
 *
 * @param text as `cleanText` returns it
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function protectText(text: string): string {
  return /^'*[=+\-@]|^'+[\d(]/.test(text) ? `'${text}` : text;
}

/** Removes what spreadsheets and `protectText` put around a text so that it stays a text: `="+15550100"`, `'+15550100`. */
export function unprotectText(text: string): string {
  const [, formula] = /^="(.*)"$/s.exec(text) ?? [];
  return formula ?? text.replace(/^'(?='*[=+\-@\d(])/, '');
}
