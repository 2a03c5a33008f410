import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ImportPlan } from '../../build/data-import/plan-import';
import { readDelimiter } from '../data/read-delimiter';
import { paintFor } from '../output';
import { addCommand, exitCodes, UsageError, wantsJson } from '../program';

interface Options {
  dryRun?: true;
  all?: true;
  map?: string[];
  country?: string;
  delimiter?: string;
  encoding?: string;
  prune?: true;
  skipBadRows?: true;
}

/** `npm run data -- import FILE.csv`: adds and changes customers as the rows of a CSV file say. */
export function addDataImport(data: Command): void {
  addCommand(data, 'import', 'Add and change customers as a CSV file says')
    .argument('<file>', 'a CSV file, e.g. from Excel, Salesforce or HubSpot')
    .option('--dry-run', 'Show what would change, and write nothing')
    .option(
      '--all',
      'Show every customer that changes, not only the first 20, and on a terminal every bad row, not only the first 100',
    )
    .option(
      '--map <column=field>',
      'What a column is, e.g. "Phone=sms,whatsapp", "Plan=fields.plan" or "Fax=ignore"; may be repeated',
      (value: string, list: string[] = []) => [...list, value],
    )
    .option('--country <country>', 'The country of numbers without a country code, e.g. US')
    .option('--delimiter <character>', 'e.g. ";" or "tab"; recognized unless given', readDelimiter)
    .option('--encoding <name>', 'e.g. windows-1252; recognized unless given', readEncoding)
    .option('--skip-bad-rows', 'Leave out rows with problems, and import the others')
    .addOption(new Option('--prune', 'Remove the customers who are not in the file').conflicts('skipBadRows'))
    .addHelpText('after', '\nThe exit code is 1 when there is a bad row: then nothing is written.')
    .action(importFile);
}

async function importFile(file: string, options: Options, command: Command): Promise<void> {
  const { planImport } = await import('../../build/data-import/plan-import');
  const { customersFile, digestOf } = await import('../../build/data-import/customers-file');
  const { UnreadableCsv } = await import('../../build/data-import/decode-csv');
  const { UnknownColumn } = await import('../../build/data-import/columns');
  const { customersPath, findNamedFile, readOthers, writeData } = await import('../data/files');
  const { withTemporaryFolder } = await import('../data/temporary-folder');
  const { withProgress } = await import('../progress');
  const country = await readHomeCountry(options.country);
  await withTemporaryFolder(async (folder) => {
    const csvPath = await findNamedFile(file, folder);
    const before = digestOf(customersPath);
    const target = { customersPath, others: await readOthers(), folder };
    const plan = await withProgress(`Importing ${file}`, (report) =>
      planImport(csvPath, target, { ...options, country }, report),
    ).catch((error: unknown) => {
      if (error instanceof UnknownColumn) throw new UsageError(error.message);
      throw error instanceof UnreadableCsv ? new Error(`${file} ${error.message}`) : error;
    });
    try {
      const { draft, customers, missing } = plan;
      const removes = options.prune === true && missing.length > 0;
      const writes = draft !== undefined && !options.dryRun && (customers.length > 0 || removes);
      if (writes) await writeData([{ name: customersFile, before, draft }]);
      if (draft === undefined) process.exitCode = exitCodes.failed;
      if (wantsJson(command)) {
        const { encoding, delimiter, rows, columns, counts, badRows, problems, warnings } = plan;
        const { unchanged } = counts;
        const { printLongJson } = await import('../data/print-long-json');
        await printLongJson({
          ...{ ok: draft !== undefined, written: writes, encoding, delimiter, rows, columns },
          ...{ customers, unchanged, missing, badRows, problems, warnings },
        });
      } else await printPlan(plan, file, options, writes);
    } finally {
      plan.close();
    }
  });
}

/** @throws InvalidArgumentError for what nothing can be decoded from */
function readEncoding(label: string): string {
  try {
    new TextDecoder(label);
    return label;
  } catch {
    throw new InvalidArgumentError('There is no such encoding: write it like utf-8 or windows-1252.');
  }
}

/** @returns the code of a country that is written as cells may write it. @throws UsageError */
async function readHomeCountry(text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { isSupportedCountry } = await import('libphonenumber-js');
  const { readCountry } = await import('../../build/data-import/names');
  const code = readCountry(text);
  if (isSupportedCountry(code)) return code;
  throw new UsageError(`--country ${text} is not a country: write its code or its name, e.g. US`);
}

async function printPlan(
  plan: ImportPlan,
  file: string,
  options: Options,
  isWritten: boolean,
): Promise<void> {
  const { formatBadRows, formatCounts, formatPlan, formatWarnings } = await import('../data/format-import');
  const { formatProblems } = await import('../../build/data/compile');
  const [paint, paintErrors] = [paintFor('stdout'), paintFor('stderr')];
  const all = options.all === true;
  // Whoever reads from a file or a pipe can search it.
  const allRows = all || !process.stderr.isTTY;
  for (const line of formatPlan(plan, file, all, paint)) console.log(line);
  if (plan.warnings.length > 0) {
    for (const line of formatWarnings(plan.warnings, file, allRows, paintErrors)) console.error(line);
  }
  if (plan.badRows.length > 0) {
    for (const line of formatBadRows(plan.badRows, file, allRows, paintErrors)) console.error(line);
  }
  if (plan.problems.length > 0) console.error(formatProblems(plan.problems));
  const counts = formatCounts(plan, options.prune === true);
  if (plan.draft === undefined) {
    const hint =
      plan.badRows.length > 0 && plan.problems.length === 0 ? ' --skip-bad-rows imports the others.' : '';
    console.error(`Nothing was written.${hint}`);
  } else if (isWritten) console.log(`${counts}: written to assets/customers.private.json`);
  else console.log(`${counts}: ${options.dryRun ? 'nothing was written (--dry-run)' : 'nothing to write'}`);
}
