import { randomUUID } from 'node:crypto';
import type { CustomersFile, RawCustomer } from './customers-file';
import type { ExistingCustomers } from './existing-customers';
import { CustomerMatcher } from './match-customers';
import { createCustomer, type FieldChange, mergeRow } from './merge-row';
import { type OwnAddresses, refuseOwnAddresses } from './own-addresses';
import type { CsvRow } from './parse-csv';
import type { ImportedRow, RowProblem } from './read-rows';
import { SpillFile } from './spill-file';
import { editCustomer, formatCustomer } from './write-customers';

/** A row that adds or changes a customer. */
export interface RowOutcome {
  /** The row's number, from 0. */
  row: number;
  line: number;
  /** The name in the row. */
  rowName: string | undefined;
  customer_id: string;
  /** The customer's name. */
  name: string;
  kind: 'added' | 'changed';
  changes: FieldChange[];
  /** The customer's text for the file. */
  text: string;
}

/** What is wrong with a row. */
export interface RowFinding extends RowProblem {
  row: number;
  line: number;
  name: string | undefined;
}

/** What the rows of a file would do. All lists are in the order of the rows. */
export interface ImportedRows {
  /** The number of rows. */
  count: number;
  unchanged: number;
  outcomes: SpillFile<RowOutcome>;
  /** The outcome for each customer of the file, plus one; 0 for none. */
  changed: Uint32Array;
  /** The numbers of the outcomes that add a customer. */
  added: number[];
  /** A 1 for each customer of the file who is in a row, also in one with problems. */
  named: Uint8Array;
  problems: SpillFile<RowFinding>;
  warnings: SpillFile<RowFinding>;
}

/** How many rows are read before other work has its turn. */
const slice = 1_000;

/**
 * Reads rows one at a time, each to its end: only what is needed later stays, in files.
 *
 * @param read as `createRowReader` returns it
 * @param options.home the country of numbers without a country code whose customer has none
 * @param options.folder a temporary folder
 * @param options.ownAddresses which no customer can have
 * @param report is told how many rows are read
 */
export async function importRows(
  rows: AsyncIterable<CsvRow>,
  read: (row: CsvRow) => ImportedRow,
  file: CustomersFile,
  existing: ExistingCustomers,
  { home, folder, ownAddresses }: { home: string | undefined; folder: string; ownAddresses: OwnAddresses },
  report: (count: number) => void,
): Promise<ImportedRows> {
  const imported: ImportedRows = {
    count: 0,
    unchanged: 0,
    outcomes: new SpillFile(folder, 'outcomes'),
    changed: new Uint32Array(file.count),
    added: [],
    named: new Uint8Array(file.count),
    problems: new SpillFile(folder, 'problems'),
    warnings: new SpillFile(folder, 'warnings'),
  };
  const matcher = new CustomerMatcher(existing, home);
  for await (const csvRow of rows) {
    if (imported.count % slice === 0) {
      report(imported.count);
      await new Promise(setImmediate);
    }
    const row = read(csvRow);
    const index = await matcher.match(row);
    // Those in bad rows are in the file, too.
    const named = typeof index === 'number' || row.id === undefined ? index : existing.withId(row.id);
    if (typeof named === 'number') imported.named[named] = 1;
    if (index !== 'none') {
      checkWhole(row, index === undefined);
      refuseOwnAddresses(row, ownAddresses);
    }
    if (index !== 'none' && row.problems.length === 0) addOutcome(imported, row, index, file, existing);
    const { line, name } = row;
    for (const one of row.problems) imported.problems.add({ row: imported.count, line, name, ...one });
    for (const one of row.warnings) imported.warnings.add({ row: imported.count, line, name, ...one });
    imported.count++;
  }
  return imported;
}

function addOutcome(
  imported: ImportedRows,
  row: ImportedRow,
  index: number | undefined,
  file: CustomersFile,
  existing: ExistingCustomers,
): void {
  const common = { row: imported.count, line: row.line, rowName: row.name };
  if (index === undefined) {
    const id = row.id ?? randomUUID();
    const { changes } = mergeRow(row, { display_name: row.name }, []);
    const text = formatCustomer(file, createCustomer(row, id));
    const name = row.name ?? '';
    imported.added.push(
      imported.outcomes.add({ ...common, customer_id: id, name, kind: 'added', changes, text }),
    );
    return;
  }
  const customer: RawCustomer = existing.at(index);
  const { changes, edits } = mergeRow(row, customer, existing.channels(index));
  if (changes.length === 0) {
    imported.unchanged++;
    return;
  }
  const text = editCustomer(file, index, edits);
  const name = row.name ?? String(customer.display_name);
  const customer_id = String(customer.customer_id);
  imported.changed[index] =
    imported.outcomes.add({ ...common, customer_id, name, kind: 'changed', changes, text }) + 1;
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
      problem: `is missing ${cells} and would be a customer without an address`,
      fix: 'see whether a line break or a delimiter is wrong; keep empty cells',
    });
    return;
  }
  if (row.missingCells > 0) {
    row.warnings.push({
      problem: `is missing ${cells}: ${row.missingCells === 1 ? 'it is' : 'they are'} read as empty`,
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
