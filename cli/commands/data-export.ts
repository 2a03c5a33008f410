import type { Command } from 'commander';
import { readDelimiter } from '../data/read-delimiter';
import { formatCount } from '../format-count';
import { printJson } from '../output';
import { addCommand, wantsJson } from '../program';

interface Options {
  delimiter: string;
}

/** `npm run data -- export FILE.csv`: writes the customers as CSV. */
export function addDataExport(data: Command): void {
  addCommand(data, 'export', 'Write the customers as CSV, which import reads again')
    .argument('[file]', 'where to; without it, the CSV is printed')
    .option('--delimiter <character>', 'e.g. ";" or "tab"', readDelimiter, ',')
    .addHelpText('after', '\nWith --json, and without a file, the customers are printed as JSON.')
    .action(exportFile);
}

async function exportFile(file: string | undefined, { delimiter }: Options, command: Command): Promise<void> {
  const { exportCsv } = await import('../../build/data-import/export-csv');
  const { CustomersFile, customersFile } = await import('../../build/data-import/customers-file');
  const { customersPath, writeNamedFile } = await import('../data/files');
  const { printLongJson, printParts } = await import('../data/print-long-json');
  const { withProgress } = await import('../progress');
  const customers = await CustomersFile.open(customersPath).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(`assets/${customersFile} is missing: there are no customers to export`);
  });
  if (file === undefined && wantsJson(command)) {
    return printLongJson({ ok: true, customers: customers.all() });
  }
  if (file === undefined) return printParts(exportCsv(customers, delimiter));
  await withProgress(`Exporting to ${file}`, (report) =>
    writeNamedFile(file, withMark(exportCsv(customers, delimiter, report))),
  );
  const { count } = customers;
  if (wantsJson(command)) printJson({ ok: true, file, customers: count });
  else console.log(`${formatCount(count, 'customer is', 'customers are')} in ${file}`);
}

/** Excel takes a file without the mark for the Windows code page. */
async function* withMark(parts: AsyncIterable<string>): AsyncGenerator<string> {
  yield '\uFEFF';
  yield* parts;
}
