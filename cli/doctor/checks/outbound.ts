import { findKeyFault, type keyVariables, leastKeyLength } from '../../check-key';
import { type Finding, finding } from '../findings';
import { deployCommand, setupCommand } from '../fixes';
import { orMissing, type Subject } from '../subject';

/** What is set up for outbound conversations from Flex; undefined for what is not. */
function readFlexSids({
  routing,
  variables,
}: Subject): Record<'workspace' | 'workflow' | 'queue', string | undefined> {
  const { workspaceSid, workflowSid, queueSid } = routing.flex;
  return {
    workspace: workspaceSid ?? variables.FLEX_WORKSPACE_SID,
    workflow: workflowSid ?? variables.FLEX_WORKFLOW_SID,
    queue: queueSid ?? variables.FLEX_QUEUE_SID,
  };
}

/** @returns whether anything of outbound conversations from Flex is set up */
function hasFlex(subject: Subject): boolean {
  return Object.values(readFlexSids(subject)).some((sid) => sid !== undefined);
}

/** Checks what `/flex/outbound-message` needs: workspace, workflow, queue, and the servers' key. */
export async function checkFlex(subject: Subject): Promise<Finding[]> {
  const { client, variables } = subject;
  const key = variables.OUTBOUND_API_KEY;
  const keyFindings = key === undefined ? [] : checkKey('OUTBOUND_API_KEY', key, subject);
  const { workspace, workflow, queue } = readFlexSids(subject);
  const missing = Object.entries({ workspace, workflow, queue }).flatMap(([name, sid]) => (sid ? [] : name));
  if (missing.length === 3) {
    const text = 'Outbound conversations from Flex are not set up: no workspace, workflow and queue';
    const fix = `nothing, unless you want them: ${setupCommand(subject, '--flex')}, or FLEX_WORKSPACE_SID and the like in .env`;
    return [...keyFindings, finding('flex_not_set_up', text, fix)];
  }
  if (workspace === undefined || missing.length > 0) {
    const text = `Outbound conversations from Flex cannot start: there is no ${missing.join(' and no ')}`;
    const names = missing.map((name) => `FLEX_${name.toUpperCase()}_SID`).join(' and ');
    const fix = `set ${names} in .env, or run ${setupCommand(subject, '--flex')}`;
    return [...keyFindings, finding('flex_incomplete', text, fix)];
  }
  if (key === undefined) {
    const text = 'Servers cannot call /flex/outbound-message: OUTBOUND_API_KEY is not set';
    const fix = `set it in .env (openssl rand -hex 32), then ${deployCommand(subject)}; agents in Flex need no key`;
    keyFindings.push(finding('outbound_key_missing', text, fix));
  }
  const { v1 } = client.taskrouter;
  const fix = `correct its SID, or remove it and run ${setupCommand(subject, '--flex')}; Console: TaskRouter → Workspaces`;
  if (!(await orMissing(v1.workspaces(workspace).fetch()))) {
    const text = `The account has no TaskRouter workspace ${workspace}`;
    return [...keyFindings, finding('flex_sid_unknown', text, fix)];
  }
  const parts = [
    [
      'workflow',
      workflow,
      v1
        .workspaces(workspace)
        .workflows(workflow ?? '')
        .fetch(),
    ],
    [
      'queue',
      queue,
      v1
        .workspaces(workspace)
        .taskQueues(queue ?? '')
        .fetch(),
    ],
  ] as const;
  for (const [name, sid, reading] of parts) {
    if (await orMissing<unknown>(reading)) continue;
    keyFindings.push(finding('flex_sid_unknown', `Workspace ${workspace} has no ${name} ${sid}`, fix));
  }
  return keyFindings;
}

function checkKey(name: (typeof keyVariables)[number], key: string, subject: Subject): Finding[] {
  const code = name === 'SWEEP_API_KEY' ? 'sweep_key_invalid' : 'outbound_key_invalid';
  const fix = `set another one in .env (openssl rand -hex 32), then ${deployCommand(subject)}`;
  const fault = findKeyFault(key);
  if (fault === undefined) return [];
  const text =
    fault === 'short'
      ? `${name} has ${key.length} characters: keys shorter than ${leastKeyLength} characters are ignored`
      : `${name} contains characters that cannot be sent in a header`;
  return [finding(code, text, fix)];
}

/** Checks the key of the cron services that call `/maintenance/sweep`; not to have one is fine. */
export async function checkSweepKey(subject: Subject): Promise<Finding[]> {
  const key = subject.variables.SWEEP_API_KEY;
  return key === undefined ? [] : checkKey('SWEEP_API_KEY', key, subject);
}

/** Checks that Sync can be reached, in which outbound starts are remembered. */
export async function checkSync(subject: Subject): Promise<Finding[]> {
  if (!hasFlex(subject)) return [];
  try {
    await subject.client.sync.v1.services('default').documents.list({ limit: 1 });
    return [];
  } catch (error) {
    const text = `Sync cannot be reached: ${(error as Error).message}. Outbound starts need it`;
    return [finding('sync_unreachable', text, 'Console: Sync → Services; the default service must exist')];
  }
}
