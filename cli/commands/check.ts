import { join } from 'node:path';
import type { Command } from 'commander';
import { hasColors, printJson } from '../output';
import { addCommand, exitCodes } from '../program';
import { projectFolder } from '../project-folder';

interface Options {
  strict?: true;
  json?: true;
}

/** `npm run check`: lists every problem of the data, or counts customers, workers and templates. */
export function addCheck(program: Command): void {
  addCommand(program, 'check', 'List every problem of the data in assets/')
    .option('--strict', 'Treat warnings as errors')
    .option('--json', 'Print JSON: ok, problems, warnings, counts')
    .action(check);
}

async function check({ strict, json }: Options): Promise<void> {
  const { compileData, formatProblems, readSources } = await import('../../build/data/compile');
  const sources = await readSources(join(projectFolder, 'assets'));
  const { problems, warnings, counts } = compileData(sources);
  const ok = problems.length === 0 && !(strict && warnings.length > 0);
  if (!ok) process.exitCode = exitCodes.failed;
  if (json) return printJson({ ok, problems, warnings, counts });

  const color = hasColors('stderr');
  for (const found of [problems, warnings]) {
    if (found.length > 0) console.error(formatProblems(found, color));
  }
  if (ok) {
    const { customers, workers, templates } = counts;
    console.log(`The data is valid: ${customers} customers, ${workers} workers, ${templates} templates`);
  } else if (problems.length === 0) console.error('--strict: warnings are errors');
}
