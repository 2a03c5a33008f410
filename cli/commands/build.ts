import type { Command } from 'commander';
import type { BuildResult } from '../../build/build-project';
import { hasColors, printJson } from '../output';
import { printReport } from '../print-build';
import { addCommand, exitCodes } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run build`: writes `dist/`, or lists every problem and leaves `dist/` unchanged. */
export function addBuild(program: Command): void {
  addCommand(program, 'build', 'Check the data and write dist/')
    .option(
      '--json',
      'Print JSON: ok with summary, buildId, routes and warnings, or the report of every problem',
    )
    .action(build);
}

async function build({ json }: { json?: true }): Promise<void> {
  const { buildProject } = await import('../../build/build-project');
  const { withProgress } = await import('../progress');
  const color = !json && hasColors('stderr');
  const result = await withProgress(undefined, (report) =>
    buildProject(projectFolder, { color, report }),
  ).catch((error: unknown): BuildResult => ({ ok: false, report: String(error) }));
  if (!result.ok) process.exitCode = exitCodes.failed;
  if (json) return printJson(result);

  printReport(result);
  if (result.ok) console.log(result.summary);
  else console.error('Nothing was built; dist/ is unchanged.');
}
