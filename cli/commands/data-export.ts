import type { Command } from 'commander';
import { printJson } from '../output';
import { addCommand, wantsJson } from '../program';

interface Options {
  delimiter: string;
}

/** `npm run data -- export FILE.csv`: writes the customers as CSV. */
export function addDataExport(data: Command): void {
  addCommand(data, 'export', 'Write the customers as CSV, which import reads again')
    .argument('[file]', 'where to; without it, the CSV is printed')
    .option('--delimiter <character>', 'e.g. ";" or "tab"', ',')
    .addHelpText('after', '\nWith --json, and without a file, the customers are printed as JSON.')
    .action(exportFile);
}

async function exportFile(file: string | undefined, options: Options, command: Command): Promise<void> {
  const { exportCsv } = await import('../../build/data-import/export-csv');
  const { customersFile, readCustomers } = await import('../../build/data-import/read-customers');
  const { readData, writeNamedFile } = await import('../data/files');
  const sources = await readData();
  if (sources[customersFile] === undefined) {
    throw new Error(`assets/${customersFile} is missing: there are no customers to export`);
  }
  const { raw, defaultCountry } = readCustomers(sources);
  const { customers } = raw;
  if (file === undefined && wantsJson(command)) return printJson({ ok: true, customers });

  const delimiter = options.delimiter === 'tab' ? '\t' : options.delimiter;
  const csv = exportCsv(customers, defaultCountry, delimiter);
  if (file === undefined) {
    process.stdout.write(csv);
    return;
  }
  // Excel takes a file without the mark for the Windows code page.
  await writeNamedFile(file, `\uFEFF${csv}`);
  if (wantsJson(command)) printJson({ ok: true, file, customers: customers.length });
  else console.log(`${customers.length.toLocaleString('en-US')} customers are in ${file}`);
}
