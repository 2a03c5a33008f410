import { Hono } from 'hono';
import type { Conversations } from './conversations/conversations';
import type { RestEnv } from './http/app';
import { formatDate } from './http/dates';
import { invalid, notFound, TwilioError } from './http/errors';
import { page } from './http/paging';
import { fixedSid, newSid } from './http/sids';

type Json = Record<string, unknown>;

/** Where tasks are, and who does them. */
export interface Workspace {
  workspaceSid: string;
  workflowSid: string;
  queueSid: string;
}

/** A Flex agent. */
export interface FlexWorker {
  /** `WK…` */
  sid: string;
  /** The user's name, often an e-mail address. */
  friendlyName: string;
  /** In conversations: the name in Flex's own spelling, e.g. `alice_40example_2Ecom`. */
  identity: string;
}

export type TaskStatus = 'pending' | 'reserved' | 'assigned' | 'canceled' | 'completed' | 'wrapping';

export interface Task {
  /** `WT…` */
  sid: string;
  attributes: Record<string, unknown>;
  status: TaskStatus;
  reason: string | null;
  taskChannel: string;
  workerSid: string;
  dateCreated: Date;
  dateUpdated: Date;
  workspace: Workspace;
}

/**
 * One TaskRouter workspace: its workers, who are the agents of Flex, and the tasks of interactions.
 *
 * @see https://www.twilio.com/docs/taskrouter/api
 */
export class TaskRouter {
  readonly #account: Pick<Conversations, 'accountSid'>;
  #workspace: Workspace = {
    workspaceSid: fixedSid('WS', 1),
    workflowSid: fixedSid('WW', 1),
    queueSid: fixedSid('WQ', 1),
  };
  #workers = new Map<string, FlexWorker>();
  #tasks = new Map<string, Task>();

  constructor(account: Pick<Conversations, 'accountSid'>) {
    this.#account = account;
  }

  get accountSid(): string {
    return this.#account.accountSid;
  }

  get workspace(): Workspace {
    return this.#workspace;
  }

  /** Takes over the SIDs that the functions are configured with. */
  configure(workspace: Partial<Workspace>): void {
    this.#workspace = { ...this.#workspace, ...workspace };
  }

  /** Makes an agent of a user, if there is none of this name. */
  putWorker(friendlyName: string): FlexWorker {
    const known = this.#workers.get(friendlyName);
    if (known) return known;
    const sid = fixedSid('WK', this.#workers.size + 1);
    const worker = { sid, friendlyName, identity: flexIdentity(friendlyName) };
    this.#workers.set(friendlyName, worker);
    return worker;
  }

  workers(): FlexWorker[] {
    return [...this.#workers.values()];
  }

  /** @throws TwilioError 404 */
  worker(sid: string): FlexWorker {
    const found = this.workers().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/Workspaces/${this.#workspace.workspaceSid}/Workers/${sid}`);
  }

  /** @throws TwilioError 404 */
  workerNamed(friendlyName: string): FlexWorker {
    const found = this.#workers.get(friendlyName);
    if (found) return found;
    throw new TwilioError(404, 20404, `There is no agent ${friendlyName} in Flex`);
  }

  /**
   * @param properties the routing properties of an interaction
   * @returns the worker whom it is for
   * @throws TwilioError 400 or 404
   */
  checkRouting(properties: Record<string, unknown>): FlexWorker {
    const expected = {
      workspace_sid: this.#workspace.workspaceSid,
      workflow_sid: this.#workspace.workflowSid,
      queue_sid: this.#workspace.queueSid,
    };
    for (const [name, sid] of Object.entries(expected)) {
      if (properties[name] !== sid)
        throw invalid(`Routing property ${name} is missing, or names what is not there`);
    }
    return this.worker(String(properties.worker_sid));
  }

  createTask(properties: Record<string, unknown>, worker: FlexWorker): Task {
    const now = new Date();
    const attributes = (properties.attributes ?? {}) as Record<string, unknown>;
    const task: Task = {
      sid: newSid('WT'),
      attributes: { ...attributes },
      status: 'pending',
      reason: null,
      taskChannel: String(properties.task_channel_unique_name ?? 'default'),
      workerSid: worker.sid,
      dateCreated: now,
      dateUpdated: now,
      workspace: this.#workspace,
    };
    this.#tasks.set(task.sid, task);
    return task;
  }

  tasks(): Task[] {
    return [...this.#tasks.values()];
  }

  /** @throws TwilioError 404 */
  task(sid: string): Task {
    const found = this.tasks().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/Workspaces/${this.#workspace.workspaceSid}/Tasks/${sid}`);
  }

  /** Moves a task on, unless it is over. */
  moveTask(task: Task, status: TaskStatus): void {
    if (['canceled', 'completed'].includes(task.status)) return;
    Object.assign(task, { status, dateUpdated: new Date() });
  }

  /** Forgets the tasks; the workers stay. */
  reset(): void {
    this.#tasks.clear();
  }
}

/** @returns a name as Flex spells it in identities: what is no letter or digit becomes `_` and two hexadecimal digits */
function flexIdentity(name: string): string {
  return name.replace(
    /[^A-Za-z0-9]/g,
    (letter) => `_${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** TaskRouter as far as it is simulated: the tasks of interactions, and the workers. */
export function taskRouterRoutes(taskRouter: TaskRouter): Hono<RestEnv> {
  const app = new Hono<RestEnv>().basePath('/Workspaces/:workspace');
  app.use(async ({ req }, next) => {
    const sid = req.param('workspace');
    if (sid !== taskRouter.workspace.workspaceSid) throw notFound(`/Workspaces/${sid}`);
    await next();
  });
  app.get('/Tasks', (c) => {
    const { EvaluateTaskAttributes, Ordering } = c.env.query;
    const matches = readExpression(EvaluateTaskAttributes);
    const tasks = taskRouter.tasks().filter(({ attributes }) => matches(attributes));
    if (Ordering === 'DateCreated:desc') tasks.reverse();
    return c.json(
      page(
        c,
        'tasks',
        tasks.map((task) => taskResource(taskRouter, task)),
      ),
    );
  });
  app.get('/Tasks/:sid', (c) => c.json(taskResource(taskRouter, taskRouter.task(c.req.param('sid')))));
  app.get('/Workers', (c) => {
    const { FriendlyName: name } = c.env.query;
    const workers = taskRouter
      .workers()
      .filter(({ friendlyName }) => name === undefined || friendlyName === name);
    return c.json(
      page(
        c,
        'workers',
        workers.map((worker) => workerResource(taskRouter, worker)),
      ),
    );
  });
  app.get('/Workers/:sid', (c) => c.json(workerResource(taskRouter, taskRouter.worker(c.req.param('sid')))));
  return app;
}

function taskResource({ accountSid }: TaskRouter, task: Task): object {
  const { sid, attributes, status, reason, taskChannel, dateCreated, dateUpdated, workspace } = task;
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspace.workspaceSid}/Tasks/${sid}`;
  return {
    account_sid: accountSid,
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

function workerResource(
  { accountSid, workspace: { workspaceSid } }: TaskRouter,
  { sid, friendlyName, identity }: FlexWorker,
): object {
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspaceSid}/Workers/${sid}`;
  const created = formatDate(new Date('2026-01-01T00:00:00Z'));
  return {
    account_sid: accountSid,
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

/** Of TaskRouter's expressions `name == "text"` alone. */
function readExpression(text: string | undefined): (attributes: Json) => boolean {
  if (text === undefined) return () => true;
  const [, name = '', value] = /^(\w+)\s*==\s*["']([^"']*)["']$/.exec(text.trim()) ?? [];
  if (value === undefined) throw new TwilioError(400, 20001, `The local Twilio cannot evaluate ${text}`);
  return (attributes) => attributes[name] === value;
}
