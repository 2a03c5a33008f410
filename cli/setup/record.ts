import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeptFile } from '../read-kept-file';
import { type Change, isSameResource } from './change';

/** A conflict that somebody has decided, and what was there stays: it was kept, or setup cannot replace it. */
export interface Kept {
  id: string;
  /** What is there: the decision holds as long as it stays. */
  found: string;
  /** Whether the decision was to replace it. */
  replaced?: true;
}

interface Content {
  changes: Change[];
  kept: Kept[];
}

const fix =
  'Correct it. If you delete it instead, --undo no longer knows what was there before, and setup asks again about what is kept.';

function isContent(content: unknown): content is Content {
  const { changes, kept } = Object(content) as Partial<Content>;
  const isList = (list: unknown): boolean =>
    Array.isArray(list) && list.every((one) => typeof Object(one).id === 'string');
  return isList(changes) && isList(kept);
}

/**
 * What setup has changed in an account, oldest first, in a file that git ignores. A change is written before it is made:
 * whether it was made shows in the account. Other programs' URLs are in it as they are, so that undo can put them back:
 * only this user can read it.
 */
export class SetupRecord {
  readonly #folder: string;
  readonly #file: string;
  #content: Content = { changes: [], kept: [] };

  /**
   * @param root the project's folder
   * @throws an error that names the file when it is damaged
   */
  constructor(root: string, accountSid: string) {
    this.#folder = join(root, '.setup');
    this.#file = join(this.#folder, `${accountSid}.json`);
    this.#content = readKeptFile(this.#file, isContent, fix) ?? this.#content;
  }

  get changes(): readonly Change[] {
    return this.#content.changes;
  }

  get kept(): readonly Kept[] {
    return this.#content.kept;
  }

  /** Adds a change that is about to be made. */
  add(change: Change): void {
    this.#write({ ...this.#content, changes: [...this.changes, change] });
  }

  /** Remembers decisions about what stays; an earlier decision about the same is forgotten. */
  keep(decisions: readonly Kept[]): void {
    if (decisions.length === 0) return;
    const others = this.kept.filter(({ id }) => !decisions.some((one) => one.id === id));
    this.#write({ ...this.#content, kept: [...others, ...decisions] });
  }

  /** Forgets the changes of a resource. */
  forget(resource: Pick<Change, 'kind' | 'id'>): void {
    const changes = this.changes.filter((one) => !isSameResource(one, resource));
    this.#write({ ...this.#content, changes });
  }

  /** Forgets everything. */
  clear(): void {
    if (existsSync(this.#file)) this.#write({ changes: [], kept: [] });
  }

  #write(content: Content): void {
    this.#content = content;
    mkdirSync(this.#folder, { recursive: true });
    // A file that is half written would be worse than an old one.
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
