import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../account';
import type { Fields } from './change';

/** The variable with the key of servers that call `/flex/outbound-message`. */
export const keyVariable = 'OUTBOUND_API_KEY';

/** The variables that setup can write. */
const variables = ['FLEX_WORKSPACE_SID', 'FLEX_WORKFLOW_SID', 'FLEX_QUEUE_SID', keyVariable];

/** The project's `.env`. The key leaves it as a hash only. */
export class EnvFile {
  readonly #root: string;
  readonly #file: string;
  #newKey: string | undefined;

  /** @param root the project's folder */
  constructor(root: string) {
    this.#root = root;
    this.#file = join(root, '.env');
  }

  /** @returns the variables that setup can write; null for those that the file does not name, empty for empty ones */
  read(): Fields {
    const values = readEnvFile(this.#root);
    return Object.fromEntries(
      variables.map((name) => {
        const value = values[name] ?? null;
        return [name, name === keyVariable && value ? hashKey(value) : value];
      }),
    );
  }

  /** @returns the hash of a new key, which `write` puts into the file */
  makeKey(): string {
    this.#newKey ??= randomBytes(32).toString('hex');
    return hashKey(this.#newKey);
  }

  /** Sets variables; null removes one. Everything else in the file stays as it is. */
  write(fields: Fields): void {
    let text = this.#text();
    for (const [name, value] of Object.entries(fields)) {
      text = setVariable(text, name, name === keyVariable && value ? (this.#newKey ?? null) : value);
    }
    // The file has secrets in it, and must not be lost half-way.
    writeFileSync(`${this.#file}.new`, text, { mode: 0o600 });
    if (existsSync(this.#file)) chmodSync(`${this.#file}.new`, statSync(this.#file).mode);
    renameSync(`${this.#file}.new`, this.#file);
  }

  #text(): string {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
  }
}

function hashKey(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

function setVariable(text: string, name: string, value: Fields[string] | undefined): string {
  const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*(?:\\r?\\n|$)`, 'm');
  if (typeof value !== 'string') return text.replace(line, '');
  const written = `${name}=${value}\n`;
  if (line.test(text)) return text.replace(line, () => written);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${written}`;
}
