import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparePlaces, type Place, placeOf } from '../../lib/customers/places';
import type { Customer } from '../../lib/model';

/** A customer that is sorted. */
interface Entry {
  place: Place;
  /** In the file of the data. */
  position: number;
  json: string;
}

/** How much of each run is in memory while the runs are merged, in bytes. */
const readBytes = 128 * 1024;

/**
 * Sorts more customers than there is memory for: runs of them are sorted and written to a temporary file, and merged in the
 * end. Few customers stay in memory.
 */
export class CustomerSorter {
  readonly #runCharacters: number;
  readonly #folder: string;
  readonly #runs: { start: number; end: number }[] = [];
  #entries: Entry[] = [];
  #characters = 0;
  #file: number | undefined;

  /**
   * @param runCharacters how long the JSON of a run may be
   * @param folder for the temporary file
   */
  constructor(runCharacters: number, folder = tmpdir()) {
    this.#runCharacters = runCharacters;
    this.#folder = folder;
  }

  add(customer: Customer, position: number): void {
    const json = JSON.stringify(customer);
    this.#entries.push({ place: placeOf(customer), position, json });
    this.#characters += json.length;
    if (this.#characters > this.#runCharacters) this.#writeRun();
  }

  /** @returns the customers in the order of `compareCustomers`, and in the order of the file where that is the same */
  *sorted(): Generator<{ customer: Customer; position: number }> {
    const last = this.#entries.sort(compareEntries);
    const runs = [...this.#runs.map(({ start, end }) => this.#readRun(start, end)), last.values()];
    const heads: { entry: Entry; run: Iterator<Entry> }[] = [];
    for (const run of runs) {
      const { value } = run.next();
      if (value) heads.push({ entry: value as Entry, run });
    }
    while (heads.length > 0) {
      const first = heads.reduce((a, b) => (compareEntries(b.entry, a.entry) < 0 ? b : a));
      const { position, json } = first.entry;
      yield { position, customer: JSON.parse(json) as Customer };
      const next = first.run.next();
      if (next.done) heads.splice(heads.indexOf(first), 1);
      else first.entry = next.value;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#entries = [];
  }

  #writeRun(): void {
    try {
      this.#writeEntries();
    } catch (error) {
      throw explain(error as NodeJS.ErrnoException, this.#folder);
    }
  }

  #writeEntries(): void {
    this.#file ??= openTemporary(this.#folder);
    const start = this.#runs.at(-1)?.end ?? 0;
    let end = start;
    let lines: string[] = [];
    const write = (): void => {
      const bytes = Buffer.from(lines.join(''));
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#file as number, bytes, done, bytes.length - done, end + done);
      }
      end += bytes.length;
      lines = [];
    };
    for (const { place, position, json } of this.#entries.sort(compareEntries)) {
      lines.push(`${JSON.stringify([place.name, place.id, position])}\n${json}\n`);
      if (lines.length === 1_000) write();
    }
    write();
    this.#runs.push({ start, end });
    this.#entries = [];
    this.#characters = 0;
  }

  *#readRun(start: number, end: number): Generator<Entry> {
    const lines = readLines(this.#file as number, start, end);
    for (;;) {
      const { value: head, done } = lines.next();
      if (done) return;
      const [name, id, position] = JSON.parse(head) as [string, string, number];
      yield { place: { name, id }, position, json: lines.next().value as string };
    }
  }
}

function compareEntries(a: Entry, b: Entry): number {
  return comparePlaces(a.place, b.place) || a.position - b.position;
}

/** The file system's errors do not say that the folder is another one than the project's, or how to choose it. */
function explain(error: NodeJS.ErrnoException, folder: string): Error {
  const { code, message, syscall } = error;
  if (syscall === undefined) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const what = isFull
    ? `there is no room in ${folder} for the sorted customers`
    : `the sorted customers cannot be written to ${folder} (${message})`;
  return new Error(`${what}: set TMPDIR to a folder with room`, { cause: error });
}

/** Opens a file that only this process sees, and that goes with it however it ends: its name is removed at once. */
function openTemporary(folder: string): number {
  const path = join(folder, `customers-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path, { force: true });
  return file;
}

function* readLines(file: number, start: number, end: number): Generator<string, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for (let offset = start; offset < end; ) {
    const part = Buffer.allocUnsafe(Math.min(readBytes, end - offset));
    const count = readSync(file, part, 0, part.length, offset);
    if (count === 0) throw new Error('a temporary file has been cut');
    offset += count;
    const bytes = Buffer.concat([rest, part.subarray(0, count)]);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield bytes.toString('utf8', from, at);
      from = at + 1;
    }
    rest = bytes.subarray(from);
  }
  return undefined;
}
