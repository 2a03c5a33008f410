import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { openBytes } from '../../lib/large-files/bytes';
import { KeyIndex } from '../../lib/large-files/key-index';
import { NumberList } from '../../lib/large-files/number-list';
import { splitList } from '../../lib/large-files/split-list';
import { Turns } from './turns';

interface Places {
  /** What the file was when it was read: it may change meanwhile. */
  version: string;
  ids: KeyIndex;
  starts: NumberList;
  lengths: NumberList;
  lines: NumberList;
}

/** Where each customer is in the file, in about 40 bytes each. The file is read through when somebody asks first. */
export class CustomerPlaces {
  readonly #path: string;
  #places: Promise<Places> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns the line and the text of a customer; undefined for one who is not in the file */
  async find(customerId: string): Promise<{ line: number; text: string } | undefined> {
    for (;;) {
      this.#places ??= readPlaces(this.#path);
      const reading = this.#places;
      const places = await reading;
      const found = withFile(this.#path, (file) => {
        if (versionOf(file) !== places.version) return 'changed';
        // Of two who have the same id, the last one.
        for (const position of places.ids.find(customerId).reverse()) {
          const bytes = Buffer.alloc(places.lengths.at(position));
          readSync(file, bytes, 0, bytes.length, places.starts.at(position));
          const text = bytes.toString();
          if (idOf(text) === customerId) return { line: places.lines.at(position), text };
        }
        return undefined;
      });
      if (found !== 'changed') return found;
      // Somebody else may have begun to read it again.
      if (this.#places === reading) this.#places = undefined;
    }
  }
}

async function readPlaces(path: string): Promise<Places> {
  const [ids, starts] = [new KeyIndex(), new NumberList('offsets')];
  const [lengths, lines] = [new NumberList('counts'), new NumberList('counts')];
  const version = withFile(path, versionOf) ?? '';
  const places = { version, ids, starts, lengths, lines };
  if (version === '') return places;
  const input = openBytes({ path });
  const turns = new Turns();
  try {
    for (const { offset, line, bytes, text } of splitList(input, 'customers')) {
      if (turns.isOver) await turns.next();
      for (const id of idsIn(text)) ids.add(id, starts.length);
      starts.push(offset);
      lengths.push(bytes.length);
      lines.push(line);
    }
    return places;
  } catch {
    // It is no JSON at the moment: those that could be read have their places.
    return places;
  } finally {
    input.close();
  }
}

function withFile<T>(path: string, use: (file: number) => T): T | undefined {
  const file = tryOpen(path);
  if (file === undefined) return undefined;
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function versionOf(file: number): string {
  const { size, mtimeMs, ino } = fstatSync(file);
  return `${size} ${mtimeMs} ${ino}`;
}

/** @returns what may be the id in a customer's text, without parsing it: `find` compares the id itself */
function idsIn(text: string): string[] {
  const found: string[] = [];
  for (const [, id, number] of text.matchAll(/"customer_id"\s*:\s*(?:"([^"\\]*)"|(\d+)(?=\s*[,}]))/g)) {
    found.push((id ?? number ?? '').trim());
  }
  return found.length > 0 ? found : [idOf(text) ?? ''];
}

function idOf(text: string): string | undefined {
  const { customer_id: id } = Object(JSON.parse(text)) as { customer_id?: unknown };
  return typeof id === 'string' || typeof id === 'number' ? String(id).trim() : undefined;
}
