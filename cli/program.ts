import { Command, CommanderError } from 'commander';
import { paintFor, printJson } from './output';

/** How a command ends. */
export const exitCodes = {
  ok: 0,
  /** It found problems, or could not do what it was asked. */
  failed: 1,
  /** It was called in a way that makes no sense; nothing was done. */
  usage: 2,
} as const;

/** The command cannot be carried out as it was called. */
export class UsageError extends Error {}

/** Adds a command to the program. */
type AddCommand = (program: Command) => void;

/**
 * Commander refuses unknown names with the nearest known one and keeps to NO_COLOR by itself, where citty takes unknown
 * options and cac has no nested commands. It stays at version 14 while Node.js 20 is supported.
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

/** Adds a command that is run by the npm script of its name. */
export function addCommand(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description).helpCommand(false);
  return command.showHelpAfterError(`Help: ${npmCall(command)} --help`);
}

/** @returns whether a command, or the one that it is part of, was called with `--json` */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals().json === true;
}

/** Runs the command that the arguments name, and lets the process end with its exit code. */
export async function runProgram(program: Command): Promise<void> {
  let json = false;
  program.hook('preAction', (_program, command) => {
    json = wantsJson(command);
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed the help that was asked for, or what is wrong.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const isUsage = error instanceof UsageError;
    console.error(message);
    if (json && !isUsage) printJson({ ok: false, error: message });
    // What the command has started, a watcher for one, would keep the process alive.
    process.exit(isUsage ? exitCodes.usage : exitCodes.failed);
  }
}

/** People call a command by its npm script: help and errors name that one. */
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
