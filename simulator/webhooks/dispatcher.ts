import type { Timeline } from '../timeline';
import type { Account } from '../twilio/conversations/account';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Intention, ModifiedFields } from '../twilio/conversations/intentions';
import type { Change } from '../twilio/conversations/model';
import type { ScopedWebhook } from '../twilio/conversations/scoped-webhooks';
import type { UserChange } from '../twilio/conversations/users';
import { isCarrier, type Origin } from '../twilio/http/request';
import { type ConversationEvent, postActionOf } from './events';
import type { BindingFormat } from './fields';
import { reportPostAction, reportRouted } from './outcomes';
import { askPreActions } from './pre-action';
import { scopedTargetOf, type Target, targetsOf } from './targets';
import type { WebhookSender, WebhookTimelineEntry } from './webhook-sender';

export interface DispatcherOptions {
  state: Conversations;
  account: Account;
  timeline: Timeline;
  webhooks: WebhookSender;
  /** Whether post-action webhooks are delivered twice. */
  deliverTwice(): boolean;
  /** How often a post-action webhook that failed is sent again. */
  retries(): number;
  /** Which event asks for a worker. */
  routesOn(): 'onConversationRoute' | 'onConversationAdded';
  format(): BindingFormat;
  /** The name of a person in the timeline. */
  nameOf(address: string): string;
}

/**
 * The answers after which a post-action webhook is sent again. Programmable Chat, where these webhooks come from, retries
 * a webhook that timed out or was answered so, and by default never: `post_webhook_retry_count` in Twilio's OpenAPI file
 * of Chat. For Conversations nothing but the field `RetryCount` is documented.
 */
const retried = [429, 503, 504];

/**
 * Hears every change of the Conversations state, and sends its events to every webhook that is configured for them: the
 * account's, the service's, and those of the conversation.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** What is under way, by trace. */
  #underWay = new Map<string, Set<Promise<unknown>>>();
  /** The traces of REST requests: all that one causes has the same. */
  #traces = new WeakMap<Origin, string>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { state, account } = options;
    state.askPreAction = (intention, origin) => this.ask(intention, origin);
    state.onChange((change) => this.#dispatch(change));
    account.users.onChange((change) => this.#dispatch(change));
    account.scopedWebhooks.onAdded((webhook) => this.#replay(webhook));
  }

  /**
   * Asks the pre-action webhooks about a change.
   *
   * @returns what they modify; undefined if one of them rejects the change
   * @throws TwilioError 409 if there was a reset meanwhile: the change would be one of before it
   */
  async ask(intention: Intention, origin: Origin): Promise<ModifiedFields | undefined> {
    const requireNoReset = this.#options.state.watchResets();
    const modified = await askPreActions(intention, origin, () => this.#traceOf(origin), this.#options);
    requireNoReset();
    return modified;
  }

  /** Waits until all post-action webhooks of a trace have been answered, also those that come up meanwhile. */
  async settled(trace: string): Promise<void> {
    for (let pending = this.#underWay.get(trace); pending?.size; pending = this.#underWay.get(trace)) {
      await Promise.all(pending);
    }
  }

  #dispatch(change: Change | UserChange): void {
    if (!change.origin.webhooks) return;
    const { state, account, format } = this.#options;
    const event = postActionOf(change, state, format());
    const targets = targetsOf(event, account);
    const studio = change.type === 'messageAdded' ? this.#studioOf(event) : undefined;
    if (targets.length === 0 && !studio) return;
    const trace = this.#traceOf(change.origin);
    if (studio) this.#noteStudio(studio, trace);
    for (const target of targets) this.#track(trace, this.#deliver(event, target, trace));
  }

  /** A new webhook of a conversation gets the messages from a given one on, if it is configured so. */
  #replay({ conversation_sid, target, configuration }: ScopedWebhook): void {
    const { replay_after: first } = configuration;
    if (first === undefined) return;
    const { state, timeline, format } = this.#options;
    const trace = timeline.newTrace();
    for (const message of state.messages(conversation_sid)) {
      if (message.index < first) continue;
      const origin: Origin = { source: 'API', webhooks: true, trace };
      const event = postActionOf({ type: 'messageAdded', message, origin }, state, format());
      const goal = scopedTargetOf({ target, configuration }, event);
      if (goal) this.#track(trace, this.#deliver(event, goal, trace));
    }
  }

  #traceOf(origin: Origin): string {
    const trace = origin.trace ?? this.#traces.get(origin) ?? this.#options.timeline.newTrace();
    this.#traces.set(origin, trace);
    return trace;
  }

  async #deliver(event: ConversationEvent, target: Target, trace: string): Promise<void> {
    const deliveries = this.#options.deliverTwice() ? [1, 2] : [1];
    await Promise.all(deliveries.map((delivery) => this.#send(event, target, { trace, delivery })));
  }

  /** Sends an event until it is received, or has been sent often enough. */
  async #send(
    event: ConversationEvent,
    target: Target,
    { trace, delivery }: { trace: string; delivery: number },
  ): Promise<void> {
    const { webhooks, timeline, retries } = this.#options;
    const { name, conversationSid, fields } = event;
    for (let retry = 0; ; retry++) {
      const entry = await webhooks.send({
        ...{ name, trace, conversationSid, target, delivery, retry },
        fields: { ...fields, RetryCount: String(retry) },
      });
      if (!isRetried(entry) || retry >= retries()) {
        this.#report(entry, event);
        return;
      }
      timeline.update(entry, { outcome: `Sent again: retry ${retry + 1} of ${retries()}.` });
    }
  }

  #report(entry: WebhookTimelineEntry, { name, conversationSid, origin }: ConversationEvent): void {
    const { timeline, routesOn, state } = this.#options;
    const isRouting = name === 'onConversationAdded' && routesOn() === name && isCarrier(origin);
    if (isRouting && conversationSid !== undefined && state.has(conversationSid)) {
      reportRouted(entry, conversationSid, this.#options);
    } else reportPostAction(entry, timeline);
  }

  #studioOf({ conversationSid = '' }: ConversationEvent): ScopedWebhook | undefined {
    const webhooks = this.#options.account.scopedWebhooks.list(conversationSid);
    return webhooks.find(({ target }) => target === 'studio');
  }

  #noteStudio({ conversation_sid, configuration }: ScopedWebhook, trace: string): void {
    this.#options.timeline.addNote(trace, `Twilio would run the Studio flow ${configuration.flow_sid}`, {
      text: 'The local Twilio does not simulate Studio.',
      state: 'warning',
      conversationSid: conversation_sid,
    });
  }

  #track(trace: string, work: Promise<unknown>): void {
    const pending = this.#underWay.get(trace) ?? new Set();
    this.#underWay.set(trace, pending);
    const tracked = work.finally(() => {
      pending.delete(tracked);
      if (pending.size === 0 && this.#underWay.get(trace) === pending) this.#underWay.delete(trace);
    });
    pending.add(tracked);
  }
}

function isRetried({ status }: WebhookTimelineEntry): boolean {
  return status === undefined || retried.includes(status);
}
