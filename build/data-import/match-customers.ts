import { fold } from '../../lib/text';
import type { ExistingCustomers } from './existing-customers';
import { findByAddresses, readChannels } from './read-channels';
import type { ImportedRow } from './read-rows';

/** A row, and the customer whom it describes: the position in the file, or undefined for a new one. */
export interface MatchedRow {
  row: ImportedRow;
  index: number | undefined;
}

/**
 * Finds the customer whom each row describes: by the id, or where the row has none, by its addresses. Then the addresses
 * are read, which the customer's country decides. Rows with problems of their own are left out; those that are found
 * here are added to the row's problems.
 *
 * @param home the country of numbers without a country code whose customer has none
 * @returns the rows that describe one customer each, without repetitions
 */
export function matchCustomers(
  rows: readonly ImportedRow[],
  existing: ExistingCustomers,
  home: string | undefined,
): MatchedRow[] {
  const lines = new Map<string, ImportedRow>();
  const matched: MatchedRow[] = [];
  for (const row of rows) {
    if (row.problems.length > 0) continue;
    const index = row.id === undefined ? findByAddress(row, existing, home) : existing.withId(row.id);
    if (row.problems.length > 0) continue;
    row.channels = readChannels(row, index, existing, home);
    if (row.problems.length > 0) continue;
    const subject = index === undefined ? subjectOf(row) : `customer ${index}`;
    const earlier = subject === undefined ? undefined : lines.get(subject);
    if (!earlier) {
      if (subject !== undefined) lines.set(subject, row);
      matched.push({ row, index });
    } else if (isSame(row, earlier)) {
      row.warnings.push({ problem: 'is a repetition of another row', fix: 'nothing has to be done' });
    } else {
      const what =
        row.id === undefined ? 'is the same customer as' : `has the id ${JSON.stringify(row.id)} of`;
      row.problems.push({
        problem: `${what} line ${earlier.line}, but says something else`,
        fix: row.id === undefined ? 'make one row of the two, or give each an id' : 'make one row of the two',
      });
    }
  }
  return matched;
}

/** Without an id, a new customer is known by name and first address: people may share a number. */
function subjectOf({ id, name, channels }: ImportedRow): string | undefined {
  if (id !== undefined) return `id ${id}`;
  return channels[0] && `${channels[0].key} ${fold(name ?? '')}`;
}

function findByAddress(
  row: ImportedRow,
  existing: ExistingCustomers,
  home: string | undefined,
): number | undefined {
  if (row.addresses.length === 0) {
    row.problems.push({
      problem: 'has neither an id nor an address: nobody could be recognized by it',
      fix: 'give it an id or a number, or remove the row',
    });
    return undefined;
  }
  const found = findByAddresses(row, existing, home);
  const nameOf = (index: number): string => String(existing.list[index]?.display_name ?? '');
  const named = found.filter((index) => row.name !== undefined && fold(nameOf(index)) === fold(row.name));
  const [candidate, other] = named.length > 0 ? named : found;
  if (other === undefined) return candidate;
  row.problems.push({
    problem: `its addresses belong to several customers: ${found.map((index) => JSON.stringify(nameOf(index))).join(', ')}`,
    fix: 'give the row the id of the one who is meant',
  });
  return undefined;
}

function isSame(a: ImportedRow, b: ImportedRow): boolean {
  const content = ({ line, addresses, missingCells, problems, warnings, ...said }: ImportedRow): string =>
    JSON.stringify(said);
  return content(a) === content(b);
}
