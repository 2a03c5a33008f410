import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { moveOn } from '../encoding';
import type { Report } from '../problems';

/** What is wrong with a text that is not JSON, and where; without a place when brackets are nested too deeply. */
export interface SyntaxProblem {
  what: string;
  /** In UTF-16 code units. */
  offset?: number;
}

/** The message of `JSON.parse` no longer names the place. */
export function findSyntaxError(text: string): SyntaxProblem {
  let found: { error: ParseErrorCode; offset: number } | undefined;
  const onError = (error: ParseErrorCode, offset: number): void => {
    found ??= { error, offset };
  };
  try {
    visit(text, { onError }, { disallowComments: true });
  } catch {
    if (!found) return { what: 'brackets are nested too deeply' };
  }
  const what = found
    ? printParseErrorCode(found.error)
        .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
        .toLowerCase()
    : 'invalid text';
  return { what, offset: found?.offset ?? text.length };
}

/** @returns what is wrong with a text, and at which line and column */
export function describeSyntaxError(text: string): string {
  const { what, offset } = findSyntaxError(text);
  if (offset === undefined) return what;
  const [line, column] = moveOn([1, 1], text.slice(0, offset));
  return `${what} at line ${line}, column ${column}`;
}

/**
 * Reports keys that appear twice in an object: of those, `JSON.parse` silently keeps the last.
 *
 * @param above the path of the text's value in the file
 * @param lineOf returns the line in the file for a line of the text, from 0, and a character
 */
export function reportDuplicateKeys(
  text: string,
  report: Report,
  above: readonly (string | number)[] = [],
  lineOf = (line: number, _offset: number): number => line + 1,
): void {
  const open: Map<string, number>[] = [];
  try {
    visit(
      text,
      {
        onObjectBegin: () => {
          open.push(new Map());
        },
        onObjectEnd: () => {
          open.pop();
        },
        onObjectProperty: (key, offset, _length, startLine, _startCharacter, pathSupplier) => {
          const keys = open.at(-1);
          const first = keys?.get(key);
          const line = lineOf(startLine, offset);
          if (first === undefined) keys?.set(key, line);
          else {
            report(
              [...above, ...pathSupplier(), key],
              `appears twice, ${first === line ? 'both on line' : `on line ${first} and on line`} ${line}`,
              'remove one of the two',
            );
          }
        },
      },
      { disallowComments: true },
    );
  } catch {
    // Brackets are nested too deeply: the schema rejects the file.
  }
}

/** @returns how many properties a value of JSON has, with those of its objects and lists */
export function countProperties(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const one of value) count += countProperties(one);
  else {
    for (const key of Object.keys(value)) {
      count += 1 + countProperties((value as Record<string, unknown>)[key]);
    }
  }
  return count;
}
