import type {
  ActionResult,
  FlexOutboundRequest,
  FlexResult,
  InboundRequest,
  OutgoingRequest,
  ResendRequest,
  TimelineEntry,
  WorkerMessageRequest,
} from '../api';
import { decisionSentence } from '../decision-sentence';
import { readAnswer } from '../flex-client';
import { ScenarioContext, type ScenarioParts } from '../scenarios/context';
import { scenarios } from '../scenarios/list';
import { isConversationEvent } from '../twilio/conversations/event-list';
import { TwilioError } from '../twilio/http/errors';
import { curlOf } from '../webhooks/curl';
import { urlWithFields, type WebhookTimelineEntry } from '../webhooks/webhook-sender';

/** What a user can do. Each action has its own trace and returns everything that happened in it. */
export class Actions {
  readonly #parts: ScenarioParts;
  readonly #nameOf: (address: string) => string;

  /** @param nameOf the name of a person in the timeline */
  constructor(parts: ScenarioParts, nameOf: (address: string) => string) {
    this.#parts = parts;
    this.#nameOf = nameOf;
  }

  /** A customer writes. */
  receiveInbound(request: InboundRequest): Promise<ActionResult> {
    return this.#run(async (trace) => {
      const { inbound, chat } = this.#parts;
      const outcome =
        request.channel === 'chat'
          ? await chat.receive(request, trace)
          : await inbound.receiveInbound(request, trace);
      return outcome.conversationSid;
    });
  }

  /** A worker starts a conversation. */
  startOutgoing(request: OutgoingRequest): Promise<ActionResult> {
    return this.#run((trace) => this.#parts.app.startOutgoing(request, trace));
  }

  /** A worker writes into a conversation. */
  sendWorkerMessage(request: WorkerMessageRequest): Promise<ActionResult> {
    return this.#run(async (trace) => {
      await this.#parts.app.sendWorkerMessage(request, trace);
      return request.conversationSid;
    });
  }

  /** An agent, or a CRM for the agent, starts a conversation with our function. */
  async startOutbound(request: FlexOutboundRequest): Promise<FlexResult> {
    let entry: WebhookTimelineEntry | undefined;
    const result = await this.#run(async (trace) => {
      entry = await this.#parts.flex.startOutbound(request, trace);
      return entry.conversationSid;
    });
    const status = entry?.status;
    return { ...result, ...(status !== undefined && { status }), answer: readAnswer(entry?.body ?? '') };
  }

  /** Sends a webhook from the timeline again, with the same or edited fields. */
  async resendWebhook({ id, fields }: ResendRequest): Promise<ActionResult> {
    const { webhooks, flex } = this.#parts;
    const { name, fields: original, conversationSid, url, method, scope } = this.#webhook(id);
    return this.#run(async (trace) => {
      if (name === 'outboundMessage') {
        return (await flex.resendOutbound(id, fields ?? original, trace)).conversationSid;
      }
      // The URL of a callback may have been changed since.
      const target = isConversationEvent(name) && {
        target: { url, method: method ?? ('POST' as const), scope: scope ?? ('account' as const) },
      };
      await webhooks.send({ name, trace, conversationSid, fields: fields ?? original, ...target });
      return conversationSid;
    });
  }

  /** @throws TwilioError 404 if there is no such scenario */
  async runScenario(name: string): Promise<ActionResult> {
    const scenario = scenarios.find((one) => one.name === name);
    if (!scenario) {
      const known = scenarios.map((one) => one.name).join(', ');
      throw new TwilioError(404, 20404, `There is no scenario ${name}; there are: ${known}`);
    }
    const own: string[] = [];
    let promised: string[] = [];
    const result = await this.#run((trace) => {
      this.#parts.timeline.addNote(trace, scenario.title, { text: scenario.description });
      const context = new ScenarioContext(this.#parts, trace, own);
      promised = context.promised;
      return scenario.run(context);
    });
    const failures = [
      ...own,
      ...result.failures.filter((failure) => !promised.includes(failure)),
      ...promised
        .filter((failure) => !result.failures.includes(failure))
        .map((failure) => `this should have failed, and has not: ${failure}`),
    ];
    return { ...result, ok: failures.length === 0, failures };
  }

  /** @returns a webhook from the timeline as a signed curl command */
  curl(id: number): string {
    const { webhooks, flex } = this.#parts;
    const { name, url, method, fields } = this.#webhook(id);
    if (name === 'outboundMessage') return flex.curl(id, url);
    if (method === 'GET') {
      const signed = urlWithFields(url, fields);
      return curlOf(`'${signed}'`, [['-H', `X-Twilio-Signature: ${webhooks.sign(signed, {})}`]]);
    }
    return curlOf(url, [
      ['-H', `X-Twilio-Signature: ${webhooks.sign(url, fields)}`],
      ...Object.entries(fields).map(([field, value]): [string, string] => [
        '--data-urlencode',
        `${field}=${value}`,
      ]),
    ]);
  }

  /** @throws TwilioError 404 if there is no such webhook in the timeline */
  #webhook(id: number): WebhookTimelineEntry {
    const entry = this.#parts.timeline.get(id);
    if (entry?.kind === 'webhook') return entry;
    throw new TwilioError(404, 20404, `There is no webhook ${id} in the timeline`);
  }

  /** @throws TwilioError 409 if there was a reset meanwhile, whatever that made of the work */
  async #run(work: (trace: string) => Promise<string | undefined>): Promise<ActionResult> {
    const { state, timeline } = this.#parts;
    const trace = timeline.newTrace();
    const requireNoReset = state.watchResets();
    let conversationSid: string | undefined;
    try {
      conversationSid = await work(trace);
    } finally {
      requireNoReset();
    }
    const entries = timeline.entries(trace);
    const failures = entries.flatMap(failuresOf);
    return {
      trace,
      ok: failures.length === 0,
      failures,
      ...(conversationSid !== undefined && { conversationSid }),
      entries,
      sentences: this.#sentencesOf(entries),
    };
  }

  #sentencesOf(entries: TimelineEntry[]): Record<number, string> {
    const sentences = entries.flatMap((entry) => {
      if (entry.kind !== 'webhook') return [];
      const calls = entries.flatMap((one) => (one.kind === 'rest' && one.during === entry.id ? [one] : []));
      const sentence = decisionSentence(entry, this.#nameOf, calls);
      return sentence === undefined ? [] : [[entry.id, sentence] as const];
    });
    return Object.fromEntries(sentences);
  }
}

function failuresOf(entry: TimelineEntry): string[] {
  if (entry.kind === 'webhook') {
    return entry.problems.map(({ field, problem }) => `${entry.name}: ${field ? `${field} ` : ''}${problem}`);
  }
  return entry.kind === 'note' && entry.state === 'failed' ? [entry.title] : [];
}
