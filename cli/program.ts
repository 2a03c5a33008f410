import { Command, CommanderError } from 'commander';
import { paintFor } from './output';

/** Exit codes. */
export const exitCodes = {
  ok: 0,
  /** The command found problems, or failed. */
  failed: 1,
  /** The command was called with wrong arguments; nothing was done. */
  usage: 2,
} as const;

/** The command was called with wrong arguments. */
export class UsageError extends Error {}

/** Adds a command to the program. */
type AddCommand = (program: Command) => void;

/**
 * Commander rejects unknown names, suggests the nearest known one and respects NO_COLOR; citty accepts unknown options,
 * and cac has no nested commands. It stays at version 14 while Node.js 20 is supported.
 *
 * @returns the command line with these commands
 */
export function createProgram(commands: readonly AddCommand[]): Command {
  const program = new Command('cli')
    .description('Builds, checks and serves the callbacks, and simulates Twilio for them.')
    .helpCommand(false)
    .helpOption('-h, --help', 'Show this help')
    .showHelpAfterError('Help: npm run cli -- --help')
    .configureHelp({
      commandUsage,
      subcommandTerm: (command) => command.name(),
      showGlobalOptions: true,
      styleTitle: (title) => paintFor('stdout')('bold', title),
    })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, '')),
    })
    .exitOverride();
  for (const add of commands) add(program);
  return program;
}

/** Adds a command that the npm script of the same name runs. */
export function addCommand(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description).helpCommand(false);
  return command.showHelpAfterError(`Help: ${npmCall(command)} --help`);
}

/** @returns whether a command or its parent was called with `--json` */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals().json === true;
}

/** Runs the command that the arguments name, and sets the exit code. */
export async function runProgram(program: Command): Promise<void> {
  let json = false;
  program.hook('preAction', (_program, command) => {
    json = wantsJson(command);
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the help or the error.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const isUsage = error instanceof UsageError;
    console.error(message);
    // On one line: npm start prints a JSON object per line.
    if (json && !isUsage) console.log(JSON.stringify({ ok: false, error: message }));
    // A watcher, for example, would keep the process alive.
    process.exit(isUsage ? exitCodes.usage : exitCodes.failed);
  }
}

/** People call a command by its npm script: help and errors show that call. */
function npmCall(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name());
  const [root = '', name = root, ...rest] = names;
  const script = name.replace(/^start-/, 'start:');
  return [script === 'start' ? 'npm start' : `npm run ${script}`, '--', ...rest].join(' ');
}

function commandUsage(command: Command): string {
  return `${npmCall(command)} ${command.usage().replace('[command]', '<command>')}`;
}
