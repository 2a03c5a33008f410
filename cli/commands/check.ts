import { join } from 'node:path';
import type { Command } from 'commander';
import type { Problem } from '../../build/data/compile';
import { formatData } from '../format-count';
import { hasColors, printJson } from '../output';
import { pointToPlaces } from '../point-to-places';
import { addCommand, addTo, exitCodes } from '../program';
import { projectFolder } from '../project-folder';

interface Options {
  strict?: true;
  public: string[];
  json?: true;
}

/** `npm run check`: lists every problem of the data, or counts customers, workers and templates. */
export function addCheck(program: Command): void {
  addCommand(program, 'check', 'List every problem of the data in assets/')
    .option('--strict', 'Treat warnings as errors')
    .option('--public <path>', 'An asset that everybody may read; can be repeated', addTo, [])
    .option('--json', 'Print JSON: ok, problems, warnings, counts')
    .action(check);
}

async function check({ strict, public: publicAssets, json }: Options): Promise<void> {
  const { withProgress } = await import('../progress');
  const { compileDataInTurns, formatProblems, openSources } = await import('../../build/data/compile');
  const sources = await openSources(join(projectFolder, 'assets'));
  const found = await withProgress(undefined, async (report) => {
    const { problems, warnings, counts } = await compileDataInTurns(sources, report);
    if (!json) return { problems, warnings, counts };
    const { locateProblems } = await import('../../build/data/locate');
    return {
      problems: locateProblems(problems, sources),
      warnings: locateProblems(warnings, sources),
      counts,
    };
  });
  const { warnings, counts } = found;
  const problems = [...found.problems, ...(await findPublic(publicAssets))];
  const ok = problems.length === 0 && !(strict && warnings.length > 0);
  if (!ok) process.exitCode = exitCodes.failed;
  if (json) return printJson({ ok, problems, warnings, counts });

  const color = hasColors('stderr');
  for (const some of [problems, warnings]) {
    if (some.length > 0) console.error(formatProblems(some, color));
  }
  pointToPlaces([...problems, ...warnings]);
  if (ok) console.log(`The data is valid: ${formatData(counts)}`);
  else if (problems.length === 0) console.error('--strict: warnings are errors');
}

/** @returns a problem for each asset that would be public without anybody having said so */
async function findPublic(named: readonly string[]): Promise<Problem[]> {
  const { listPublic, readOtherAssets } = await import('../../build/other-assets');
  const { checkPublic } = await import('../deploy/check-upload');
  const paths = listPublic((await readOtherAssets(join(projectFolder, 'assets'))).keys());
  return checkPublic(paths, named).map((one) => ({ severity: 'error', file: 'assets/', path: '', ...one }));
}
