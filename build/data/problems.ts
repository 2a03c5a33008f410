import { styleText } from 'node:util';
import { shortenMessage, shortenValue } from './shorten';

/** A problem in the data: what, where, and how to fix it. */
export interface Problem {
  /** An error fails the build. A warning is printed, and fails `npm run check -- --strict`. */
  severity: 'error' | 'warning';
  /** e.g. `assets/customers.private.json` */
  file: string;
  /** e.g. `customers[3].channels[0].value`; empty for the file as a whole. */
  path: string;
  problem: string;
  fix: string;
}

/** Adds an error at the path of keys. */
export interface Report {
  (keys: readonly (string | number)[], problem: string, fix: string): void;
  /** Adds a warning there. */
  warn(keys: readonly (string | number)[], problem: string, fix: string): void;
}

/** @returns a function that adds to a list of problems, for one file */
export function reportTo(problems: Problem[], file: string): Report {
  const add =
    (severity: Problem['severity']) =>
    (keys: readonly (string | number)[], problem: string, fix: string): void => {
      problems.push({ severity, file, path: formatPath(keys), problem, fix });
    };
  return Object.assign(add('error'), { warn: add('warning') });
}

/** How many problems are listed: nobody reads more, and a wrong setting can give one for each of a million customers. */
const listed = 1_000;

/**
 * @param problems all of one severity
 * @param color whether it has colors for a terminal
 * @returns the first thousand problems as text, by file, with the number of all at the end
 */
export function formatProblems(problems: readonly Problem[], color = false): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const lines: string[] = [];
  const isWarning = problems[0]?.severity === 'warning';
  const hue = isWarning ? 'yellow' : 'red';
  if (isWarning) lines.push(paint(hue, 'Warnings:'));
  const first = problems.slice(0, listed);
  for (const file of new Set(first.map((problem) => problem.file))) {
    lines.push(paint('bold', file));
    for (const { path, problem, fix } of first.filter((one) => one.file === file)) {
      const place = path ? `${shortenValue(path)}: ` : '';
      lines.push(`  ${place}${shortenMessage(problem)}`, `    ${paint('cyan', '→')} ${shortenMessage(fix)}`);
    }
  }
  if (problems.length > listed) lines.push('…', '  all are listed by: npm run check -- --json');
  const name = isWarning ? 'warning' : 'problem';
  lines.push(
    paint(hue, problems.length === 1 ? `1 ${name}` : `${problems.length.toLocaleString('en-US')} ${name}s`),
  );
  return lines.join('\n');
}

/** @returns `customers[3].channels[0].value` for its keys */
function formatPath(keys: readonly unknown[]): string {
  // Joined: of a text that grows by its parts, each part would stay in memory.
  const parts: string[] = [];
  for (const key of keys) {
    const part = typeof key === 'number' ? `[${key}]` : parts.length === 0 ? String(key) : `.${String(key)}`;
    if (part !== '') parts.push(part);
  }
  return parts.join('');
}

/** @returns the position of the customer whom a path is about, if it is about one, and the rest of the path */
export function splitCustomerPath(path: string): { position?: number; field: string } {
  const [start, position] = /^customers\[(\d+)\]\.?/.exec(path) ?? [];
  return start === undefined
    ? { field: path }
    : { position: Number(position), field: path.slice(start.length) };
}

/** The content of a file: the part that is valid, and all of it. */
export interface ReadFile<T> {
  value: T;
  raw: unknown;
  /** Whether all of it could be read. */
  isWhole: boolean;
}
