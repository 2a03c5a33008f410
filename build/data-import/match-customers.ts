import { channelTypes } from '../../lib/model';
import { fold } from '../../lib/text';
import { normalizeAddress } from '../data/customers';
import type { ImportedRow } from './read-rows';

/** A customer as the file has one: not checked, as it may have problems of its own. */
export type RawCustomer = Record<string, unknown>;

/** A channel as the file has one, with the key of its address. */
export interface RawChannel {
  raw: Record<string, unknown>;
  key: string | undefined;
  /** Of a phone number, in E.164. */
  number?: string | undefined;
}

/** The customers of the file, to be found by id and by address. */
export class ExistingCustomers {
  readonly list: readonly RawCustomer[];
  readonly #defaultCountry: string | undefined;
  readonly #byId = new Map<string, number>();
  #byAddress: Map<string, number[]> | undefined;

  constructor(list: readonly unknown[], defaultCountry: string | undefined) {
    this.list = list.map((one) => Object(one) as RawCustomer);
    this.#defaultCountry = defaultCountry;
    for (const [index, { customer_id: id }] of this.list.entries()) {
      if (typeof id === 'string' || typeof id === 'number') this.#byId.set(String(id), index);
    }
  }

  /** @returns the position of the customer with this id */
  withId(id: string): number | undefined {
    return this.#byId.get(id);
  }

  /** @returns the positions of the customers with this address, in the order of the file */
  withAddress(key: string): readonly number[] {
    if (!this.#byAddress) {
      this.#byAddress = new Map();
      for (const index of this.list.keys()) {
        for (const { key: own } of this.channels(index)) {
          if (own === undefined) continue;
          const found = this.#byAddress.get(own) ?? [];
          if (!found.includes(index)) this.#byAddress.set(own, [...found, index]);
        }
      }
    }
    return this.#byAddress.get(key) ?? [];
  }

  /** @returns the channels of a customer, with their keys */
  channels(index: number): RawChannel[] {
    const { channels, country } = this.list[index] ?? {};
    const home = typeof country === 'string' ? country : this.#defaultCountry;
    return (Array.isArray(channels) ? channels : []).map((channel): RawChannel => {
      const raw = Object(channel) as Record<string, unknown>;
      const type = channelTypes.find((one) => one === raw.type);
      const isAddress = type !== undefined && typeof raw.value === 'string';
      const address = isAddress ? normalizeAddress(String(raw.value), type, home) : undefined;
      const isPhone = type === 'sms' || type === 'whatsapp';
      return {
        raw,
        key: address?.key,
        number: isPhone ? address?.value.replace(/^whatsapp:/, '') : undefined,
      };
    });
  }
}

/** A row, and the customer whom it describes: the position in the file, or undefined for a new one. */
export interface MatchedRow {
  row: ImportedRow;
  index: number | undefined;
}

/**
 * Finds the customer whom each row describes: by the id, or where the row has none, by its addresses. Rows with
 * problems of their own are left out; those that are found here are added to the row's problems.
 *
 * @returns the rows that describe one customer each, without repetitions
 */
export function matchCustomers(rows: readonly ImportedRow[], existing: ExistingCustomers): MatchedRow[] {
  const lines = new Map<string, ImportedRow>();
  const matched: MatchedRow[] = [];
  for (const row of rows) {
    if (row.problems.length > 0) continue;
    const index = row.id === undefined ? findByAddress(row, existing) : existing.withId(row.id);
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

function findByAddress(row: ImportedRow, existing: ExistingCustomers): number | undefined {
  if (row.channels.length === 0) {
    row.problems.push({
      problem: 'has neither an id nor an address: nobody could be recognized by it',
      fix: 'give it an id or a number, or remove the row',
    });
    return undefined;
  }
  const found = [...new Set(row.channels.flatMap(({ key }) => existing.withAddress(key)))];
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
  const content = ({ line, problems, warnings, ...said }: ImportedRow): string => JSON.stringify(said);
  return content(a) === content(b);
}
