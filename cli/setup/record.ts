import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../account';
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
  /** Which run of the local Twilio it is about; undefined for an account in the cloud. */
  run?: string | undefined;
  changes: Change[];
  kept: Kept[];
}

/** The account that a record is about. */
export type RecordedAccount = Pick<Account, 'accountSid' | 'authToken' | 'controlUrl'>;

const fix =
  'Correct it. If you delete it instead, --undo no longer knows what was there before, and setup asks again about what is kept.';

function isContent(content: unknown): content is Content {
  const { changes, kept } = Object(content) as Partial<Content>;
  const isList = (list: unknown): boolean =>
    Array.isArray(list) && list.every((one) => typeof Object(one).id === 'string');
  return isList(changes) && isList(kept);
}

/** @returns what tells apart the runs of the local Twilio: each has a new account with a token of its own */
function runOf({ controlUrl, authToken = '' }: RecordedAccount): string | undefined {
  if (controlUrl === undefined) return undefined;
  return createHash('sha256').update(authToken).digest('hex').slice(0, 16);
}

/**
 * What setup has changed in an account, oldest first, in a file that git ignores. A change is written before it is made:
 * whether it was made shows in the account. Other programs' URLs are in it as they are, so that undo can put them back:
 * only this user can read it.
 */
export class SetupRecord {
  readonly #folder: string;
  readonly #file: string;
  readonly #run: string | undefined;
  #content: Content = { changes: [], kept: [] };

  /**
   * @param root the project's folder
   * @throws an error that names the file when it is damaged
   */
  constructor(root: string, account: RecordedAccount) {
    this.#folder = join(root, '.setup');
    this.#file = join(this.#folder, `${account.accountSid}.json`);
    this.#run = runOf(account);
    const content = readKeptFile(this.#file, isContent, fix);
    if (content && content.run === this.#run) this.#content = content;
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
    const text = JSON.stringify({ run: this.#run, ...content }, null, 2);
    writeFileSync(`${this.#file}.new`, `${text}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
