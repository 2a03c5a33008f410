import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBytes } from '../../lib/large-files/bytes';
import { FileWindow } from '../../lib/large-files/file-window';
import { KeyIndex } from '../../lib/large-files/key-index';
import { NumberList } from '../../lib/large-files/number-list';
import { splitList } from '../../lib/large-files/split-list';
import { unlessMissing } from '../data/read/unless-missing';
import { indentAt, type JsonStyle, readStyle } from './edit-json';

/** The name of the customers' file in `assets/`. */
export const customersFile = 'customers.private.json';

/** A customer as the file has one: not checked, as it may have problems of its own. */
export type RawCustomer = Record<string, unknown>;

/** How many customers are read before other work has its turn. */
const slice = 5_000;

/** How far back the beginning of a line is looked for, in bytes: the whole file can be one line. */
const longestIndented = 64 * 512;

/** How many customers show how the file is written. */
const sample = 100;

interface Scanned {
  /** Where the list begins and ends. */
  list: { start: number; end: number };
  starts: NumberList;
  lengths: NumberList;
  ids: KeyIndex;
  fields: Set<string>;
  style: JsonStyle;
  frame: Record<string, unknown>;
}

/**
 * The customers' file as it is written, with the place of each customer: what is in it is read where it is needed.
 * It takes about 40 bytes of memory for a customer.
 */
export class CustomersFile {
  readonly #file: number;
  readonly #window: FileWindow;
  readonly #scanned: Scanned;

  private constructor(file: number, scanned: Scanned) {
    this.#file = file;
    this.#window = new FileWindow(file);
    this.#scanned = scanned;
  }

  /**
   * @param path where it is
   * @throws when it has no list of customers
   */
  static async open(path: string): Promise<CustomersFile> {
    const file = openSync(path, 'r');
    try {
      return new CustomersFile(file, await scan(path));
    } catch {
      closeSync(file);
      throw new Error(`assets/${customersFile} has problems: "npm run data -- check" lists them`);
    }
  }

  /**
   * Opens the customers' file, or where there is none, a new one.
   *
   * @param folder a temporary folder, where the new one is
   * @param country its `defaultCountry`
   */
  static async openOrCreate(
    path: string,
    folder: string,
    country: string | undefined,
  ): Promise<CustomersFile> {
    const exists = await unlessMissing(CustomersFile.open(path));
    if (exists) return exists;
    const created = join(folder, customersFile);
    writeFileSync(created, emptyFile(country), { mode: 0o600 });
    return CustomersFile.open(created);
  }

  /** The number of customers. */
  get count(): number {
    return this.#scanned.starts.length;
  }

  /** How the file is written. */
  get style(): JsonStyle {
    return this.#scanned.style;
  }

  /** The names of `fields` that customers have. */
  get fieldNames(): readonly string[] {
    return [...this.#scanned.fields];
  }

  /** The country of the file. */
  get defaultCountry(): string | undefined {
    const { defaultCountry } = this.#scanned.frame;
    return typeof defaultCountry === 'string' ? defaultCountry : undefined;
  }

  /** Where the list begins, behind `[`, and ends, at `]`. */
  get list(): { start: number; end: number } {
    return this.#scanned.list;
  }

  /** @returns the customer at a position; `{}` for what is no object */
  customer(position: number): RawCustomer {
    return Object(JSON.parse(this.text(position))) as RawCustomer;
  }

  /** @returns all customers, one at a time, with the values that are no objects */
  *all(): Generator<unknown> {
    for (let position = 0; position < this.count; position++) yield JSON.parse(this.text(position));
  }

  text(position: number): string {
    const { start, end } = this.place(position);
    return this.bytes(start, end).toString();
  }

  place(position: number): { start: number; end: number } {
    const start = this.#scanned.starts.at(position);
    return { start, end: start + this.#scanned.lengths.at(position) };
  }

  /** @returns the bytes up to `end`, or to the end of the file */
  bytes(start: number, end: number): Buffer {
    return this.#window.read(start, end);
  }

  /** @returns the white space at the beginning of the line on which a place is */
  indentAt(offset: number): string {
    for (let length = 64; length <= longestIndented; length *= 8) {
      const start = Math.max(offset - length, 0);
      const before = this.bytes(start, offset).toString('latin1');
      if (start === 0 || before.includes('\n')) return indentAt(before, before.length);
    }
    return '';
  }

  /** @returns the positions of customers who may have this id: a few may have another one with the same hash */
  maybeWithId(id: string): readonly number[] {
    return this.#scanned.ids.find(id);
  }

  close(): void {
    closeSync(this.#file);
  }
}

async function scan(path: string): Promise<Scanned> {
  const input = openBytes({ path });
  try {
    const [starts, lengths] = [new NumberList('offsets'), new NumberList('counts')];
    const ids = new KeyIndex();
    const fields = new Set<string>();
    const first: string[] = [];
    const elements = splitList(input, 'customers');
    for (;;) {
      const next = elements.next();
      if (next.done) {
        const { before: heads, after: tails, end } = next.value;
        const [head, tail] = [heads[0], tails?.[0]];
        if (!head || !tail || !isUtf8(head.bytes) || !isUtf8(tail.bytes)) throw new Error('no list');
        if (heads.length + (tails?.length ?? 0) > 2) throw new Error('too much around the list');
        const [before, after] = [head.bytes.toString(), tail.bytes.toString()];
        const frame = Object(JSON.parse(before + after)) as Record<string, unknown>;
        // Of two lists, JSON.parse takes the last one.
        if (!Array.isArray(frame.customers) || frame.customers.length > 0) throw new Error('two lists');
        const list = { start: head.offset + head.bytes.length, end: end.offset };
        const style = readStyle(before + first.join(',') + after);
        return { list, starts, lengths, ids, fields, frame, style };
      }
      const { offset, bytes, text } = next.value;
      if (text.includes('\uFFFD') && !isUtf8(bytes)) throw new Error('no UTF-8');
      const { customer_id: id, fields: own } = Object(JSON.parse(text)) as RawCustomer;
      if (typeof id === 'string' || typeof id === 'number') ids.add(String(id), starts.length);
      for (const name of Object.keys(Object(own))) fields.add(name);
      if (first.length < sample) first.push(text);
      starts.push(offset);
      lengths.push(bytes.length);
      if (starts.length % slice === 0) await new Promise(setImmediate);
    }
  } finally {
    input.close();
  }
}

function emptyFile(country: string | undefined): string {
  const content = {
    $schema: '../schemas/customers.schema.json',
    ...(country !== undefined && { defaultCountry: country }),
    customers: [],
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** @returns a hash of a file's content; undefined where there is no file */
export function digestOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const hash = createHash('sha256');
    const window = new FileWindow(file);
    for (let at = 0; ; ) {
      const bytes = window.read(at, at + 1024 * 1024);
      if (bytes.length === 0) return hash.digest('hex');
      hash.update(bytes);
      at += bytes.length;
    }
  } finally {
    closeSync(file);
  }
}
