import { Hono } from 'hono';
import type { Conversations } from './conversations/conversations';
import { answer, type RestEnv } from './http/app';
import { formatDate } from './http/dates';
import { invalid, notFound, notSimulated, TwilioError } from './http/errors';
import { page } from './http/paging';
import { filterEqual, newDates, readBoolean } from './http/resource';
import { fixedSid, newSid } from './http/sids';
import { queueResource, type Workspace, workflowResource, workspaceResource } from './workspace';

export type TaskStatus = 'pending' | 'reserved' | 'assigned' | 'canceled' | 'completed' | 'wrapping';

/** A task, as served except for its `age`. */
export type Task = ReturnType<typeof newTask>;

/** A worker, who is a Flex agent, as served. */
export type Worker = ReturnType<typeof newWorker>;

const standardWorkspace: Workspace = {
  workspaceSid: fixedSid('WS', 1),
  workflowSid: fixedSid('WW', 1),
  queueSid: fixedSid('WQ', 1),
};

/**
 * A TaskRouter workspace with its workers, who are Flex agents, and the tasks of interactions.
 *
 * @see https://www.twilio.com/docs/taskrouter/api
 */
export class TaskRouter {
  readonly #account: Pick<Conversations, 'accountSid'>;
  #workspace: Workspace = standardWorkspace;
  #workers = new Map<string, Worker>();
  #workerCount = 0;
  #tasks = new Map<string, Task>();

  constructor(account: Pick<Conversations, 'accountSid'>) {
    this.#account = account;
  }

  get workspace(): Workspace {
    return this.#workspace;
  }

  /** The workspace, its workflow and its queue, as served. */
  resources() {
    const { accountSid } = this.#account;
    return {
      workspace: workspaceResource(accountSid, this.#workspace),
      workflow: workflowResource(accountSid, this.#workspace),
      queue: queueResource(accountSid, this.#workspace),
    };
  }

  /** Uses the SIDs that the functions are configured with, and invented ones for the others. */
  configure(workspace: Partial<Workspace>): void {
    this.#workspace = { ...standardWorkspace, ...workspace };
    for (const { sid, friendly_name } of this.#workers.values()) this.#setWorker(sid, friendly_name);
  }

  /** Creates a worker, unless there is one with this name. */
  putWorker(friendlyName: string): Worker {
    const known = this.#workers.get(friendlyName);
    if (known) return known;
    this.#workerCount += 1;
    return this.#setWorker(fixedSid('WK', this.#workerCount), friendlyName);
  }

  removeWorker(friendlyName: string): void {
    this.#workers.delete(friendlyName);
  }

  workers(): Worker[] {
    return [...this.#workers.values()];
  }

  /** @throws TwilioError 404 */
  worker(sid: string): Worker {
    const found = this.workers().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/Workspaces/${this.#workspace.workspaceSid}/Workers/${sid}`);
  }

  /** @throws TwilioError 404 */
  workerNamed(friendlyName: string): Worker {
    const found = this.#workers.get(friendlyName);
    if (found) return found;
    throw new TwilioError(404, 20404, `There is no agent ${friendlyName} in Flex`);
  }

  /**
   * @param properties the routing properties of an interaction
   * @returns the worker who gets the task
   * @throws TwilioError 400 or 404
   */
  checkRouting(properties: Record<string, unknown>): Worker {
    const expected = {
      workspace_sid: this.#workspace.workspaceSid,
      workflow_sid: this.#workspace.workflowSid,
      queue_sid: this.#workspace.queueSid,
    };
    for (const [name, sid] of Object.entries(expected)) {
      if (properties[name] !== sid) throw invalid(`Routing property ${name} is missing or unknown`);
    }
    return this.worker(String(properties.worker_sid));
  }

  /** Creates a task for one worker from an interaction's routing properties. */
  createTask(properties: Record<string, unknown>, attributes: object, worker: Worker): Task {
    const channel = String(properties.task_channel_unique_name ?? 'default');
    const task = newTask(this.#account.accountSid, this.#workspace, { attributes, channel, worker });
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

  /** Changes a task's status, unless it is completed or canceled. */
  moveTask(task: Task, status: TaskStatus): void {
    if (['canceled', 'completed'].includes(task.assignment_status)) return;
    task.assignment_status = status;
    task.date_updated = formatDate(new Date());
  }

  /** Clears the tasks; the workers stay. */
  reset(): void {
    this.#tasks.clear();
  }

  #setWorker(sid: string, friendlyName: string): Worker {
    const worker = newWorker(this.#account.accountSid, this.#workspace, sid, friendlyName);
    this.#workers.set(friendlyName, worker);
    return worker;
  }
}

/**
 * @returns a worker's identity in conversations, e.g. `alice_40example_2Ecom`: Flex encodes every character other than
 *   a letter or digit as `_` and two hexadecimal digits
 */
export function identityOf({ friendly_name }: { friendly_name: string }): string {
  return friendly_name.replace(
    /[^A-Za-z0-9]/g,
    (letter) => `_${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The simulated part of TaskRouter: Flex's workspace, workflow and queue, the tasks of interactions, and the workers. */
export function taskRouterRoutes(taskRouter: TaskRouter): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Workspaces', (c) => {
    const { FriendlyName: friendly_name } = c.env.query;
    const { workspace } = taskRouter.resources();
    return answer(c, page(c, 'workspaces', filterEqual([workspace], { friendly_name })));
  });
  app.route('/Workspaces/:workspace', workspaceRoutes(taskRouter));
  return app;
}

function workspaceRoutes(taskRouter: TaskRouter): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  for (const path of ['/', '/*']) {
    app.use(path, async ({ req }, next) => {
      const sid = req.param('workspace');
      if (sid !== taskRouter.workspace.workspaceSid) throw notFound(`/Workspaces/${sid}`);
      await next();
    });
  }
  app.get('/', (c) => answer(c, taskRouter.resources().workspace));
  app.get('/Workflows/:sid', (c) => {
    const sid = c.req.param('sid');
    if (sid !== taskRouter.workspace.workflowSid) throw notFound(`/Workflows/${sid}`);
    return answer(c, taskRouter.resources().workflow);
  });
  app.get('/TaskQueues/:sid', (c) => {
    const sid = c.req.param('sid');
    if (sid !== taskRouter.workspace.queueSid) throw notFound(`/TaskQueues/${sid}`);
    return answer(c, taskRouter.resources().queue);
  });
  app.get('/Workflows', (c) => {
    const { FriendlyName: friendly_name } = c.env.query;
    return answer(c, page(c, 'workflows', filterEqual([taskRouter.resources().workflow], { friendly_name })));
  });
  app.get('/TaskQueues', (c) => {
    const { FriendlyName: friendly_name } = c.env.query;
    return answer(c, page(c, 'task_queues', filterEqual([taskRouter.resources().queue], { friendly_name })));
  });
  app.get('/Tasks', (c) => {
    const { EvaluateTaskAttributes, Ordering, Priority, AssignmentStatus } = c.env.query;
    const matches = readExpression(EvaluateTaskAttributes);
    const tasks = filterEqual(taskRouter.tasks(), {
      priority: Priority === undefined ? undefined : Number(Priority),
      routing_target: c.env.query.RoutingTarget,
      workflow_sid: c.env.query.WorkflowSid,
      workflow_friendly_name: c.env.query.WorkflowName,
      task_queue_sid: c.env.query.TaskQueueSid,
      task_queue_friendly_name: c.env.query.TaskQueueName,
    })
      .filter((task) => AssignmentStatus?.split(',').includes(task.assignment_status) ?? true)
      .filter(({ attributes }) => matches(JSON.parse(attributes) as object));
    if (isDescending(Ordering)) tasks.reverse();
    return answer(c, page(c, 'tasks', tasks.map(withAge)));
  });
  app.get('/Tasks/:sid', (c) => answer(c, withAge(taskRouter.task(c.req.param('sid')))));
  app.get('/Workers', (c) => {
    const { FriendlyName, ActivityName, ActivitySid, Available } = c.env.query;
    const workers = filterEqual(taskRouter.workers(), {
      friendly_name: FriendlyName,
      activity_name: ActivityName,
      activity_sid: ActivitySid,
      available: readBoolean(Available),
    });
    return answer(c, page(c, 'workers', workers));
  });
  app.get('/Workers/:sid', (c) => answer(c, taskRouter.worker(c.req.param('sid'))));
  return app;
}

function withAge(task: Task): Task {
  return { ...task, age: Math.floor((Date.now() - Date.parse(task.date_created)) / 1_000) };
}

function newTask(
  accountSid: string,
  { workspaceSid, workflowSid, queueSid }: Workspace,
  { attributes, channel, worker }: { attributes: object; channel: string; worker: Worker },
) {
  const sid = newSid('WT');
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspaceSid}/Tasks/${sid}`;
  const dates = newDates();
  return {
    account_sid: accountSid,
    age: 0,
    assignment_status: 'pending' as TaskStatus,
    attributes: JSON.stringify(attributes),
    addons: '{}',
    ...dates,
    task_queue_entered_date: dates.date_created,
    priority: 0,
    reason: null as string | null,
    sid,
    task_queue_sid: queueSid,
    task_queue_friendly_name: 'Everyone',
    task_channel_sid: fixedSid('TC', 1),
    task_channel_unique_name: channel,
    timeout: 86_400,
    workflow_sid: workflowSid,
    workflow_friendly_name: 'Assign to Anyone',
    workspace_sid: workspaceSid,
    url,
    links: { reservations: `${url}/Reservations` },
    virtual_start_time: dates.date_created,
    ignore_capacity: false,
    routing_target: worker.sid,
  };
}

function newWorker(accountSid: string, { workspaceSid }: Workspace, sid: string, friendlyName: string) {
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspaceSid}/Workers/${sid}`;
  const dates = newDates(new Date('2026-01-01T00:00:00Z'));
  return {
    account_sid: accountSid,
    activity_name: 'Available',
    activity_sid: fixedSid('WA', 1),
    attributes: JSON.stringify({
      contact_uri: `client:${identityOf({ friendly_name: friendlyName })}`,
      roles: ['agent'],
      full_name: friendlyName,
    }),
    available: true,
    ...dates,
    date_status_changed: dates.date_created,
    friendly_name: friendlyName,
    sid,
    workspace_sid: workspaceSid,
    url,
    links: { channels: `${url}/WorkerChannels`, reservations: `${url}/Reservations` },
  };
}

/** @throws TwilioError 501 for an order that is not simulated */
function isDescending(ordering = 'DateCreated:asc'): boolean {
  if (ordering === 'DateCreated:asc') return false;
  if (ordering === 'DateCreated:desc') return true;
  throw notSimulated(`Ordering ${ordering} of ListTask`);
}

/** Supports only TaskRouter expressions of the form `name == "text"`. */
function readExpression(text: string | undefined): (attributes: object) => boolean {
  if (text === undefined) return () => true;
  const [, name = '', value] = /^(\w+)\s*==\s*["']([^"']*)["']$/.exec(text.trim()) ?? [];
  if (value === undefined) throw notSimulated(`the expression ${text}`);
  return (attributes) => (attributes as Record<string, unknown>)[name] === value;
}
