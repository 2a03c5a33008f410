import type { FlexInteraction, FlexOutboundRequest, FlexSnapshot } from './api';
import { DataResources } from './data-resources';
import type { ProjectData } from './project-data';
import type { Timeline } from './timeline';
import type { NewTemplate } from './twilio/content';
import { TwilioError } from './twilio/http/errors';
import type { RestApi } from './twilio/rest-api';
import { identityOf } from './twilio/taskrouter';
import { curlOf } from './webhooks/curl';
import type { WebhookSender, WebhookTimelineEntry } from './webhooks/webhook-sender';

export interface FlexClientOptions {
  rest: RestApi;
  timeline: Timeline;
  webhooks: WebhookSender;
  data(): ProjectData;
  /** The functions' `OUTBOUND_API_KEY`. */
  apiKey(): string;
}

/** The Flex side: agents who start conversations through a plugin or a CRM that calls our function. */
export class FlexClient {
  readonly #options: FlexClientOptions;
  /** The requests that were sent, by the id of their timeline entry. */
  #sent = new Map<number, FlexOutboundRequest>();
  readonly #agents: DataResources<undefined>;
  readonly #templates: DataResources<NewTemplate>;

  constructor(options: FlexClientOptions) {
    this.#options = options;
    const { taskRouter, content } = options.rest;
    this.#agents = new DataResources({
      find: (name) => taskRouter.workers().find((one) => one.friendly_name === name)?.friendly_name,
      put: (name) => taskRouter.putWorker(name),
      remove: (name) => taskRouter.removeWorker(name),
    });
    this.#templates = new DataResources({
      find: (sid) => content.templates().find((one) => one.sid === sid)?.sid,
      put: (_sid, template) => content.put(template),
      remove: (sid) => content.remove(sid),
    });
  }

  /** Applies the project's data: the SIDs, the workers as agents, the Content templates. */
  configure(): void {
    const { rest, data } = this.#options;
    const { workspace, workers, contents } = data();
    rest.taskRouter.configure(workspace);
    this.#agents.apply(new Map(workers.map(({ identity }) => [identity, undefined])));
    this.#templates.apply(new Map(contents.map((template) => [template.sid, template])));
  }

  /** @returns the default environment of the functions, for what the project does not set */
  environment(): Record<string, string> {
    const { workspaceSid, workflowSid, queueSid } = this.#options.rest.taskRouter.workspace;
    return {
      FLEX_WORKSPACE_SID: workspaceSid,
      FLEX_WORKFLOW_SID: workflowSid,
      FLEX_QUEUE_SID: queueSid,
      OUTBOUND_API_KEY: this.#options.apiKey(),
    };
  }

  snapshot(): FlexSnapshot {
    const { rest } = this.#options;
    const agents = rest.taskRouter.workers().map((worker) => ({
      name: worker.friendly_name,
      displayName: this.#nameOf(worker.friendly_name),
      identity: identityOf(worker),
      workerSid: worker.sid,
    }));
    return {
      agents,
      templates: rest.content.templates().map(({ sid, types, variables, language }) => ({
        contentSid: sid,
        text: types['twilio/text'].body,
        variables: Object.keys(variables),
        language,
      })),
      interactions: rest.flex
        .interactions()
        .map(
          ({ sid, channel, conversationSid, task }): FlexInteraction => ({
            sid,
            channelSid: channel.sid,
            channel: channel.type,
            status: channel.status,
            ...(channel.error_code !== null && { errorCode: channel.error_code }),
            conversationSid,
            taskSid: task.sid,
            taskStatus: task.assignment_status,
            agent: agents.find(({ workerSid }) => workerSid === task.routing_target)?.name ?? '',
          }),
        )
        .reverse(),
    };
  }

  /**
   * An agent's plugin, or a CRM for the agent, calls our function.
   *
   * @throws TwilioError 404 if there is no such agent
   */
  async startOutbound(request: FlexOutboundRequest, trace: string): Promise<WebhookTimelineEntry> {
    const { timeline, webhooks } = this.#options;
    const { agent, as = 'agent', ...fields } = request;
    const json = this.#compose(request);
    timeline.addNote(
      trace,
      `${this.#nameOf(agent)} starts a conversation ${as === 'agent' ? 'in Flex' : 'by the CRM'}`,
    );
    const texts = Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const entry = await webhooks.send({
      name: 'outboundMessage',
      trace,
      fields: Object.fromEntries(texts),
      json,
    });
    this.#sent.set(entry.id, request);
    this.#report(entry);
    return entry;
  }

  /** Sends a request from the timeline again, with the same or edited fields and a new token. */
  resendOutbound(id: number, fields: Record<string, string>, trace: string): Promise<WebhookTimelineEntry> {
    return this.startOutbound({ ...this.#request(id), ...fields }, trace);
  }

  /** @returns a request from the timeline as a curl command, with new credentials */
  curl(id: number, url: string): string {
    const { headers, body } = this.#compose(this.#request(id));
    const all = { 'Content-Type': 'application/json', ...headers };
    return curlOf(url, [
      ...Object.entries(all).map(([name, value]): [string, string] => ['-H', `${name}: ${value}`]),
      ['-d', JSON.stringify(body)],
    ]);
  }

  reset(): void {
    this.#sent.clear();
  }

  /** @throws TwilioError 404 if there is no such agent */
  #compose({ agent, as = 'agent', ...request }: FlexOutboundRequest): {
    headers: Record<string, string>;
    body: object;
  } {
    const { rest, data, apiKey } = this.#options;
    rest.taskRouter.workerNamed(agent);
    // The page on which the plugin runs.
    const [origin] = data().origins;
    return as === 'agent'
      ? {
          headers: { ...(origin !== undefined && { Origin: origin }) },
          body: { ...request, Token: rest.flexTokens.issue(agent) },
        }
      : { headers: { Authorization: `Bearer ${apiKey()}` }, body: { ...request, worker: agent } };
  }

  #request(id: number): FlexOutboundRequest {
    const request = this.#sent.get(id);
    if (request) return request;
    throw new TwilioError(404, 20404, `There is no outbound start ${id} in the timeline`);
  }

  #nameOf(agent: string): string {
    return this.#options.data().workers.find(({ identity }) => identity === agent)?.displayName ?? agent;
  }

  #report(entry: WebhookTimelineEntry): void {
    const { status, body = '', problems, replayed } = entry;
    const { conversationSid, reused, code } = readAnswer(body);
    const isRefusal = status !== undefined && status >= 400;
    const outcome =
      status === undefined
        ? 'No answer: the caller does not know what came of it.'
        : isRefusal
          ? describeRefusal(code, entry.fields.idempotencyKey)
          : replayed
            ? 'This has been done before: the answer is the same, and nothing was done again.'
            : reused
              ? 'The message is written into the open conversation.'
              : 'The conversation was started, and the message is in it.';
    this.#options.timeline.update(entry, {
      outcome,
      ...(isRefusal && problems.length === 0 && { state: 'warning' as const }),
      ...(typeof conversationSid === 'string' && { conversationSid }),
    });
  }
}

function describeRefusal(code: unknown, key: string | undefined): string {
  if (code !== 'in_doubt') return `Refused: ${String(code)}.`;
  const next =
    key === undefined
      ? 'Without a key, no later request finds out.'
      : 'The same request, sent again, finds out.';
  return `In doubt: Twilio has not said whether it was done. ${next}`;
}

/** @returns the fields of a JSON answer; none for any other answer */
export function readAnswer(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
