import { join } from 'node:path';
import type { Command } from 'commander';
import { shortenValue } from '../../build/data/shorten';
import type { RoutingText } from '../../build/data-import/read-routing';
import type { Reassignment } from '../../build/data-import/reassign';
import type { MovedConversation } from '../data/move-conversations';
import { formatCount, formatNumber } from '../format-count';
import { printJson } from '../output';
import { addCommand, exitCodes, UsageError, wantsJson } from '../program';

interface Options {
  from?: string;
  to?: string;
  openConversations?: true;
  dryRun?: true;
  local?: true;
}

/** `npm run data -- reassign --from A --to B`: gives the customers of one worker to another. */
export function addDataReassign(data: Command): void {
  addCommand(data, 'reassign', "Give one worker's customers to another worker")
    .usage('--from <identity> --to <identity> [options]')
    .option('--from <identity>', 'whose customers, e.g. alice@example.com')
    .option('--to <identity>', 'the new owner, e.g. bob@example.com')
    .option('--open-conversations', 'Move the open conversations as well')
    .option('--local', 'Move those of the local Twilio that npm start runs')
    .option('--dry-run', 'Show what would change, and change nothing')
    .addHelpText('after', '\nSafe to repeat: after an interruption, run it again.')
    .action(reassignCustomers);
}

async function reassignCustomers(options: Options, command: Command): Promise<void> {
  const { from, to, openConversations, dryRun, local } = options;
  if (!from) return command.error('--from is missing');
  if (!to) return command.error('--to is missing');
  if (from === to) return command.error('--from and --to are the same');
  if (local && !openConversations) return command.error('--local is for --open-conversations');
  const { readRouting } = await import('../../build/data-import/read-routing');
  const { readOthers } = await import('../data/files');
  const { withTemporaryFolder } = await import('../data/temporary-folder');
  const routing = readRouting(await readOthers());
  if (openConversations) await requireWorker(routing, from);
  const { plan, mover } = await withTemporaryFolder(async (folder) => {
    const reassigned = await planReassignment({ from, to }, folder);
    // What is missing is said before anything is changed.
    const openedMover = openConversations && (await openMover(options, routing));
    if (!dryRun) await reassigned.write();
    return { plan: reassigned.plan, mover: openedMover };
  });
  const conversations = mover ? await mover(from, to) : undefined;
  if (conversations?.some(({ outcome }) => outcome === 'failed')) process.exitCode = exitCodes.failed;
  if (wantsJson(command)) {
    const { customers, entries, stillNamed } = plan;
    const ok = process.exitCode !== exitCodes.failed;
    printJson({
      ok,
      written: !dryRun,
      customers,
      entries,
      stillNamed,
      ...(conversations && { conversations }),
    });
  } else print(plan, conversations, options);
}

/** @throws UsageError when an identity is not listed */
async function planReassignment(
  workers: { from: string; to: string },
  folder: string,
): Promise<{ plan: Reassignment; write(): Promise<void> }> {
  const { reassign, UnlistedIdentity } = await import('../../build/data-import/reassign');
  const { routingFile } = await import('../../build/data-import/read-routing');
  const { withProgress } = await import('../progress');
  const { CustomersFile, customersFile, digestOf } = await import('../../build/data-import/customers-file');
  const { customersPath, readOthers, routingPath, saveDraft, writeData } = await import('../data/files');
  const before = { customers: digestOf(customersPath), routing: digestOf(routingPath) };
  const others = await readOthers();
  const file = await CustomersFile.openOrCreate(customersPath, folder, undefined);
  const draftPath = join(folder, 'draft.json');
  try {
    const plan = await withProgress('Reading the customers', () =>
      reassign(file, others, workers, draftPath),
    );
    const write = async (): Promise<void> => {
      const { customersDraft, routingText } = plan;
      const routingDraft =
        routingText === undefined ? undefined : saveDraft(join(folder, routingFile), routingText);
      await writeData([
        ...(customersDraft
          ? [{ name: customersFile, before: before.customers, draft: customersDraft } as const]
          : []),
        ...(routingDraft
          ? [{ name: routingFile, before: before.routing, draft: routingDraft } as const]
          : []),
      ]);
    };
    return { plan, write };
  } catch (error) {
    throw error instanceof UnlistedIdentity ? new UsageError(error.message) : error;
  } finally {
    file.close();
  }
}

/** @throws UsageError when an identity may be that of a customer */
async function requireWorker({ workers }: RoutingText, identity: string): Promise<void> {
  if (workers.some((worker) => worker.identity === identity)) return;
  const { findNearestWorker } = await import('../../build/data/nearest-worker');
  const nearest = findNearestWorker(identity, workers);
  const hint =
    nearest === undefined
      ? 'list the worker there until the conversations are moved'
      : `did you mean ${JSON.stringify(nearest)}?`;
  throw new UsageError(
    `${JSON.stringify(identity)} is not one of the workers of assets/routing.private.json, and could be a customer in a chat: ${hint}`,
  );
}

/** @throws UsageError when there are no credentials */
async function openMover(
  { dryRun, local }: Options,
  { conversationServiceSid }: RoutingText,
): Promise<(from: string, to: string) => Promise<MovedConversation[]>> {
  const { openAccount } = await import('../account');
  const { withProgress } = await import('../progress');
  const { moveOpenConversations } = await import('../data/move-conversations');
  const { client } = await openAccount({ local });
  return (old, next) =>
    withProgress('Moving open conversations', (report) =>
      moveOpenConversations(client, old, next, {
        dryRun,
        serviceSid: conversationServiceSid,
        report: (done, all) =>
          report(`Moving open conversations: ${formatNumber(done)} of ${formatNumber(all)}`),
      }),
    ).catch(async (error: unknown) => {
      const { Misconfigured } = await import('../../lib/errors');
      if (!(error instanceof Misconfigured)) throw error;
      const { file, field, fix } = error.facts;
      throw new Error(`Twilio refuses what ${file} says, ${field}: ${fix}`);
    });
}

function print(
  { customers, entries, stillNamed }: Reassignment,
  conversations: MovedConversation[] | undefined,
  { from, to, dryRun }: Options,
): void {
  const verb = dryRun ? 'would go' : 'went';
  for (const { customer_id: id, name } of customers.slice(0, 20)) {
    console.log(`~ ${shortenValue(id)} ${shortenValue(name)}`);
  }
  if (customers.length > 20) console.log(`… and ${formatNumber(customers.length - 20)} more`);
  const counts = `${formatCount(customers.length, 'customer')} and ${formatCount(entries, 'entry', 'entries')} of routing.customers`;
  console.log(`${counts} ${verb} from ${from} to ${to}`);
  if (stillNamed.length > 0) {
    console.log(`assets/routing.private.json still names ${from}: ${stillNamed.join(', ')}`);
  }
  if (!conversations) return;
  for (const { sid, outcome, reason } of conversations) {
    if (outcome === 'failed') console.error(`${sid}: ${reason}`);
    else if (dryRun) console.log(`~ ${sid}`);
  }
  const moved = conversations.filter(({ outcome }) => outcome === 'moved' || outcome === 'movable').length;
  console.log(`${formatCount(moved, 'open conversation')} ${verb} to ${to}`);
  const failed = conversations.filter(({ outcome }) => outcome === 'failed').length;
  if (failed > 0) console.error(`${formatCount(failed, 'conversation')} could not be moved. Run it again.`);
}
