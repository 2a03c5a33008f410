import { type ChannelType, channelTypes } from '../../lib/model';
import { explainInvalidAddress, normalizeAddress } from '../data/customers';
import { findNearestWorker } from '../data/nearest-worker';
import { trimWhiteSpace } from '../data/white-space';
import type { Column, Field } from './columns';
import { readCountry, readLanguage } from './names';
import type { Csv, CsvRow } from './parse-csv';

/** What is wrong with a row, and how to fix it. */
export interface RowProblem {
  problem: string;
  fix: string;
}

/** An address in a row. */
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
  channels: RowChannel[];
  fields: Record<string, string>;
  problems: RowProblem[];
  warnings: RowProblem[];
}

/** What cells are compared with. */
export interface RowContext {
  columns: readonly Column[];
  /** The country of numbers without a country code. */
  country: string | undefined;
  workers: readonly { identity: string; display_name?: string | undefined }[];
}

/** @returns the customer in each row, with what is wrong with it */
export function readRows({ header, rows, delimiter }: Csv, context: RowContext): ImportedRow[] {
  const workers = new Map<string, FoundWorker>();
  const findWorker = (text: string): FoundWorker => {
    const known = workers.get(text) ?? readWorker(text, context.workers);
    workers.set(text, known);
    return known;
  };
  return rows.map((row) => {
    const read = readRow(row, context, findWorker);
    if (row.cells.length > header.length) {
      // What is in the wrong column has problems that nobody needs to read.
      read.problems.splice(0, read.problems.length, {
        problem: `has ${row.cells.length} cells, and the header ${header.length}`,
        fix: `put a cell that contains ${JSON.stringify(delimiter)} between quotation marks`,
      });
    }
    return read;
  });
}

function readRow(
  { line, cells }: CsvRow,
  { columns, country: home }: RowContext,
  findWorker: (text: string) => FoundWorker,
): ImportedRow {
  const values = new Map<Field, { text: string; column: string }[]>();
  for (const [position, { name, fields }] of columns.entries()) {
    const text = cleanCell(cells[position] ?? '');
    if (text === '') continue;
    for (const field of fields) values.set(field, [...(values.get(field) ?? []), { text, column: name }]);
  }
  const first = (field: Field): string | undefined => values.get(field)?.[0]?.text;
  const oneLine = (field: Field): string | undefined => first(field)?.replace(/\s+/g, ' ');
  const parts = (['first_name', 'middle_name', 'last_name'] as const).flatMap((part) => oneLine(part) ?? []);

  const problems: RowProblem[] = [];
  const givenCountry = first('country');
  const country = givenCountry === undefined ? undefined : readCountry(givenCountry);
  const givenWorker = first('worker');
  const worker = givenWorker === undefined ? undefined : findWorker(givenWorker);
  const language = first('language');
  return {
    line,
    id: first('customer_id'),
    name: oneLine('display_name') ?? (parts.length > 0 ? parts.join(' ') : oneLine('company')),
    worker: worker?.identity,
    language: language === undefined ? undefined : readLanguage(language),
    country,
    avatar: first('avatar'),
    details: { title: first('details.title'), content: first('details.content') },
    detailsColumn: values.get('details.content')?.[0]?.column,
    channels: channelTypes.flatMap((type) =>
      readChannels(type, values.get(type)?.map(({ text }) => text) ?? [], country ?? home, problems),
    ),
    fields: Object.fromEntries(
      [...values].flatMap(([field, [value]]) =>
        field.startsWith('fields.') && value ? [[field.slice('fields.'.length), value.text]] : [],
      ),
    ),
    problems,
    warnings: worker?.warning ? [worker.warning] : [],
  };
}

/**
 * Removes control characters, and what spreadsheets put around a text so that it stays a text: `="+15550100"`,
 * `'+15550100`.
 */
function cleanCell(cell: string): string {
  const text = trimWhiteSpace(cell.replace(/\p{Cc}/gu, (one) => (one === '\n' || one === '\t' ? one : '')));
  const [, formula] = /^="(.*)"$/s.exec(text) ?? [];
  return trimWhiteSpace(formula ?? text.replace(/^'(?=[=+\-@\d(])/, ''));
}

/** The same address in two columns is one. */
function readChannels(
  type: ChannelType,
  texts: readonly string[],
  country: string | undefined,
  problems: RowProblem[],
): RowChannel[] {
  const channels = new Map<string, RowChannel>();
  for (const text of texts) {
    const address = normalizeAddress(text, type, country);
    if (!address) problems.push(explainAddress(text, type, country));
    else if (!channels.has(address.key)) {
      channels.set(address.key, { type, value: address.value.replace(/^whatsapp:/, ''), key: address.key });
    }
  }
  return [...channels.values()];
}

function explainAddress(text: string, type: ChannelType, country: string | undefined): RowProblem {
  const [problem, fix] = explainInvalidAddress(text, type);
  if (type !== 'sms' && type !== 'whatsapp') return { problem, fix };
  if (/^\d+([.,]\d+)?e\+?\d+$/i.test(text)) {
    return { problem, fix: 'Excel has rounded the number: format the column as text, and export it again' };
  }
  const digits = text.replace(/\D/g, '');
  const whole = /[a-z+]/i.test(text) ? undefined : normalizeAddress(`+${digits}`, type, undefined);
  if (whole?.isKnown && digits.length > 10) {
    return { problem, fix: `did you mean "+${digits}"? Excel removes the + unless the column is text` };
  }
  if (country !== undefined || /[a-z+]/i.test(text)) {
    return { problem, fix: 'write one number, with its country code, e.g. "+1 212 555 0101"' };
  }
  return {
    problem,
    fix: 'write it with its country code, or name the country of all such numbers: --country US',
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
  const problem = `${JSON.stringify(text)} is not among the workers of assets/routing.private.json: the owner is left as it is`;
  const fix = 'add the worker there, or correct the name, and import the file again';
  return {
    identity: undefined,
    warning: {
      problem,
      fix: nearest === undefined ? fix : `did you mean ${JSON.stringify(nearest)}? Otherwise ${fix}`,
    },
  };
}
