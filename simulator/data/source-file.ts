import { existsSync, readFileSync } from 'node:fs';
import { type Node, parseTree } from 'jsonc-parser';
import type { DataRow } from '../api-lists';
import { CustomerPlaces } from './customer-places';

/** A file that people write, with the line of each value. It is read when somebody asks. */
export class SourceFile {
  /** e.g. `assets/customers.private.json` */
  readonly name: string;
  readonly #path: string;
  #places: CustomerPlaces | undefined;

  /** @param name relative to the project's folder */
  constructor(root: string, name: string) {
    this.name = name;
    this.#path = `${root}/${name}`;
  }

  /** @returns every value in the file, with its path and line */
  rows(): DataRow[] {
    const text = existsSync(this.#path) ? readFileSync(this.#path, 'utf8').replace(/^\uFEFF/, '') : '';
    return rowsOf(text, 1);
  }

  /** @returns the line of a customer; undefined for one who is not in the file */
  async customerLine(customerId: string): Promise<number | undefined> {
    return (await this.#find(customerId))?.line;
  }

  /** @returns every value of a customer, with its path and line */
  async customerRows(customerId: string): Promise<DataRow[]> {
    const place = await this.#find(customerId);
    return place ? rowsOf(place.text, place.line) : [];
  }

  #find(customerId: string): Promise<{ line: number; text: string } | undefined> {
    this.#places ??= new CustomerPlaces(this.#path);
    return this.#places.find(customerId);
  }
}

/** @param firstLine the line in the file on which the text begins */
function rowsOf(text: string, firstLine: number): DataRow[] {
  const root = parseTree(text);
  const rows: DataRow[] = [];
  let line = firstLine;
  let counted = 0;
  const lineOf = (offset: number): number => {
    // The values come in the order of the text.
    for (let at = text.indexOf('\n', counted); at >= 0 && at < offset; at = text.indexOf('\n', counted)) {
      line += 1;
      counted = at + 1;
    }
    return line;
  };
  const add = ({ type, children = [], offset, value }: Node, path: string): void => {
    if (type === 'object') {
      for (const { children: [name, inner] = [] } of children) {
        if (name && inner) add(inner, path === '' ? String(name.value) : `${path}.${String(name.value)}`);
      }
    } else if (type === 'array') {
      for (const [index, child] of children.entries()) add(child, `${path}[${index}]`);
    } else {
      rows.push({ path, value: String(value), line: lineOf(offset) });
    }
  };
  if (root) add(root, '');
  return rows;
}
