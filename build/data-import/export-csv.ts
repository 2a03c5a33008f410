import { stringify } from 'csv-stringify/sync';
import { channelTypes } from '../../lib/model';
import { cleanText, protectText } from './cell-text';
import { ExistingCustomers } from './existing-customers';

/**
 * Writes customers as CSV, in columns that an import recognizes: what is exported and imported again changes nothing.
 * Links, the names of channels and which one is primary are not in it; an import leaves them as they are.
 *
 * @param customers as they are in the file
 * @param defaultCountry the country of numbers in national form
 * @returns rows that end with CRLF, numbers in E.164
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function exportCsv(
  customers: readonly unknown[],
  defaultCountry: string | undefined,
  delimiter: string,
): string {
  const existing = new ExistingCustomers(customers, defaultCountry);
  const records = existing.list.map((customer, index) => {
    const record = new Map<string, string>();
    const set = (column: string, value: unknown): void => {
      if (typeof value === 'string' || typeof value === 'number')
        record.set(column, protectText(cleanText(String(value))));
    };
    const { details, fields } = customer;
    for (const field of plainFields) set(field, customer[field]);
    const counts = new Map<string, number>();
    for (const { raw, number } of existing.channels(index)) {
      const nth = (counts.get(String(raw.type)) ?? 0) + 1;
      counts.set(String(raw.type), nth);
      const column = nth === 1 ? String(raw.type) : `${raw.type} ${nth}`;
      // A number is no formula, and without its + it would be another.
      if (number === undefined) set(column, raw.value);
      else record.set(column, number);
    }
    set('details.title', Object(details).title);
    set('details.content', Object(details).content);
    for (const [name, value] of Object.entries(Object(fields))) set(`fields.${name}`, value);
    return record;
  });
  const used = new Set(records.flatMap((record) => [...record.keys()]));
  const columns = orderColumns(used);
  const rows = records.map((record) => columns.map((column) => record.get(column) ?? ''));
  // By itself it quotes no line break other than the one between rows.
  return stringify([columns, ...rows], { delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}

const plainFields = ['customer_id', 'display_name', 'worker', 'language', 'country', 'avatar'] as const;

/** The order of docs/data.md; those of customers in the order in which they appear. */
function orderColumns(used: ReadonlySet<string>): string[] {
  const rank = (column: string): number => {
    const groups: readonly string[] = [...plainFields, ...channelTypes, 'details.title', 'details.content'];
    const at = groups.indexOf(column.replace(/ \d+$/, ''));
    return at < 0 ? groups.length : at;
  };
  const required = ['customer_id', 'display_name', 'sms'];
  return [...new Set([...required, ...used])].sort((a, b) => rank(a) - rank(b));
}
