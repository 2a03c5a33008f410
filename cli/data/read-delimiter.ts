import { InvalidArgumentError } from 'commander';

/**
 * Reads the value of `--delimiter`.
 *
 * @throws InvalidArgumentError for what cannot be between two cells
 */
export function readDelimiter(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t';
  if ([...text].length === 1 && !/["\r\n]/.test(text)) return text;
  throw new InvalidArgumentError('It must be one character, such as ";", or "tab".');
}
