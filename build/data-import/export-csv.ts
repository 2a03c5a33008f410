import { stringify } from 'csv-stringify/sync';
import { channelTypes } from '../../lib/model';
import { cleanText, protectText } from './cell-text';
import type { CustomersFile, RawCustomer } from './customers-file';
import { type RawChannel, readRawChannels } from './existing-customers';

/** How many customers are written at once, before other work has its turn. */
const slice = 1_000;

/**
 * Writes customers as CSV, in columns that an import recognizes: what is exported and imported again changes nothing.
 * Links, the names of channels and which one is primary are not in it; an import leaves them as they are.
 *
 * @param report is told how far it is
 * @returns rows that end with CRLF, numbers in E.164, in parts
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export async function* exportCsv(
  file: CustomersFile,
  delimiter: string,
  report: (text: string) => void = () => {},
): AsyncGenerator<string> {
  const used = new Set<string>();
  for (let position = 0; position < file.count; position++) {
    if (position % slice === 0) await new Promise(setImmediate);
    const customer = file.customer(position);
    // Which columns there are does not depend on how a number is written.
    const channels = Array.isArray(customer.channels) ? customer.channels : [];
    const written = channels.map((raw) => ({ raw: Object(raw), key: undefined }));
    for (const column of toRecord(customer, written).keys()) used.add(column);
  }
  const columns = orderColumns(used);
  // By itself it quotes no line break other than the one between rows.
  const options = { delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ };
  yield stringify([columns], options);
  for (let position = 0; position < file.count; position += slice) {
    report(
      `Exporting customers: ${position.toLocaleString('en-US')} of ${file.count.toLocaleString('en-US')}`,
    );
    await new Promise(setImmediate);
    const rows: string[][] = [];
    for (let one = position; one < Math.min(position + slice, file.count); one++) {
      const customer = file.customer(one);
      const record = toRecord(customer, readRawChannels(customer, file.defaultCountry));
      rows.push(columns.map((column) => record.get(column) ?? ''));
    }
    yield stringify(rows, options);
  }
}

/** @returns a customer's texts by column */
function toRecord(customer: RawCustomer, channels: readonly RawChannel[]): Map<string, string> {
  const record = new Map<string, string>();
  const set = (column: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number')
      record.set(column, protectText(cleanText(String(value))));
  };
  const { details, fields } = customer;
  for (const field of plainFields) set(field, customer[field]);
  const counts = new Map<string, number>();
  for (const { raw, number } of channels) {
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
