import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sources } from '../../build/data/compile';
import { CustomersFile } from '../../build/data-import/customers-file';
import { exportCsv } from '../../build/data-import/export-csv';
import { type ImportOptions, type ImportPlan, planImport } from '../../build/data-import/plan-import';

/** Two customers, with short entries in one line each. */
export const customers = `{
  "defaultCountry": "US",
  "customers": [
    {
      "customer_id": 1001,
      "display_name": "María Gómez",
      "worker": "alice@example.com",
      "channels": [
        { "type": "sms", "value": "(212) 555-0101", "display_name": "Mobile" },
        { "type": "whatsapp", "value": "+1 212 555 0101" }
      ],
      "links": [{ "type": "CRM", "value": "https://example.com/1001", "display_name": "CRM" }],
      "fields": { "plan": "Gold" }
    },
    {
      "customer_id": "1002",
      "display_name": "John Fox",
      "channels": [{ "type": "sms", "value": "(212) 555-0102", "primary": true }]
    }
  ]
}
`;
export const sources: Sources = {
  'customers.private.json': customers,
  'routing.private.json': JSON.stringify({
    workers: [
      { identity: 'alice@example.com', display_name: 'Alice Adams' },
      { identity: 'bob@example.com', display_name: 'Bob Brown' },
    ],
    proxyAddresses: { defaults: { sms: '+16465550190' } },
    routing: { defaultWorker: 'alice@example.com' },
  }),
  'templates.private.json': JSON.stringify({ categories: [] }),
};

type Lists = 'customers' | 'missing' | 'badRows' | 'warnings';
type Elements<T> = T extends Iterable<infer One> ? One[] : never;

/** What an import would do, read from its files. */
export type ReadPlan = Omit<ImportPlan, Lists | 'draft' | 'close'> & {
  [List in Lists]: Elements<ImportPlan[List]>;
} & { unchanged: number; text: string | undefined };

/** Imports text in UTF-8, or bytes. */
export async function plan(
  csv: string | Uint8Array,
  options?: ImportOptions,
  data = sources,
): Promise<ReadPlan> {
  const folder = mkdtempSync(join(tmpdir(), 'csv-import-'));
  try {
    const { 'customers.private.json': current, ...others } = data;
    const [csvPath, customersPath] = [join(folder, 'new.csv'), join(folder, 'current.json')];
    writeFileSync(csvPath, csv);
    if (current !== undefined) writeFileSync(customersPath, current);
    const planned = await planImport(csvPath, { customersPath, others, folder }, options);
    const { draft, close, ...rest } = planned;
    const read = {
      ...rest,
      customers: [...planned.customers],
      missing: [...planned.missing],
      badRows: [...planned.badRows],
      warnings: [...planned.warnings],
      unchanged: planned.counts.unchanged,
      text: draft && readFileSync(draft.path, 'utf8'),
    };
    const kinds = read.customers.map(({ kind }) => kind);
    expect([planned.counts.added, planned.counts.changed]).toEqual(
      ['added', 'changed'].map((kind) => kinds.filter((one) => one === kind).length),
    );
    expect([planned.customers.length, planned.badRows.length]).toEqual([
      read.customers.length,
      read.badRows.length,
    ]);
    close();
    return read;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Exports the customers of a file. */
export async function exportAll(text: string, delimiter: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'csv-export-'));
  try {
    const path = join(folder, 'customers.json');
    writeFileSync(path, text);
    const file = await CustomersFile.open(path);
    const parts: string[] = [];
    for await (const part of exportCsv(file, delimiter)) parts.push(part);
    file.close();
    return parts.join('');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The customers in what an import would write. */
export const written = ({ text }: ReadPlan): { customer_id: string; display_name: string }[] =>
  JSON.parse(text ?? 'null').customers;
