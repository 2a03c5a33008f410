import { randomUUID } from 'node:crypto';
import { compileData, type Sources } from '../data/compile';
import type { Problem } from '../data/problems';
import { type Column, mapColumns } from './columns';
import { decodeCsv, UnreadableCsv } from './decode-csv';
import { editJson, type Json, type JsonEdit } from './edit-json';
import { ExistingCustomers, type RawCustomer } from './existing-customers';
import { type MatchedRow, matchCustomers } from './match-customers';
import { createCustomer, type FieldChange, mergeRow } from './merge-row';
import { parseCsv } from './parse-csv';
import { customersFile, readCustomers } from './read-customers';
import { readRouting } from './read-routing';
import { type ImportedRow, type RowContext, type RowProblem, readRows } from './read-rows';

const customersPath = `assets/${customersFile}`;

/** How a file is imported; what is not given is recognized. */
export interface ImportOptions {
  encoding?: string | undefined;
  delimiter?: string | undefined;
  /** The country of numbers without a country code; unless given, the data's `defaultCountry`. */
  country?: string | undefined;
  /** Lines such as `Phone=sms`. */
  map?: readonly string[] | undefined;
  /** Whether customers who are not in the file are removed. */
  prune?: boolean | undefined;
  /** Whether rows with problems are left out; unless they are, nothing can be imported. */
  skipBadRows?: boolean | undefined;
}

/** What is wrong with a row. */
export interface RowReport extends RowProblem {
  line: number;
  name: string | undefined;
}

/** A customer whom an import adds or changes. */
export interface PlannedCustomer {
  customer_id: string;
  name: string;
  line: number;
  kind: 'added' | 'changed';
  /** Of a new customer, every field. */
  changes: FieldChange[];
}

/** What an import would do. */
export interface ImportPlan {
  encoding: string;
  delimiter: string;
  /** The number of rows below the header. */
  rows: number;
  columns: Column[];
  customers: PlannedCustomer[];
  unchanged: number;
  /** Customers of the data who are not in the file: with `prune` they are removed. */
  missing: { customer_id: string; name: string }[];
  badRows: RowReport[];
  /** Problems that belong to no row. */
  problems: Problem[];
  /** About rows; they do not prevent the import. */
  warnings: RowReport[];
  /** The new content of `assets/customers.private.json`; undefined when nothing can be imported. */
  text: string | undefined;
}

/** Lets timers run, e.g. those that show the progress. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Plans an import of customers. The data as it would be is checked like any other data, so that what is imported passes
 * `npm run check`.
 *
 * @param report is told what is being done
 * @throws UnreadableCsv when the file is no table of customers; UnknownColumn; an Error when the data cannot be read
 */
export async function planImport(
  bytes: Uint8Array,
  sources: Sources,
  options: ImportOptions = {},
  report: (text: string) => void = () => {},
): Promise<ImportPlan> {
  const { text: current, raw, defaultCountry } = readCustomers(sources, options.country);
  const { text: csvText, encoding } = decodeCsv(bytes, options.encoding);
  const csv = parseCsv(csvText, options.delimiter);
  const existing = new ExistingCustomers(raw.customers, defaultCountry);
  const templateFields = new Set(existing.list.flatMap(({ fields }) => Object.keys(Object(fields))));
  const columns = mapColumns(csv.header, options.map ?? [], [...templateFields]);
  requireColumns(columns);

  report(`Reading ${csv.rows.length.toLocaleString('en-US')} rows`);
  await nextTurn();
  const rows = readRows(csv, { columns, workers: readWorkers(sources) });
  if (rows.length === 0 && options.prune) {
    throw new UnreadableCsv('has no rows: with --prune, every customer would be removed');
  }
  const matched = matchCustomers(rows, existing, options.country ?? defaultCountry);
  // Those in bad rows are in the file, too.
  const named = rows.flatMap(({ id }) => (id === undefined ? [] : (existing.withId(id) ?? [])));
  for (const { row, index } of matched) checkWhole(row, index === undefined);
  await nextTurn();

  const warningsBefore = rows.map(({ warnings }) => warnings.length);
  for (;;) {
    // With some rows left out, the rest is checked again, and its customers are elsewhere.
    for (const [index, { warnings }] of rows.entries()) warnings.length = warningsBefore[index] ?? 0;
    const usable = matched.filter(({ row }) => row.problems.length === 0);
    const draft = mergeRows(usable, existing, named, options.prune ?? false);
    const text = editJson(current, draft.edits);
    report(`Checking ${draft.order.length.toLocaleString('en-US')} customers`);
    await nextTurn();
    const problems = checkResult(sources, text, draft.order);
    const bad = rows.filter(({ problems }) => problems.length > 0);
    const isRejected = (bad.length > 0 && !options.skipBadRows) || problems.length > 0;
    // A row that only the check finds bad has been in the text.
    if (options.skipBadRows && usable.some(({ row }) => row.problems.length > 0)) continue;
    return {
      encoding,
      delimiter: csv.delimiter,
      rows: rows.length,
      columns,
      customers: draft.customers,
      unchanged: draft.unchanged,
      missing: draft.missing,
      badRows: reportRows(rows, 'problems'),
      problems,
      warnings: reportRows(rows, 'warnings'),
      text: isRejected ? undefined : text,
    };
  }
}

/** Without routing data, no owner is known. */
function readWorkers(sources: Sources): RowContext['workers'] {
  try {
    return readRouting(sources).workers;
  } catch {
    return [];
  }
}

/**
 * Checks that a row says enough. Of a row with cells too few, Excel has left out the empty ones at its end, or a line
 * break or a delimiter got lost: then it is the beginning or the rest of another one, and has no address.
 *
 * @param isNew whether it adds a customer
 * @see https://www.stata.com/support/faqs/data-management/how-excel-writes-empty-cells/
 */
function checkWhole(row: ImportedRow, isNew: boolean): void {
  const isReachable = !isNew || row.channels.length > 0;
  const cells = row.missingCells === 1 ? 'its last cell' : `its last ${row.missingCells} cells`;
  if (row.missingCells > 0 && !isReachable) {
    row.problems.push({
      problem: `lacks ${cells}, and would be a customer without an address`,
      fix: 'see whether a line break or a delimiter is wrong; empty cells must be there',
    });
    return;
  }
  if (row.missingCells > 0) {
    row.warnings.push({
      problem: `lacks ${cells}: they are read as empty`,
      fix: 'if they are not empty in your sheet, correct the row, and import the file again',
    });
  }
  if (!isReachable) {
    row.warnings.push({
      problem: 'is a new customer without an address: nobody can write to them',
      fix: 'give them a number or another address, or say which column it is: --map "COLUMN=sms"',
    });
  }
  if (!isNew || row.name !== undefined) return;
  row.problems.push({
    problem: 'has no name',
    fix: 'give it one, or say which column it is: --map "COLUMN=display_name"',
  });
}

function requireColumns(columns: readonly Column[]): void {
  const fields = new Set(columns.flatMap(({ fields }) => fields));
  const known = ['customer_id', 'sms', 'whatsapp', 'email', 'chat', 'messenger'] as const;
  if (known.some((field) => fields.has(field))) return;
  throw new UnreadableCsv(
    `has no column with an id or an address. Its columns are: ${columns.map(({ name }) => name).join(', ')}. ` +
      'Say what they are, e.g. --map "Phone=sms", or name the delimiter with --delimiter',
  );
}

interface Draft extends Pick<ImportPlan, 'customers' | 'unchanged' | 'missing'> {
  edits: JsonEdit[];
  /** The customers of the new file: their places in the old one, and the rows that add or change them. */
  order: { index: number | undefined; row: ImportedRow | undefined }[];
}

function mergeRows(
  matched: readonly MatchedRow[],
  existing: ExistingCustomers,
  named: readonly number[],
  prune: boolean,
): Draft {
  const draft: Draft = { customers: [], unchanged: 0, missing: [], edits: [], order: [] };
  const rowOf: (ImportedRow | undefined)[] = existing.list.map(() => undefined);
  const found = new Set(named);
  const added: { row: ImportedRow; customer: Json }[] = [];
  for (const { row, index } of matched) {
    const customer: RawCustomer = index === undefined ? {} : (existing.list[index] ?? {});
    const { line } = row;
    if (index === undefined) {
      const id = row.id ?? randomUUID();
      added.push({ row, customer: createCustomer(row, id) });
      const { changes } = mergeRow(row, { display_name: row.name }, []);
      draft.customers.push({ customer_id: id, name: row.name ?? '', line, kind: 'added', changes });
      continue;
    }
    found.add(index);
    const { changes, edits } = mergeRow(row, customer, existing.channels(index));
    if (changes.length === 0) {
      draft.unchanged++;
      continue;
    }
    rowOf[index] = row;
    draft.edits.push(...edits.map((edit) => ({ ...edit, path: ['customers', index, ...edit.path] })));
    draft.customers.push({
      customer_id: String(customer.customer_id),
      name: row.name ?? String(customer.display_name),
      line,
      kind: 'changed',
      changes,
    });
  }
  const missing = [...existing.list.keys()].filter((index) => !found.has(index));
  draft.missing = missing.map((index) => {
    const { customer_id: id, display_name: name } = existing.list[index] ?? {};
    return { customer_id: String(id), name: String(name) };
  });
  const remove = new Set(prune ? missing : []);
  if (remove.size + added.length > 0) {
    const append = added.map(({ customer }) => customer);
    draft.edits.push({ path: ['customers'], remove: [...remove], append });
  }
  draft.order = [
    ...rowOf.map((row, index) => ({ index, row })).filter(({ index }) => !remove.has(index)),
    ...added.map(({ row }) => ({ index: undefined, row })),
  ];
  return draft;
}

/**
 * Checks the data with the new customers. Problems and warnings about rows are added to the rows.
 *
 * @returns the other problems, less those that the data has already
 */
function checkResult(sources: Sources, text: string, order: Draft['order']): Problem[] {
  const { problems, warnings } = compileData({ ...sources, [customersFile]: text });
  const placeOf = (problem: Problem): Draft['order'][number] | undefined => order[positionOf(problem) ?? -1];
  for (const warning of warnings) addTo(placeOf(warning)?.row?.warnings, warning);
  if (problems.length === 0) return [];

  // Positions change when customers are removed.
  const before = new Set(
    compileData(sources).problems.map((problem) => contentOf(problem, positionOf(problem))),
  );
  const caused = problems.filter((problem) => !before.has(contentOf(problem, placeOf(problem)?.index)));
  for (const problem of caused) addTo(placeOf(problem)?.row?.problems, problem);
  return caused.filter((problem) => !placeOf(problem)?.row);
}

/** @returns the position of the customer whom a problem is about */
function positionOf({ file, path }: Problem): number | undefined {
  const position = file === customersPath ? /^customers\[(\d+)\]/.exec(path)?.[1] : undefined;
  return position === undefined ? undefined : Number(position);
}

function contentOf({ file, path, problem }: Problem, customer: number | undefined): string {
  return JSON.stringify([file, path.replace(/^customers\[\d+\]/, ''), customer, problem]);
}

function addTo(list: RowProblem[] | undefined, found: Problem): void {
  const added = atField(found);
  if (!list?.some(({ problem }) => problem === added.problem)) list?.push(added);
}

function atField({ path, problem, fix }: Problem): RowProblem {
  const field = path.replace(/^customers\[\d+\]\.?/, '').replace(/^channels\[\d+\]\.value$/, '');
  return { problem: field === '' ? problem : `${field}: ${problem}`, fix };
}

function reportRows(rows: readonly ImportedRow[], which: 'problems' | 'warnings'): RowReport[] {
  return rows.flatMap(({ line, name, [which]: found }) => found.map((one) => ({ line, name, ...one })));
}
