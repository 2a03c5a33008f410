import { spawnSync } from 'node:child_process';

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
