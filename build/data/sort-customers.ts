import { comparePlaces, type Place, placeOf } from '../../lib/customers/places';
import type { Customer } from '../../lib/model';
import { TemporaryFile } from './temporary-file';

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
  readonly #file: TemporaryFile;
  readonly #runs: { start: number; end: number }[] = [];
  #entries: Entry[] = [];
  #characters = 0;

  /**
   * @param runCharacters how long the JSON of a run may be
   * @param folder for the temporary file; the system's when left out
   */
  constructor(runCharacters: number, folder?: string) {
    this.#runCharacters = runCharacters;
    this.#file = new TemporaryFile('sorted customers', folder);
  }

  /** @throws Error when there is no room for the temporary file */
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
    this.#file.close();
    this.#entries = [];
  }

  #writeRun(): void {
    const start = this.#file.length;
    let lines: string[] = [];
    const write = (): void => {
      this.#file.append(Buffer.from(lines.join('')));
      lines = [];
    };
    for (const { place, position, json } of this.#entries.sort(compareEntries)) {
      lines.push(`${JSON.stringify([place.name, place.id, position])}\n${json}\n`);
      if (lines.length === 1_000) write();
    }
    write();
    this.#runs.push({ start, end: this.#file.length });
    this.#entries = [];
    this.#characters = 0;
  }

  *#readRun(start: number, end: number): Generator<Entry> {
    const lines = readLines(this.#file, start, end);
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

function* readLines(file: TemporaryFile, start: number, end: number): Generator<string, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for (let offset = start; offset < end; ) {
    const part = file.read(offset, Math.min(readBytes, end - offset));
    offset += part.length;
    const bytes = Buffer.concat([rest, part]);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield bytes.toString('utf8', from, at);
      from = at + 1;
    }
    rest = bytes.subarray(from);
  }
  return undefined;
}
