import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import type { CustomersFile } from './customers-file';
import { editJson, formatValue, type Json, type JsonEdit } from './edit-json';
import { writeAll } from './spill-file';

/** The new content of a file, written beside it. */
export interface Draft {
  path: string;
  /** A hash of the content. */
  digest: string;
}

/** What changes in the customers' file. */
export interface CustomersChange {
  /** @returns the new text of the customer at a position; undefined where it stays */
  textAt(position: number): string | undefined;
  isRemoved(position: number): boolean;
  /** The texts of new customers, as `formatCustomer` returns them. */
  added: Iterable<string>;
}

const [writtenAtOnce, copiedAtOnce, slice] = [1024 * 1024, 128 * 1024, 20_000];

/** @returns the text of a customer with edits, formatted as the file is */
export function editCustomer(file: CustomersFile, position: number, edits: readonly JsonEdit[]): string {
  const { start } = file.place(position);
  // What is added is indented as the line is on which the customer begins.
  const indent = file.indentAt(start);
  return editJson(indent + file.text(position), edits, file.style).slice(indent.length);
}

/** @returns the text of a new customer, formatted as those in the file */
export function formatCustomer(file: CustomersFile, customer: Json): string {
  return formatValue(customer, entryIndent(file), file.style, true);
}

/**
 * Writes the customers' file as it is after a change. What does not change is copied as it is.
 *
 * @param path where to: beside the file, so that it can be renamed
 * @param report is told how many customers of the file are written
 */
export async function writeCustomers(
  file: CustomersFile,
  { textAt, isRemoved, added }: CustomersChange,
  path: string,
  report: (done: number) => void = () => {},
): Promise<Draft> {
  const output = new Output(path, file);
  try {
    const { list } = file;
    const first = file.count > 0 ? file.place(0).start : list.start;
    output.copy(0, first);
    let end = first;
    let isEmpty = true;
    for (let position = 0; position < file.count; position++) {
      if (position % slice === 0) {
        report(position);
        await new Promise(setImmediate);
      }
      const place = file.place(position);
      if (!isRemoved(position)) {
        // The first ones that are removed go with the comma behind them, the others with the comma before.
        if (!isEmpty) output.copy(end, place.start);
        const text = textAt(position);
        if (text === undefined) output.copy(place.start, place.end);
        else output.write(text);
        isEmpty = false;
      }
      end = place.end;
    }
    const { unit, eol } = file.style;
    const gap = unit === undefined ? '' : eol + entryIndent(file);
    let isClosing = false;
    for (const text of added) {
      if (isEmpty) output.write(file.count === 0 ? gap + text : text);
      else output.write(`,${gap}${text}`);
      isEmpty = false;
      isClosing = file.count === 0;
    }
    if (isClosing && unit !== undefined) output.write(eol + file.indentAt(list.start));
    output.copy(isClosing ? list.end : end, Number.POSITIVE_INFINITY);
    return { path, digest: output.finish() };
  } finally {
    output.close();
  }
}

/** @returns the white space before each customer */
function entryIndent(file: CustomersFile): string {
  if (file.count > 0) return file.indentAt(file.place(0).start);
  return file.indentAt(file.list.start) + (file.style.unit ?? '');
}

/** Writes parts of a file, and other texts, one after another. */
class Output {
  readonly #file: number;
  readonly #from: CustomersFile;
  readonly #hash = createHash('sha256');
  #waiting: Buffer[] = [];
  #length = 0;
  /** The part that is to be copied next: neighbors are copied together. */
  #part = { start: 0, end: 0 };

  constructor(path: string, from: CustomersFile) {
    this.#file = openSync(path, 'w');
    this.#from = from;
  }

  copy(start: number, end: number): void {
    if (this.#part.end !== start) this.#copyPart();
    if (this.#part.end === this.#part.start) this.#part = { start, end };
    else this.#part.end = end;
    if (end - this.#part.start > copiedAtOnce) this.#copyPart();
  }

  write(text: string): void {
    this.#copyPart();
    this.#add(Buffer.from(text));
  }

  /** @returns the hash of all that was written */
  finish(): string {
    this.#copyPart();
    this.#flush();
    return this.#hash.digest('hex');
  }

  close(): void {
    closeSync(this.#file);
  }

  #copyPart(): void {
    const { start, end } = this.#part;
    this.#part = { start: end, end };
    for (let at = start; at < end; ) {
      const bytes = this.#from.bytes(at, Math.min(at + copiedAtOnce, end));
      if (bytes.length === 0) return;
      this.#add(bytes);
      at += bytes.length;
    }
  }

  #add(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#length += bytes.length;
    if (this.#length > writtenAtOnce) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#hash.update(bytes);
    writeAll(this.#file, bytes);
    this.#waiting = [];
    this.#length = 0;
  }
}
