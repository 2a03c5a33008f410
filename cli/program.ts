import { Command, CommanderError } from 'commander';
import { explainFailure } from './explain-failure';
import { paintFor } from './output';

/** Exit codes. */
export const exitCodes = {
  ok: 0,
  /** The command found problems, or failed. */
  failed: 1,
  /** The command was called with wrong arguments; nothing was done. */
  usage: 2,
  /** Somebody has pressed Ctrl-C at a question, as shells have it. */
  cancelled: 130,
} as const;

/** The command was called with wrong arguments. */
export class UsageError extends Error {}

/** Somebody has pressed Ctrl-C at a question. */
export class Cancelled extends Error {
  constructor() {
    super('Nothing was changed.');
  }
}

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

/** Collects the values of an option that can be repeated. */
export function addTo(value: string, all: string[]): string[] {
  return [...all, value];
}

/** @returns whether a command or its parent was called with `--json` */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals().json === true;
}

/** Runs the command that the arguments name, and sets the exit code. */
export async function runProgram(program: Command): Promise<void> {
  // Until the arguments are known to be right.
  let json = process.argv.slice(2).includes('--json');
  let isLocal = false;
  surviveClosedPipes();
  program.hook('preAction', (_program, command) => {
    json = wantsJson(command);
    isLocal = command.optsWithGlobals().local === true;
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the help or the error.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      if (json && error.exitCode !== 0) {
        printError(error.message.replace(/^error: /, ''));
      }
      return;
    }
    const message = explainFailure(error, { isLocal });
    console.error(message);
    if (json) printError(message);
    // A watcher, for example, would keep the process alive.
    process.exit(exitCodeOf(error));
  }
}

/** On one line: npm start prints a JSON object per line. */
function printError(error: string): void {
  console.log(JSON.stringify({ ok: false, error }));
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Cancelled) return exitCodes.cancelled;
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

/** Who reads the output may have read enough, e.g. `head`: the work is done to its end, in silence. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') process.exit(exitCodes.failed);
    });
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
