import { existsSync, readFileSync } from 'node:fs';
import { type Node, parseTree, visit } from 'jsonc-parser';
import type { DataRow } from '../api-lists';

/** Where a customer is written. */
interface Place {
  offset: number;
  length: number;
  /** From 1. */
  line: number;
}

/** A file that people write, with the line of each value. It is read at once, and parsed when somebody asks. */
export class SourceFile {
  /** e.g. `assets/customers.private.json` */
  readonly name: string;
  readonly #text: string;
  #customers: Map<string, Place> | undefined;

  /** @param name relative to the project's folder */
  constructor(root: string, name: string) {
    this.name = name;
    const path = `${root}/${name}`;
    this.#text = existsSync(path) ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : '';
  }

  /** @returns every value in the file, with its path and line */
  rows(): DataRow[] {
    return rowsOf(this.#text, 1);
  }

  /** @returns the line of a customer; undefined for one who is not in the file */
  customerLine(customerId: string): number | undefined {
    return this.#place(customerId)?.line;
  }

  /** @returns every value of a customer, with its path and line */
  customerRows(customerId: string): DataRow[] {
    const place = this.#place(customerId);
    if (!place) return [];
    return rowsOf(this.#text.slice(place.offset, place.offset + place.length), place.line);
  }

  #place(customerId: string): Place | undefined {
    this.#customers ??= findCustomers(this.#text);
    return this.#customers.get(customerId);
  }
}

/** Visits the text instead of parsing it: the tree of 40,000 customers would take far more memory than their text. */
function findCustomers(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  let depth = 0;
  let list = '';
  let key = '';
  let id: string | undefined;
  let start = { offset: 0, line: 1 };
  visit(text, {
    onObjectBegin: (offset, _length, startLine) => {
      depth += 1;
      if (depth !== 2) return;
      id = undefined;
      start = { offset, line: startLine + 1 };
    },
    onObjectProperty: (property) => {
      if (depth === 1) list = property;
      key = property;
    },
    onLiteralValue: (value) => {
      if (depth === 2 && key === 'customer_id') id = String(value).trim();
    },
    onObjectEnd: (offset, length) => {
      if (depth === 2 && list === 'customers' && id !== undefined) {
        places.set(id, { ...start, length: offset + length - start.offset });
      }
      depth -= 1;
    },
  });
  return places;
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
