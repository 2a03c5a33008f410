import { type Command, Option } from 'commander';
import type { ImportPlan } from '../../build/data-import/plan-import';
import { paintFor, printJson } from '../output';
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
    .option('--all', 'Show every customer that changes, not only the first 20')
    .option(
      '--map <column=field>',
      'What a column is, e.g. "Phone=sms,whatsapp", "Plan=fields.plan" or "Fax=ignore"; may be repeated',
      (value: string, list: string[] = []) => [...list, value],
    )
    .option('--country <country>', 'The country of numbers without a country code, e.g. US')
    .addOption(
      new Option('--delimiter <character>', 'e.g. ";" or "tab"; recognized unless given').argParser((text) =>
        text === 'tab' || text === '\\t' ? '\t' : text,
      ),
    )
    .option('--encoding <name>', 'e.g. windows-1252; recognized unless given')
    .option('--skip-bad-rows', 'Leave out rows with problems, and import the others')
    .addOption(new Option('--prune', 'Remove the customers who are not in the file').conflicts('skipBadRows'))
    .addHelpText('after', '\nThe exit code is 1 when there is a bad row: then nothing is written.')
    .action(importFile);
}

async function importFile(file: string, options: Options, command: Command): Promise<void> {
  const { planImport } = await import('../../build/data-import/plan-import');
  const { customersFile } = await import('../../build/data-import/read-customers');
  const { UnreadableCsv } = await import('../../build/data-import/decode-csv');
  const { UnknownColumn } = await import('../../build/data-import/columns');
  const { readData, readNamedFile, writeData } = await import('../data/files');
  const { withProgress } = await import('../progress');
  const country = await readHomeCountry(options.country);
  const [bytes, sources] = await Promise.all([readNamedFile(file), readData()]);
  const plan = await withProgress(`Importing ${file}`, (report) =>
    planImport(bytes, sources, { ...options, country }, report),
  ).catch((error: unknown) => {
    if (error instanceof UnknownColumn) throw new UsageError(error.message);
    throw error instanceof UnreadableCsv ? new Error(`${file} ${error.message}`) : error;
  });

  const { text } = plan;
  const removes = options.prune === true && plan.missing.length > 0;
  const writes = text !== undefined && !options.dryRun && (plan.customers.length > 0 || removes);
  if (writes) await writeData(new Map([[customersFile, text]]), sources);
  if (text === undefined) process.exitCode = exitCodes.failed;
  if (wantsJson(command)) {
    const { text: _text, ...rest } = plan;
    printJson({ ok: text !== undefined, written: writes, ...rest });
  } else await printPlan(plan, file, options, writes);
}

/** @returns the code of a country that is written as cells may write it. @throws UsageError */
async function readHomeCountry(text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { isSupportedCountry } = await import('libphonenumber-js');
  const { readCountry } = await import('../../build/data-import/names');
  const code = readCountry(text);
  if (isSupportedCountry(code)) return code;
  throw new UsageError(`--country ${text} is no country: write its code or its name, e.g. US`);
}

async function printPlan(
  plan: ImportPlan,
  file: string,
  options: Options,
  isWritten: boolean,
): Promise<void> {
  const { formatCounts, formatPlan, formatRows } = await import('../data/format-import');
  const { formatProblems } = await import('../../build/data/compile');
  const [paint, paintErrors] = [paintFor('stdout'), paintFor('stderr')];
  console.log(formatPlan(plan, file, options.all === true, paint));
  if (plan.warnings.length > 0) console.error(formatRows(plan.warnings, file, true, paintErrors));
  if (plan.badRows.length > 0) console.error(formatRows(plan.badRows, file, false, paintErrors));
  if (plan.problems.length > 0) console.error(formatProblems(plan.problems));
  const counts = formatCounts(plan, options.prune === true);
  if (plan.text === undefined) {
    const hint =
      plan.badRows.length > 0 && plan.problems.length === 0 ? ' --skip-bad-rows imports the others.' : '';
    console.error(`Nothing was written.${hint}`);
  } else if (isWritten) console.log(`${counts}: written to assets/customers.private.json`);
  else console.log(`${counts}: ${options.dryRun ? 'nothing was written (--dry-run)' : 'nothing to write'}`);
}
