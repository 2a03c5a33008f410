import { type ChannelType, channelTypes } from '../../lib/model';
import { findNearestWorker } from '../data/nearest-worker';
import { cleanText, toOneLine, unprotectText } from './cell-text';
import type { Column, Field } from './columns';
import { readCountry, readLanguage } from './names';
import type { Csv, CsvRow } from './parse-csv';

/** What is wrong with a row, and how to fix it. */
export interface RowProblem {
  problem: string;
  fix: string;
}

/** An address as a cell has it. */
export interface AddressCell {
  type: ChannelType;
  text: string;
}

/** An address of the customer whom a row describes. */
export interface RowChannel {
  type: ChannelType;
  /** As it is written into the data: a number in E.164. */
  value: string;
  key: string;
}

/** A customer as a row describes one: empty cells are left out. */
export interface ImportedRow {
  line: number;
  id: string | undefined;
  /** Without a name of a person, that of the company. */
  name: string | undefined;
  worker: string | undefined;
  language: string | undefined;
  country: string | undefined;
  avatar: string | undefined;
  details: { title?: string | undefined; content?: string | undefined };
  /** The column of `details.content`: the title where there is none. */
  detailsColumn: string | undefined;
  addresses: AddressCell[];
  /** The addresses once they are read: a number's country can be that of the customer, who is found first. */
  channels: RowChannel[];
  /** How many cells fewer than the header the row has. */
  missingCells: number;
  fields: Record<string, string>;
  problems: RowProblem[];
  warnings: RowProblem[];
}

/** What cells are compared with. */
export interface RowContext {
  columns: readonly Column[];
  workers: readonly { identity: string; display_name?: string | undefined }[];
}

/** How many texts of owners are remembered. */
const knownOwners = 10_000;

/** @returns a function that reads the customer in a row, with what is wrong with it */
export function createRowReader(
  { header, delimiter }: Pick<Csv, 'header' | 'delimiter'>,
  context: RowContext,
): (row: CsvRow) => ImportedRow {
  const workers = new Map<string, FoundWorker>();
  const findWorker = (text: string): FoundWorker => {
    const known = workers.get(text) ?? readWorker(text, context.workers);
    if (workers.size === knownOwners) workers.clear();
    workers.set(text, known);
    return known;
  };
  return (row) => {
    const read = readRow(row, context, findWorker);
    if (row.cells.length > header.length) {
      // What is in the wrong column has problems that nobody needs to read.
      read.problems.splice(0, read.problems.length, {
        problem: `has ${row.cells.length} cells, but the header has ${header.length}`,
        fix: `put a cell that contains ${JSON.stringify(delimiter)} between quotation marks`,
      });
    }
    read.missingCells = Math.max(0, header.length - row.cells.length);
    return read;
  };
}

function readRow(
  { line, cells }: CsvRow,
  { columns }: RowContext,
  findWorker: (text: string) => FoundWorker,
): ImportedRow {
  const values = new Map<Field, { text: string; column: string }[]>();
  for (const [position, { name, fields }] of columns.entries()) {
    const text = cleanText(unprotectText(cleanText(cells[position] ?? '')));
    if (text === '') continue;
    for (const field of fields) values.set(field, [...(values.get(field) ?? []), { text, column: name }]);
  }
  const first = (field: Field): string | undefined => values.get(field)?.[0]?.text;
  const oneLine = (field: Field): string | undefined => {
    const text = first(field);
    return text === undefined ? undefined : toOneLine(text);
  };
  const parts = (['first_name', 'middle_name', 'last_name'] as const).flatMap((part) => oneLine(part) ?? []);

  const givenCountry = first('country');
  const givenWorker = first('worker');
  const worker = givenWorker === undefined ? undefined : findWorker(givenWorker);
  const language = first('language');
  return {
    line,
    id: first('customer_id'),
    name: oneLine('display_name') ?? (parts.length > 0 ? parts.join(' ') : oneLine('company')),
    worker: worker?.identity,
    language: language === undefined ? undefined : readLanguage(language),
    country: givenCountry === undefined ? undefined : readCountry(givenCountry),
    avatar: first('avatar'),
    details: { title: first('details.title'), content: first('details.content') },
    detailsColumn: values.get('details.content')?.[0]?.column,
    addresses: channelTypes.flatMap((type) => (values.get(type) ?? []).map(({ text }) => ({ type, text }))),
    channels: [],
    missingCells: 0,
    fields: Object.fromEntries(
      [...values].flatMap(([field, [value]]) =>
        field.startsWith('fields.') && value ? [[field.slice('fields.'.length), value.text]] : [],
      ),
    ),
    problems: [],
    warnings: worker?.warning ? [worker.warning] : [],
  };
}

interface FoundWorker {
  identity: string | undefined;
  warning?: RowProblem;
}

/** CRMs write an owner's name or e-mail address: case does not matter, and a name that only one worker has will do. */
function readWorker(text: string, workers: RowContext['workers']): FoundWorker {
  if (workers.some(({ identity }) => identity === text)) return { identity: text };
  const nearest = findNearestWorker(text, workers);
  const same = (other: string | undefined): boolean => other?.toLowerCase() === text.toLowerCase();
  const found = workers.find((worker) => worker.identity === nearest);
  if (found && (same(found.identity) || same(found.display_name))) return { identity: nearest };
  const problem = `${JSON.stringify(text)} is not one of the workers of assets/routing.private.json: the owner is left as it is`;
  const fix = 'add the worker there, or correct the name, and import the file again';
  return {
    identity: undefined,
    warning: {
      problem,
      fix: nearest === undefined ? fix : `did you mean ${JSON.stringify(nearest)}? Otherwise ${fix}`,
    },
  };
}
