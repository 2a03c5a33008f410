import { newDates } from './http/resource';
import { fixedSid } from './http/sids';

/** The SIDs of the workspace and of the workflow and queue that tasks go through. */
export interface Workspace {
  workspaceSid: string;
  workflowSid: string;
  queueSid: string;
}

const dates = newDates(new Date('2026-01-01T00:00:00Z'));

/**
 * @returns Flex's workspace, as served
 * @see https://www.twilio.com/docs/taskrouter/api/workspace
 */
export function workspaceResource(accountSid: string, { workspaceSid: sid }: Workspace) {
  const url = urlOf(sid);
  return {
    sid,
    account_sid: accountSid,
    friendly_name: 'Flex Task Assignment',
    default_activity_name: 'Offline',
    default_activity_sid: fixedSid('WA', 2),
    timeout_activity_name: 'Offline',
    timeout_activity_sid: fixedSid('WA', 2),
    event_callback_url: null,
    events_filter: null,
    multi_task_enabled: true,
    prioritize_queue_order: 'FIFO',
    ...dates,
    url,
    links: { workflows: `${url}/Workflows`, task_queues: `${url}/TaskQueues`, workers: `${url}/Workers` },
  };
}

/**
 * @returns its workflow, as served
 * @see https://www.twilio.com/docs/taskrouter/api/workflow
 */
export function workflowResource(
  accountSid: string,
  { workspaceSid, workflowSid: sid, queueSid }: Workspace,
) {
  const url = `${urlOf(workspaceSid)}/Workflows/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    workspace_sid: workspaceSid,
    friendly_name: 'Assign to Anyone',
    assignment_callback_url: null,
    fallback_assignment_callback_url: null,
    configuration: JSON.stringify({ task_routing: { filters: [], default_filter: { queue: queueSid } } }),
    document_content_type: 'application/json',
    task_reservation_timeout: 120,
    ...dates,
    url,
    links: { statistics: `${url}/Statistics` },
  };
}

/**
 * @returns its queue, as served
 * @see https://www.twilio.com/docs/taskrouter/api/task-queue
 */
export function queueResource(accountSid: string, { workspaceSid, queueSid: sid }: Workspace) {
  const url = `${urlOf(workspaceSid)}/TaskQueues/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    workspace_sid: workspaceSid,
    friendly_name: 'Everyone',
    assignment_activity_name: null,
    assignment_activity_sid: null,
    reservation_activity_name: null,
    reservation_activity_sid: null,
    max_reserved_workers: 1,
    target_workers: '1==1',
    task_order: 'FIFO',
    ...dates,
    url,
    links: { statistics: `${url}/Statistics`, workspace: urlOf(workspaceSid) },
  };
}

function urlOf(workspaceSid: string): string {
  return `https://taskrouter.twilio.com/v1/Workspaces/${workspaceSid}`;
}
