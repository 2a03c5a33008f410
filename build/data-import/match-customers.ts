import { hashKey } from '../../lib/customers/packed-format';
import { KeyIndex } from '../../lib/large-files/key-index';
import { NumberList } from '../../lib/large-files/number-list';
import { fold } from '../../lib/text';
import type { ExistingCustomers } from './existing-customers';
import { findByAddresses, readChannels } from './read-channels';
import type { ImportedRow } from './read-rows';

/**
 * Finds the customers whom rows describe: by the id, or where a row has none, by its addresses. It remembers which rows
 * came before in about 60 bytes each.
 */
export class CustomerMatcher {
  readonly #existing: ExistingCustomers;
  readonly #home: string | undefined;
  /** The earlier rows by what they are about. */
  readonly #earlier = new KeyIndex();
  /** The lines of the earlier rows, and a hash of what they say. */
  readonly #lines = new NumberList('counts');
  readonly #said = [new NumberList('counts'), new NumberList('counts')] as const;

  /** @param home the country of numbers without a country code whose customer has none */
  constructor(existing: ExistingCustomers, home: string | undefined) {
    this.#existing = existing;
    this.#home = home;
  }

  /**
   * Finds the customer of a row, and reads the row's addresses, which the customer's country decides. What is wrong is
   * added to the row's problems.
   *
   * @returns the position in the file, or undefined for a new customer; 'none' for a row with problems, and for a
   *   repetition of an earlier one
   */
  async match(row: ImportedRow): Promise<number | undefined | 'none'> {
    if (row.problems.length > 0) return 'none';
    if (row.id === undefined) await this.#existing.prepareAddresses();
    const index = row.id === undefined ? this.#findByAddress(row) : this.#existing.withId(row.id);
    if (row.problems.length > 0) return 'none';
    row.channels = readChannels(row, index, this.#existing, this.#home);
    if (row.problems.length > 0) return 'none';
    const subject = index === undefined ? subjectOf(row) : `customer ${index}`;
    return subject === undefined || this.#isFirst(row, subject) ? index : 'none';
  }

  #isFirst(row: ImportedRow, subject: string): boolean {
    const [earlier] = this.#earlier.find(subject);
    const said = hashKey(contentOf(row));
    if (earlier === undefined) {
      this.#earlier.add(subject, this.#lines.length);
      this.#lines.push(row.line);
      for (const half of [0, 1] as const) this.#said[half].push(said[half]);
      return true;
    }
    if (([0, 1] as const).every((half) => this.#said[half].at(earlier) === said[half])) {
      row.warnings.push({ problem: 'duplicates another row', fix: 'no action needed' });
      return false;
    }
    const what = row.id === undefined ? 'is the same customer as' : `has the id ${JSON.stringify(row.id)} of`;
    row.problems.push({
      problem: `${what} line ${this.#lines.at(earlier)}, but says something else`,
      fix: row.id === undefined ? 'merge the two rows, or give each an id' : 'merge the two rows',
    });
    return false;
  }

  #findByAddress(row: ImportedRow): number | undefined {
    if (row.addresses.length === 0) {
      row.problems.push({
        problem: 'has neither an id nor an address: no customer could be matched by it',
        fix: 'give it an id or a number, or remove the row',
      });
      return undefined;
    }
    const found = findByAddresses(row, this.#existing, this.#home);
    const nameOf = (index: number): string => String(this.#existing.at(index).display_name ?? '');
    const named = found.filter((index) => row.name !== undefined && fold(nameOf(index)) === fold(row.name));
    const [candidate, other] = named.length > 0 ? named : found;
    if (other === undefined) return candidate;
    row.problems.push({
      problem: `its addresses belong to several customers: ${found.map((index) => JSON.stringify(nameOf(index))).join(', ')}`,
      fix: 'give the row the id of the one who is meant',
    });
    return undefined;
  }
}

/** Without an id, a new customer is known by name and first address: people may share a number. */
function subjectOf({ id, name, channels }: ImportedRow): string | undefined {
  if (id !== undefined) return `id ${id}`;
  return channels[0] && `${channels[0].key} ${fold(name ?? '')}`;
}

/** @returns all that a row says */
function contentOf({ line, addresses, missingCells, problems, warnings, ...said }: ImportedRow): string {
  return JSON.stringify(said);
}
