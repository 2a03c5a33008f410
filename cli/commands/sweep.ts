import type { Command } from 'commander';
import type { Routing } from '../../lib/model';
import { printJson } from '../output';
import { addCommand, exitCodes, UsageError } from '../program';
import { projectFolder } from '../project-folder';
import { controlUrl } from '../start-lock';

const dayMs = 24 * 60 * 60_000;

interface Options {
  local?: true;
  dryRun?: true;
  closeOlderThan?: string;
  requestsPerSecond?: string;
  yes?: true;
  json?: true;
}

/** `npm run sweep`: routes the conversations that routing missed. */
export function addSweep(program: Command): void {
  addCommand(program, 'sweep', 'Route the conversations that have a customer and no worker')
    .option('--local', 'Work on the local Twilio that npm start runs')
    .option('--dry-run', 'Only show them, with their ages')
    .option(
      '--close-older-than <days>',
      'Close those whose last message is older, e.g. 30d or 30, after a yes',
    )
    .option('--requests-per-second <number>', 'The most requests to Twilio in a second (20)')
    .option('--yes', 'Close them without asking')
    .option('--json', 'Print JSON: ok, checked, conversations, skipped, finished')
    .addHelpText(
      'after',
      `
It applies the routing rules of assets/ to active conversations with one of your own addresses. It skips what
already has a worker, belongs to Flex, or waits for the customer. It also finishes outbound starts that were left unfinished.
You can run it again at any time, also while the callbacks run; after an interruption it goes on where it was.
The exit code is 1 when conversations are left without a worker.`,
    )
    .action(sweep);
}

async function sweep(options: Options): Promise<void> {
  const closeOlderThanMs = readDays(options.closeOlderThan);
  const requestsPerSecond = readRate(options.requestsPerSecond) ?? (options.local ? 1_000 : 20);
  const { openAccount, readEnvFile } = await import('../account');
  const { askForYes, canAsk } = await import('../ask');
  const { withProgress } = await import('../progress');
  const { openData } = await import('../sweep/open-data');
  const { AccountSweep } = await import('../sweep/sweep-account');
  const { formatCount } = await import('../format-count');
  const { explainStop } = await import('../sweep/explain-stop');
  const { formatSweep } = await import('../sweep/format-sweep');
  const { PlaceFile } = await import('../sweep/place-file');
  const { runSweep } = await import('../sweep/run-sweep');

  const { customers, routing } = await openData(projectFolder);
  const account = await openAccount(options);
  const { conversationServiceSid: serviceSid, flex } = routing;
  const workspaceSid = flex.workspaceSid ?? readEnvFile().FLEX_WORKSPACE_SID;
  const swept = new AccountSweep({
    client: account.client,
    customers,
    routing,
    workspaceSid: workspaceSid || undefined,
    requestsPerSecond,
  });
  const owner = { accountSid: account.accountSid, serviceSid, closeOlderThanMs };
  const placeFile = new PlaceFile(projectFolder, owner, console.error);
  const notSwept = await reasonNotToSweep(routing, account.isLocal);
  const run = (dryRun: boolean) =>
    withProgress('Sweeping', (report) =>
      runSweep(swept, { dryRun, closeOlderThanMs, notSwept, placeFile, report }),
    ).catch((error: unknown) => {
      throw explainStop(error);
    });

  if (closeOlderThanMs !== undefined && !options.dryRun && !options.yes) {
    const preview = await run(true);
    const dead = preview.conversations.filter(({ outcome }) => outcome === 'would_close').length;
    const question = `Close ${formatCount(dead, 'conversation')} whose last message is older than ${closeOlderThanMs / dayMs}d?`;
    if (dead > 0 && !canAsk()) {
      const error = `${question} Nobody can be asked here: add --yes to go ahead.`;
      if (!options.json) console.log(formatSweep(preview));
      console.error(error);
      if (options.json) printJson({ ...preview, ok: false, error });
      process.exitCode = exitCodes.usage;
      return;
    }
    if (dead > 0 && !(await askForYes(question, options))) {
      if (options.json) printJson({ ...preview, ok: false, error: 'Nothing was changed.' });
      else console.log(`${formatSweep(preview)}\nNothing was changed.`);
      process.exitCode = exitCodes.failed;
      return;
    }
  }
  const result = await run(options.dryRun === true);
  if (!result.ok) process.exitCode = exitCodes.failed;
  if (options.json) printJson(result);
  else console.log(formatSweep(result));
}

/** Which mode Frontline is set to no API tells; that of the local Twilio is known. */
async function reasonNotToSweep({ routing }: Routing, isLocal: boolean): Promise<string | undefined> {
  if (routing.sweep === false) return 'routing.sweep is false in assets/routing.private.json';
  if (!isLocal || routing.on !== 'onConversationRoute') return undefined;
  const response = await fetch(`${controlUrl(projectFolder)}/api/state`);
  const { settings } = (await response.json()) as { settings: { routingMode: string } };
  return settings.routingMode === 'none' ? 'the local Twilio is set to "Do not route"' : undefined;
}

/** @returns milliseconds. @throws UsageError */
function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, days] = /^([1-9]\d{0,3})d?$/.exec(text) ?? [];
  if (days === undefined) {
    throw new UsageError('--close-older-than must be a number of days from 1 to 9999, e.g. 30d');
  }
  return Number(days) * dayMs;
}

/** @throws UsageError */
function readRate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError('--requests-per-second must be a whole number from 1 to 9999');
  }
  return Number(text);
}
