import type { Twilio } from 'twilio';
import type { Routing } from '../../lib/model';
import type { Change, Fields } from './change';
import { keyVariable } from './env-file';

/** What can be chosen where there are several. */
interface Candidate {
  value: string;
  label: string;
}

/** Where Flex does its work, and whether servers need a key. */
export interface FlexChoice {
  /** The variables for the SIDs that neither the data nor `.env` has. */
  variables: Fields;
  /** The hash of a new key; undefined when none is written. */
  newKey?: string | undefined;
}

/** The names that Flex gives to what it makes. */
const standardNames = ['Flex Task Assignment', 'Assign to Anyone', 'Everyone'];

/**
 * Finds Flex's workspace, workflow and queue, as far as they are not configured.
 *
 * @param choose asked where there are several and none has Flex's standard name
 * @returns the variables to set
 */
export async function findFlex(
  { taskrouter: { v1 } }: Twilio,
  { workspaceSid, workflowSid, queueSid }: Pick<Routing['flex'], 'workspaceSid' | 'workflowSid' | 'queueSid'>,
  env: Fields,
  choose: (what: string, candidates: Candidate[]) => Promise<string | undefined>,
): Promise<Fields> {
  const found: Record<string, string> = {};
  const find = async (
    name: string,
    what: string,
    known: string | undefined,
    list: () => Promise<{ sid: string; friendlyName: string }[]>,
  ): Promise<string> => {
    const configured = known ?? env[name];
    if (typeof configured === 'string' && configured !== '') return configured;
    const sid = await chooseOne(what, await list(), choose);
    found[name] = sid;
    return sid;
  };
  const workspace = await find('FLEX_WORKSPACE_SID', 'workspace', workspaceSid, () => v1.workspaces.list());
  const inWorkspace = v1.workspaces(workspace);
  await find('FLEX_WORKFLOW_SID', 'workflow', workflowSid, () => inWorkspace.workflows.list());
  await find('FLEX_QUEUE_SID', 'queue', queueSid, () => inWorkspace.taskQueues.list());
  return found;
}

async function chooseOne(
  what: string,
  all: { sid: string; friendlyName: string }[],
  choose: (what: string, candidates: Candidate[]) => Promise<string | undefined>,
): Promise<string> {
  const [first, ...others] = all;
  if (!first) throw new Error(`The account has no TaskRouter ${what}: does it have Flex?`);
  if (others.length === 0) return first.sid;
  const standard = all.find(({ friendlyName }) => standardNames.includes(friendlyName));
  const candidates = all.map(({ sid, friendlyName }) => ({ value: sid, label: `${friendlyName} (${sid})` }));
  const chosen = (await choose(what, candidates)) ?? standard?.sid;
  if (chosen) return chosen;
  const list = candidates.map(({ label }) => label).join(', ');
  throw new Error(`There are several ${what}s: ${list}. Set FLEX_${what.toUpperCase()}_SID in .env.`);
}

/** Adds the change of `.env` to a plan. */
export function planFlex(
  env: Fields,
  flex: FlexChoice | undefined,
  plan: { changes: Change[]; notices: string[] },
): void {
  if (!flex) return;
  const after: Fields = {
    ...flex.variables,
    ...(flex.newKey && !env[keyVariable] && { [keyVariable]: flex.newKey }),
  };
  if (flex.newKey && env[keyVariable]) plan.notices.push(`${keyVariable} is set in .env already: it stays.`);
  if (Object.keys(after).length === 0) return;
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, env[name] ?? null]));
  plan.changes.push({ kind: 'env', id: '.env', before, after });
  plan.notices.push('.env is deployed with the functions: deploy again after setup.');
}
