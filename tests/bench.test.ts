import { type CommandResult, runCommand } from './support/command-line';
import { projectRoot } from './support/project';

const bench = (...args: string[]): CommandResult =>
  runCommand(projectRoot, args, {}, ['--import', 'tsx', 'bench/main.ts', 'bench']);

it('npm run bench explains itself, and measures nothing then', () => {
  expect(bench('--help')).toEqual({
    status: 0,
    stdout: expect.stringMatching(
      /^Usage: npm run bench -- \[options\] \[what\]\n.* what .* --quick .* --json .*-h, --help/s,
    ),
    stderr: '',
  });
});

it.each([
  ['--qick', "unknown option '--qick'\n(Did you mean --quick?)\n"],
  ['scael', "command-argument value 'scael' is invalid for argument 'what'. Allowed choices are scale.\n"],
])('npm run bench -- %s is wrong usage: it measures nothing', (argument, message) => {
  const stderr = `${message}Help: npm run bench -- --help\n`;
  expect(bench(argument)).toEqual({ status: 2, stdout: '', stderr });
});
