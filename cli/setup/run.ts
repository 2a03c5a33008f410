import { join } from 'node:path';
import { compileRoutingAlone } from '../../build/compile-routing-alone';
import type { Routing } from '../../lib/model';
import type { Account } from '../account';
import { askForYes, askToChoose, canAsk } from '../ask';
import { listLiveDeployments } from '../deploy/live-deployments';
import { paintFor, printJson } from '../output';
import { exitCodes, UsageError } from '../program';
import { withProgress } from '../progress';
import { projectFolder } from '../project-folder';
import { readConfiguration } from './account-state';
import type { Fields } from './change';
import {
  formatChanges,
  formatManualSteps,
  listManualSteps,
  type ManualStep,
  withoutSecrets,
  withoutUrlSecrets,
} from './describe';
import type { EnvFile } from './env-file';
import { type FlexChoice, findFlex } from './flex';
import { chooseFunctionsUrl, type Needs, readNeeds } from './needs';
import { type Conflict, type Decision, listConflicts, type Plan } from './plan';
import { SetupSession } from './session';

/** The options of `npm run setup`. */
export interface SetupOptions {
  local?: true;
  url?: string;
  environment?: string;
  scope: string;
  routing?: 'custom' | 'pool' | 'none';
  keep?: string[];
  replace?: string[];
  flex?: true;
  newKey?: true;
  undo?: true;
  dryRun?: true;
  yes?: true;
  json?: true;
}

/** Sets the account up, and prints what it does. */
export async function runSetup(account: Account, options: SetupOptions): Promise<void> {
  const session = new SetupSession(projectFolder, account);
  const routing = await readRouting();
  const { needs, state } = await withProgress('Reading the account', async (report) => {
    const found = readNeeds(
      routing,
      await findFunctions(account, options),
      await findScope(account, options, routing),
    );
    return { needs: found, state: await session.readState(found, report) };
  });
  const flex = await findFlexChoice(account, options, routing, session.env);
  requireKnown(options, needs);
  const plan = await decideConflicts(options, (decisions) =>
    session.plan(needs, state, { decisions, routingMode: options.routing, flex }),
  );
  const manual = account.isLocal ? [] : listManualSteps(needs, options.routing);

  if (!options.json) printPlan(plan);
  if (plan.conflicts.length > 0) process.exitCode = exitCodes.failed;
  const isApplied = plan.conflicts.length === 0 && (await isConfirmed(options, plan.changes.length > 0));
  if (isApplied) await withProgress('Setting up', (report) => session.apply(plan, report));
  if (options.json) {
    const { notices } = plan;
    const [conflicts, kept] = [plan.conflicts, plan.kept].map(withoutUrlSecrets);
    const changes = withoutSecrets(plan.changes);
    const ok = plan.conflicts.length === 0;
    const url = needs.functionsUrl;
    return printJson({
      ok,
      url,
      changes,
      conflicts,
      kept,
      notices,
      manual,
      applied: isApplied && changes.length > 0,
    });
  }
  if (isApplied && plan.changes.length > 0) {
    console.log(`\nDone. To put it back: npm run setup -- ${options.local ? '--local ' : ''}--undo`);
  }
  printManualSteps(manual);
}

/** Puts back what setup has changed, and prints it. */
export async function runUndo(account: Account, options: SetupOptions): Promise<void> {
  const session = new SetupSession(projectFolder, account);
  const plan = await withProgress('Reading the account', () => session.planUndo());
  const { changes } = plan;
  const left = [...plan.left];
  if (!options.json) {
    console.log(
      changes.length > 0 ? formatChanges(changes, paintFor('stdout')) : 'There is nothing to put back.',
    );
    for (const text of left) console.log(`\nLeft as it is: ${text}`);
  }
  const isApplied = await isConfirmed(options, changes.length > 0);
  const refused = isApplied ? await withProgress('Putting back', () => session.undo(plan)) : [];
  left.push(...refused);
  if (refused.length > 0) process.exitCode = exitCodes.failed;
  if (options.json) {
    return printJson({
      ok: refused.length === 0,
      changes: withoutSecrets(changes),
      left,
      applied: isApplied && changes.length > 0,
    });
  }
  for (const text of refused) console.error(`\nNot put back: ${text}`);
  if (isApplied && changes.length > 0 && refused.length === 0) console.log('\nDone.');
}

/** With `--json` nobody is asked: without `--yes` it is a dry run. */
async function isConfirmed({ dryRun, json, yes }: SetupOptions, hasChanges: boolean): Promise<boolean> {
  if (dryRun) return false;
  if (json) return yes === true;
  if (!hasChanges || (await askForYes('Go ahead?', { yes }))) return true;
  process.exitCode = exitCodes.failed;
  console.error('Nothing was changed.');
  return false;
}

async function readRouting(): Promise<Routing> {
  const routing = await compileRoutingAlone(join(projectFolder, 'assets'));
  if (!routing) throw new Error('The routing data is not valid: npm run check lists the problems');
  return routing;
}

async function findFunctions(account: Account, { url, environment }: SetupOptions): Promise<string> {
  const deployments = await listLiveDeployments(projectFolder, account);
  return chooseFunctionsUrl(deployments, {
    given: url,
    environment,
    local: account.localFunctionsUrl,
  });
}

async function findScope(
  { client }: Account,
  { scope }: SetupOptions,
  { conversationServiceSid }: Routing,
): Promise<string> {
  if (scope === 'account') return scope;
  return conversationServiceSid ?? (await readConfiguration(client)).defaultChatServiceSid;
}

async function findFlexChoice(
  { client }: Account,
  { flex, newKey, json, yes }: SetupOptions,
  routing: Routing,
  env: EnvFile,
): Promise<FlexChoice | undefined> {
  if (!flex && !newKey) return undefined;
  const choose = async (what: string, candidates: { value: string; label: string }[]) =>
    json || yes ? undefined : askToChoose(`Which ${what} does Flex use?`, candidates);
  const variables: Fields = flex ? await findFlex(client, routing.flex, env.read(), choose) : {};
  return { variables, newKey: newKey && env.makeKey() };
}

/** @throws UsageError when a conflict is named that cannot be */
function requireKnown({ keep = [], replace = [] }: SetupOptions, needs: Needs): void {
  const known = ['all', ...listConflicts(needs)];
  const unknown = [...keep, ...replace].find((id) => !known.includes(id));
  if (unknown === undefined) return;
  throw new UsageError(
    `There is no conflict ${unknown}: --keep and --replace take any of ${known.join(', ')}`,
  );
}

/** Decides conflicts by the options, or asks; one decision can bring up the next conflict. */
async function decideConflicts(
  options: SetupOptions,
  makePlan: (decisions: Map<string, Decision>) => Plan,
): Promise<Plan> {
  const { keep = [], replace = [] } = options;
  const decisions = new Map<string, Decision>([
    ...keep.map((id) => [id, 'keep'] as const),
    ...replace.map((id) => [id, 'replace'] as const),
  ]);
  const given = decisions.size;
  for (;;) {
    const plan = makePlan(decisions);
    const [conflict] = plan.conflicts;
    if (!conflict) return plan;
    if (!canDecide(options)) return plan;
    // Who decides should know what else will happen.
    if (decisions.size === given && plan.changes.length > 0) {
      console.log(`${formatChanges(plan.changes, paintFor('stdout'))}\n`);
    }
    const decision = await askToDecide(conflict);
    if (!decision) return plan;
    decisions.set(conflict.id, decision);
  }
}

function canDecide({ json, yes, dryRun }: SetupOptions): boolean {
  return !json && !yes && !dryRun && canAsk();
}

async function askToDecide({ text }: Conflict): Promise<Decision | undefined> {
  const answer = await askToChoose(text, [
    { value: 'keep', label: 'Keep it' },
    { value: 'replace', label: 'Replace it' },
  ]);
  return answer as Decision | undefined;
}

function printPlan({ changes, kept, notices, conflicts }: Plan): void {
  if (changes.length > 0) console.log(formatChanges(changes, paintFor('stdout')));
  else if (conflicts.length === 0) console.log('There is nothing to change.');
  for (const { text } of kept) console.log(`\nKept: ${text}`);
  for (const notice of notices) console.log(`\nNotice: ${notice}`);
  for (const { id, text } of conflicts) {
    console.error(`\nTo be decided: ${text}\n  Add --keep ${id} or --replace ${id}`);
  }
  if (conflicts.length > 0) console.error('\nNothing was changed.');
}

function printManualSteps(steps: readonly ManualStep[]): void {
  if (steps.length === 0) return;
  console.log(`\nNo API can set these. Set them in the Twilio Console:\n\n${formatManualSteps(steps)}`);
}
