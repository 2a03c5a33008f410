import type { Command } from 'commander';
import { addCommand, UsageError } from '../program';
import type { SetupOptions } from '../setup/run';

/** `npm run setup`: sets up the account for the callbacks, or puts back what it was. */
export function addSetup(program: Command): void {
  addCommand(program, 'setup', 'Set up the Twilio account for the callbacks')
    .option('--local', 'Set up the local Twilio')
    .option('--url <url>', "The functions' address, instead of the one that npm run deploy remembers")
    .option('--environment <name>', 'Which of the deployed environments; dev, or the only one, unless given')
    .option(
      '--scope <scope>',
      'Whose webhooks: account, or service for the conversation service in the data',
      'account',
    )
    .option('--routing <mode>', 'How Frontline routes: custom, pool or none')
    .option('--keep <conflicts...>', 'Keep what is there; "all" keeps everything that is not ours')
    .option('--replace <conflicts...>', 'Replace what is there; "all" replaces everything')
    .option('--flex', "Write the SIDs of Flex's workspace, workflow and queue into .env")
    .option('--new-key', 'Write a new OUTBOUND_API_KEY into .env')
    .option('--undo', 'Put back what setup has changed, where it is still as setup wrote it')
    .option('--dry-run', 'Only show what would be changed')
    .option('--yes', 'Do not ask')
    .option('--json', 'Print JSON: changes and more. Nobody is asked: without --yes it is a dry run')
    .action(setup);
}

async function setup(options: SetupOptions): Promise<void> {
  const { scope, routing, keep = [], replace = [] } = options;
  if (!['account', 'service'].includes(scope)) throw new UsageError('--scope must be account or service');
  if (routing && !['custom', 'pool', 'none'].includes(routing))
    throw new UsageError('--routing must be custom, pool or none');
  const both = keep.find((id) => replace.includes(id));
  if (both) throw new UsageError(`${both} cannot be both kept and replaced`);
  const { openAccount } = await import('../account');
  const { runSetup, runUndo } = await import('../setup/run');
  const account = await openAccount({ local: options.local });
  await (options.undo ? runUndo(account, options) : runSetup(account, options));
}
