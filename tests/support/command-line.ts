import { spawnSync } from 'node:child_process';
import { projectRoot } from './project';

/** How a command ended, and what it printed. */
export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs the command line as the npm scripts do, without the colors that the tests' own terminal may ask for.
 *
 * @param folder where it is called: the project's folder, unless `script` says where the command line is
 * @param env variables besides PATH and HOME
 */
export function runCommand(
  folder: string,
  args: string[],
  env: Record<string, string> = {},
  script = ['--import', 'tsx', 'cli/main.ts'],
): CommandResult {
  const { PATH = '', HOME = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH, HOME, ...env },
  });
  return { status, stdout, stderr };
}

/** Runs calls that print their help or an error and do nothing: all in one process, as each would take long to start. */
export function readCommandLines(calls: readonly string[][]): CommandResult[] {
  const script = ['--import', 'tsx', 'tests/support/processes/print-calls.ts'];
  const { stdout, stderr } = runCommand(projectRoot, [JSON.stringify(calls)], {}, script);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as CommandResult[];
}
