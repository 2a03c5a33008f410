import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../data/problems';
import { shortenValue } from '../data/shorten';
import { checkData, type DraftOrder, findCaused, type OtherSources } from './check-draft';
import { type Column, mapColumns } from './columns';
import { CustomersFile } from './customers-file';
import { decodeCsv, detectEncoding, UnreadableCsv } from './decode-csv';
import { ExistingCustomers } from './existing-customers';
import { type ImportedRows, importRows, type RowOutcome } from './import-rows';
import type { FieldChange } from './merge-row';
import { readOwnAddresses } from './own-addresses';
import { parseCsv } from './parse-csv';
import { readRouting } from './read-routing';
import { createRowReader, type RowContext } from './read-rows';
import { addToRows, type FoundByCheck, listReports, type RowReport } from './row-reports';
import type { LongList } from './spill-file';
import { type Draft, writeCustomers } from './write-customers';

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

/** The data into which a file is imported. */
export interface ImportTarget {
  /** Where the customers are; there may be no file yet. */
  customersPath: string;
  others: OtherSources;
  /** A temporary folder, which the caller removes. */
  folder: string;
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

/** What an import would do. Its lists are read from the temporary folder. */
export interface ImportPlan {
  encoding: string;
  delimiter: string;
  /** The number of rows below the header. */
  rows: number;
  columns: Column[];
  customers: LongList<PlannedCustomer>;
  counts: { added: number; changed: number; unchanged: number };
  /** Customers of the data who are not in the file: with `prune` they are removed. */
  missing: LongList<{ customer_id: string; name: string }>;
  badRows: LongList<RowReport>;
  /** Problems that belong to no row. */
  problems: Problem[];
  /** About rows; they do not prevent the import. */
  warnings: LongList<RowReport>;
  /** The new `assets/customers.private.json`; undefined when nothing can be imported. */
  draft: Draft | undefined;
  /** Closes the files that the lists are read from. */
  close(): void;
}

/**
 * Plans an import of customers. The data as it would be is checked like any other data, so that what is imported passes
 * `npm run check`. Rows and customers are read one at a time: memory does not limit how many there are.
 *
 * @param csvPath a CSV file
 * @param report is told what is being done
 * @throws UnreadableCsv when the file is no table of customers; UnknownColumn; an Error when the data cannot be read
 */
export async function planImport(
  csvPath: string,
  target: ImportTarget,
  options: ImportOptions = {},
  report: (text: string) => void = () => {},
): Promise<ImportPlan> {
  const { customersPath, others, folder } = target;
  const file = await CustomersFile.openOrCreate(customersPath, folder, options.country);
  const csvFile = openSync(csvPath, 'r');
  try {
    const encoding = detectEncoding(csvPath, csvFile, options.encoding);
    const csv = await parseCsv(decodeCsv(csvFile, encoding), options.delimiter);
    const columns = mapColumns(csv.header, options.map ?? [], file.fieldNames);
    requireColumns(columns);

    const read = createRowReader(csv, { columns, workers: readWorkers(others) });
    const existing = new ExistingCustomers(file);
    const home = options.country ?? file.defaultCountry;
    const context = { home, folder, ownAddresses: readOwnAddresses(others) };
    const rows = await importRows(csv.rows, read, file, existing, context, (count) =>
      report(count === 0 ? 'Reading rows' : `Reading rows: ${count.toLocaleString('en-US')}`),
    );
    if (rows.count === 0 && options.prune) {
      throw new UnreadableCsv('has no rows: with --prune, every customer would be removed');
    }
    const plan = await draftPlan(file, rows, target, options, report);
    const close = (): void => {
      for (const list of [rows.outcomes, rows.problems, rows.warnings]) list.close();
      file.close();
    };
    return { encoding, delimiter: csv.delimiter, rows: rows.count, columns, ...plan, close };
  } catch (error) {
    file.close();
    throw error;
  } finally {
    closeSync(csvFile);
  }
}

type Drafted = Omit<ImportPlan, 'encoding' | 'delimiter' | 'rows' | 'columns' | 'close'>;

async function draftPlan(
  file: CustomersFile,
  rows: ImportedRows,
  { customersPath, others, folder }: ImportTarget,
  { prune = false, skipBadRows = false }: ImportOptions,
  report: (text: string) => void,
): Promise<Drafted> {
  const isMissing = (index: number): boolean => rows.named[index] === 0;
  const badByCheck: FoundByCheck = new Map();
  for (;;) {
    // With some rows left out, the rest is checked again, and its customers are elsewhere.
    const left = new Set(badByCheck.keys());
    const usable = (number: number): RowOutcome | undefined => {
      const outcome = rows.outcomes.get(number);
      return left.has(outcome.row) ? undefined : outcome;
    };
    const changedAt = (index: number): RowOutcome | undefined => {
      const number = rows.changed[index] ?? 0;
      return number === 0 ? undefined : usable(number - 1);
    };
    const added = left.size === 0 ? rows.added : rows.added.filter((number) => usable(number));
    const draft = await writeCustomers(
      file,
      {
        textAt: (index) => changedAt(index)?.text,
        isRemoved: (index) => prune && isMissing(index),
        added: textsOf(rows, added),
      },
      join(folder, 'draft.json'),
      (done) => report(`Writing customers: ${done.toLocaleString('en-US')}`),
    );
    const kept = prune ? keptPositions(file.count, isMissing) : undefined;
    const keptCount = kept?.length ?? file.count;
    const before: DraftOrder['before'] = (position) =>
      position < keptCount ? (kept?.[position] ?? position) : undefined;
    const outcomeAt = (position: number): RowOutcome | undefined => {
      const index = before(position);
      return index === undefined ? usable(added[position - keptCount] ?? 0) : changedAt(index);
    };

    report(`Checking ${(keptCount + added.length).toLocaleString('en-US')} customers`);
    await new Promise(setImmediate);
    const checked = await checkData(others, draft.path, report);
    const warnings: FoundByCheck = new Map();
    addToRows(checked.warnings, outcomeAt, warnings);
    const path = existsSync(customersPath) ? customersPath : undefined;
    const caused = await findCaused(checked.problems, { before }, others, path, report);
    const problems = addToRows(caused, outcomeAt, badByCheck);
    // A row that only the check finds bad has been in the draft.
    if (skipBadRows && badByCheck.size > left.size) continue;

    const badRows = listReports(rows.problems, badByCheck);
    const isRejected = (badRows.length > 0 && !skipBadRows) || problems.length > 0;
    const changed = rows.outcomes.length - rows.added.length;
    const leftChanged = left.size - (rows.added.length - added.length);
    return {
      customers: listPlanned(rows, left),
      counts: { added: added.length, changed: changed - leftChanged, unchanged: rows.unchanged },
      missing: listMissing(file, isMissing),
      badRows,
      problems,
      warnings: listReports(rows.warnings, warnings),
      draft: isRejected ? undefined : draft,
    };
  }
}

function* textsOf({ outcomes }: ImportedRows, numbers: readonly number[]): Generator<string> {
  for (const number of numbers) yield outcomes.get(number).text;
}

function keptPositions(count: number, isMissing: (index: number) => boolean): Uint32Array {
  const kept = new Uint32Array(count);
  let length = 0;
  for (let index = 0; index < count; index++) if (!isMissing(index)) kept[length++] = index;
  return kept.subarray(0, length);
}

function listPlanned({ outcomes }: ImportedRows, left: ReadonlySet<number>): LongList<PlannedCustomer> {
  return {
    length: outcomes.length - left.size,
    *[Symbol.iterator]() {
      for (const { row, customer_id, name, line, kind, changes } of outcomes) {
        if (!left.has(row)) yield { customer_id, name, line, kind, changes };
      }
    },
  };
}

function listMissing(file: CustomersFile, isMissing: (index: number) => boolean): ImportPlan['missing'] {
  const missing = keptPositions(file.count, (index) => !isMissing(index));
  return {
    length: missing.length,
    *[Symbol.iterator]() {
      for (const index of missing) {
        const { customer_id: id, display_name: name } = file.customer(index);
        yield { customer_id: String(id), name: String(name) };
      }
    },
  };
}

/** Without routing data, no owner is known. */
function readWorkers(others: OtherSources): RowContext['workers'] {
  try {
    return readRouting(others).workers;
  } catch {
    return [];
  }
}

function requireColumns(columns: readonly Column[]): void {
  const fields = new Set(columns.flatMap(({ fields }) => fields));
  const known = ['customer_id', 'sms', 'whatsapp', 'email', 'chat', 'messenger'] as const;
  if (known.some((field) => fields.has(field))) return;
  throw new UnreadableCsv(
    `has no column with an id or an address. Its columns are: ${columns.map(({ name }) => shortenValue(name)).join(', ')}. ` +
      'Say what they are, e.g. --map "Phone=sms", or name the delimiter with --delimiter',
  );
}
