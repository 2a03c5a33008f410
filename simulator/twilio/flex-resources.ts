import { notFound, TwilioError } from './errors';
import type { FlexModel, FlexWorker, SimulatedInteraction, Task } from './flex';
import { on, page, type Resource } from './resource';
import { formatDate } from './resources';
import { fixedSid } from './sids';

type Json = Record<string, unknown>;

/** The Interactions API as far as it is simulated: agent-initiated interactions, their channels and invites. */
export function interactionResources(flex: FlexModel): Resource[] {
  return [
    on('POST', '/Interactions', 200, ({ request: { form } }) =>
      interactionResource(
        flex.createInteraction(readJson('Channel', form.Channel), readJson('Routing', form.Routing ?? '{}')),
      ),
    ),
    on('GET', '/Interactions/:sid', 200, ({ parts: [sid = ''] }) =>
      interactionResource(flex.interaction(sid)),
    ),
    on('GET', '/Interactions/:sid/Channels', 200, ({ parts: [sid = ''], request }) =>
      page(request, 'channels', [channelResource(flex.interaction(sid))]),
    ),
    on('GET', '/Interactions/:sid/Channels/:channel', 200, ({ parts: [sid = '', channel = ''] }) =>
      channelResource(flex.channel(sid, channel)),
    ),
    on(
      'POST',
      '/Interactions/:sid/Channels/:channel',
      200,
      ({ parts: [sid = '', channel = ''], request }) => {
        const { Status, Routing = '{}' } = request.form;
        if (Status !== 'closed' && Status !== 'inactive')
          throw new TwilioError(400, 20001, 'Status must be closed or inactive');
        const { status } = readJson('Routing', Routing);
        return channelResource(flex.closeChannel(sid, channel, Status, status as string | undefined));
      },
    ),
    on(
      'GET',
      '/Interactions/:sid/Channels/:channel/Invites',
      200,
      ({ parts: [sid = '', channel = ''], request }) =>
        page(request, 'invites', [inviteResource(flex.channel(sid, channel))]),
    ),
  ];
}

/** TaskRouter as far as it is simulated: the tasks of interactions, and the workers. */
export function taskRouterResources(flex: FlexModel): Resource[] {
  const workspace = (sid: string): void => {
    if (sid !== flex.workspace.workspaceSid) throw notFound(`/Workspaces/${sid}`);
  };
  return [
    on('GET', '/Workspaces/:sid/Tasks', 200, ({ parts: [sid = ''], request }) => {
      workspace(sid);
      const matches = readExpression(request.query.EvaluateTaskAttributes);
      const tasks = flex.tasks().filter(({ attributes }) => matches(attributes));
      if (request.query.Ordering === 'DateCreated:desc') tasks.reverse();
      return page(
        request,
        'tasks',
        tasks.map((task) => taskResource(flex, task)),
      );
    }),
    on('GET', '/Workspaces/:sid/Tasks/:task', 200, ({ parts: [sid = '', task = ''] }) => {
      workspace(sid);
      return taskResource(flex, flex.task(task));
    }),
    on('GET', '/Workspaces/:sid/Workers', 200, ({ parts: [sid = ''], request }) => {
      workspace(sid);
      const { FriendlyName: name } = request.query;
      const workers = flex
        .workers()
        .filter(({ friendlyName }) => name === undefined || friendlyName === name);
      return page(
        request,
        'workers',
        workers.map((worker) => workerResource(flex, worker)),
      );
    }),
    on('GET', '/Workspaces/:sid/Workers/:worker', 200, ({ parts: [sid = '', worker = ''] }) => {
      workspace(sid);
      return workerResource(flex, flex.worker(worker));
    }),
  ];
}

/**
 * Whether a Flex token is valid. It is in none of Twilio's API descriptions. The request is that of
 * `twilio-flex-token-validator`. The answers are those in the tests of cweems/flex-guard (`test/support.js`): 20101
 * and `valid: false` for a bad token, 404 and 20404 for an account that Twilio does not know; a comment in
 * techmatters/hrm's `app.js` says the same of made-up credentials. With which HTTP status a bad token is answered is
 * not known: public callers read `valid` from a success.
 *
 * @see https://github.com/twilio/twilio-flex-token-validator
 */
export function tokenResources(flex: FlexModel): Resource[] {
  return [
    on('POST', '/Accounts/:sid/Tokens/validate', 200, ({ parts: [sid = ''], request }) => {
      if (sid !== flex.accountSid) throw notFound(`/Accounts/${sid}`);
      return flex.validateToken(request.form.token ?? '');
    }),
  ];
}

function interactionResource(interaction: SimulatedInteraction): object {
  const { sid, channelSid, type, task, routing } = interaction;
  const url = `https://flex-api.twilio.com/v1/Interactions/${sid}`;
  const properties = (routing.properties ?? {}) as Json;
  const seconds = Math.floor(task.dateCreated.getTime() / 1_000);
  return {
    sid,
    channel: { type, sid: channelSid },
    routing: {
      reservation: null,
      properties: {
        ...properties,
        sid: task.sid,
        assignment_status: task.status,
        attributes: JSON.stringify(task.attributes),
        routing_target: task.workerSid,
        reason: task.reason,
        date_created: seconds,
        date_updated: seconds,
        task_queue_entered_date: seconds,
        age: 0,
        age_in_queue: 0,
        priority: 0,
        task_channel_unique_name: task.taskChannel,
      },
    },
    url,
    links: { channels: `${url}/Channels` },
    interaction_context_sid: null,
    webhook_ttid: null,
  };
}

function channelResource({
  sid,
  channelSid,
  type,
  status,
  errorCode,
  errorMessage,
}: SimulatedInteraction): object {
  const url = `https://flex-api.twilio.com/v1/Interactions/${sid}/Channels/${channelSid}`;
  return {
    sid: channelSid,
    interaction_sid: sid,
    type,
    status,
    error_code: errorCode,
    error_message: errorMessage,
    url,
    links: { participants: `${url}/Participants`, invites: `${url}/Invites` },
  };
}

function inviteResource({ sid, channelSid, inviteSid, routing }: SimulatedInteraction): object {
  const url = `https://flex-api.twilio.com/v1/Interactions/${sid}/Channels/${channelSid}/Invites`;
  return {
    sid: inviteSid,
    interaction_sid: sid,
    channel_sid: channelSid,
    routing,
    url: `${url}/${inviteSid}`,
  };
}

function taskResource(flex: FlexModel, task: Task): object {
  const { sid, attributes, status, reason, taskChannel, dateCreated, dateUpdated, workspace } = task;
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspace.workspaceSid}/Tasks/${sid}`;
  return {
    account_sid: flex.accountSid,
    age: Math.floor((Date.now() - dateCreated.getTime()) / 1_000),
    assignment_status: status,
    attributes: JSON.stringify(attributes),
    addons: '{}',
    date_created: formatDate(dateCreated),
    date_updated: formatDate(dateUpdated),
    task_queue_entered_date: formatDate(dateCreated),
    priority: 0,
    reason,
    sid,
    task_queue_sid: workspace.queueSid,
    task_queue_friendly_name: 'Everyone',
    task_channel_sid: fixedSid('TC', 1),
    task_channel_unique_name: taskChannel,
    timeout: 86_400,
    workflow_sid: workspace.workflowSid,
    workflow_friendly_name: 'Assign to Anyone',
    workspace_sid: workspace.workspaceSid,
    url,
    links: { reservations: `${url}/Reservations` },
    virtual_start_time: formatDate(dateCreated),
    ignore_capacity: false,
    routing_target: task.workerSid,
  };
}

function workerResource(flex: FlexModel, { sid, friendlyName, identity }: FlexWorker): object {
  const { workspaceSid } = flex.workspace;
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspaceSid}/Workers/${sid}`;
  const created = formatDate(new Date('2026-01-01T00:00:00Z'));
  return {
    account_sid: flex.accountSid,
    activity_name: 'Available',
    activity_sid: fixedSid('WA', 1),
    attributes: JSON.stringify({
      contact_uri: `client:${identity}`,
      roles: ['agent'],
      full_name: friendlyName,
    }),
    available: true,
    date_created: created,
    date_status_changed: created,
    date_updated: created,
    friendly_name: friendlyName,
    sid,
    workspace_sid: workspaceSid,
    url,
    links: { channels: `${url}/WorkerChannels`, reservations: `${url}/Reservations` },
  };
}

function readJson(name: string, text: string | undefined): Json {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch {
    // falls through to the error below
  }
  throw new TwilioError(400, 20001, `${name} must be a JSON object`);
}

/** Of TaskRouter's expressions `name == "text"` alone. */
function readExpression(text: string | undefined): (attributes: Json) => boolean {
  if (text === undefined) return () => true;
  const [, name = '', value] = /^(\w+)\s*==\s*["']([^"']*)["']$/.exec(text.trim()) ?? [];
  if (value === undefined) throw new TwilioError(400, 20001, `The local Twilio cannot evaluate ${text}`);
  return (attributes) => attributes[name] === value;
}
