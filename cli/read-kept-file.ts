import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { projectFolder } from './project-folder';

/**
 * Reads a file in which a command keeps what it has done.
 *
 * @param isValid whether the content has the form that the command writes
 * @param fix what to do when it has not
 * @returns the content; undefined when there is no such file
 * @throws an error that names the file, and says what to do
 */
export function readKeptFile<T>(
  file: string,
  isValid: (content: unknown) => content is T,
  fix: string,
): T | undefined {
  if (!existsSync(file)) return undefined;
  const name =
    dirname(file) === projectFolder ? basename(file) : join(basename(dirname(file)), basename(file));
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === undefined ? 'is damaged: it is not valid JSON' : `cannot be read: ${code}`;
    throw new Error(`${name} ${problem}. ${fix}`, { cause: error });
  }
  if (!isValid(content)) throw new Error(`${name} is damaged: it is not as the command writes it. ${fix}`);
  return content;
}
