import { join } from 'node:path';
import type { Command } from 'commander';
import type { LocatedProblem } from '../../build/data/locate';
import { splitCustomerPath } from '../../build/data/problems';
import { shortenMessage, shortenValue } from '../../build/data/shorten';
import { formatCount, formatData } from '../format-count';
import { type Paint, paintFor, printJson } from '../output';
import { addCommand, exitCodes, wantsJson } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run data -- check`: lists every problem of the data with its place in the file and the customer's name. */
export function addDataCheck(data: Command): void {
  addCommand(data, 'check', 'List every problem of the data, with line, column and the name of the customer')
    .option('--strict', 'Treat warnings as errors')
    .action(check);
}

async function check({ strict }: { strict?: true }, command: Command): Promise<void> {
  const { compileDataInTurns, openSources } = await import('../../build/data/compile');
  const { locateProblems } = await import('../../build/data/locate');
  const { withProgress } = await import('../progress');
  const sources = await openSources(join(projectFolder, 'assets'));
  const { problems, warnings, counts } = await withProgress('Checking the data', async (report) => {
    const found = await compileDataInTurns(sources, report);
    return {
      counts: found.counts,
      problems: locateProblems(found.problems, sources),
      warnings: locateProblems(found.warnings, sources),
    };
  });
  const ok = problems.length === 0 && !(strict && warnings.length > 0);
  if (!ok) process.exitCode = exitCodes.failed;
  if (wantsJson(command)) return printJson({ ok, problems, warnings, counts });

  const paint = paintFor('stderr');
  for (const problem of [...problems, ...warnings]) console.error(formatProblem(problem, paint));
  if (ok) console.log(`The data is valid: ${formatData(counts)}`);
  else {
    const found = [formatCount(problems.length, 'problem'), formatCount(warnings.length, 'warning')];
    console.error(found.filter((text) => !text.startsWith('0 ')).join(', '));
    if (problems.length === 0) console.error('--strict: warnings are errors');
  }
}

/** Editors and terminals open `file:line:column`. */
function formatProblem(located: LocatedProblem, paint: Paint): string {
  const { severity, file, line, column, customer, path, problem, fix } = located;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const field = customer === undefined ? path : splitCustomerPath(path).field;
  const parts = [
    severity === 'warning' ? paint('yellow', 'warning') : paint('red', 'error'),
    ...(customer === undefined ? [] : [shortenValue(customer)]),
    ...(field === '' ? [] : [shortenValue(field)]),
  ];
  return `${paint('bold', place)}: ${parts.join(': ')}: ${shortenMessage(problem)}\n    ${paint('cyan', '→')} ${shortenMessage(fix)}`;
}
