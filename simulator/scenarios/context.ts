import type {
  Faults,
  FlexInteraction,
  Scenario,
  SettingsChange,
  SimulatedConversation,
  SimulatedCustomer,
} from '../api';
import type { FlexClient } from '../flex-client';
import type { FrontlineApp } from '../frontline-app';
import type { FrontlineWorkers } from '../frontline-workers';
import type { ChatMessages } from '../phones/chat-messages';
import type { Customers } from '../phones/customers';
import type { InboundMessages } from '../phones/inbound-messages';
import type { SettingsStore } from '../settings';
import { simulatedConversation } from '../simulated-conversation';
import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Fault, Matcher } from '../twilio/http/faults';
import type { RestApi } from '../twilio/rest-api';
import type { WebhookSender, WebhookTimelineEntry } from '../webhooks/webhook-sender';

export interface RunnableScenario extends Scenario {
  /** @returns the SID of the conversation that it is about, if there is one */
  run(context: ScenarioContext): Promise<string | undefined>;
}

/** The parts of the local Twilio that a user, or a scenario, acts on. */
export interface ScenarioParts {
  state: Conversations;
  timeline: Timeline;
  webhooks: WebhookSender;
  inbound: InboundMessages;
  chat: ChatMessages;
  app: FrontlineApp;
  flex: FlexClient;
  customers: Customers;
  workers: FrontlineWorkers;
  settings: SettingsStore;
  rest: RestApi;
  /** The key with which a cron service calls `/maintenance/sweep`. */
  sweepKey(): string;
}

/** How often a scenario calls the sweep until it has looked at everything. */
const mostSweeps = 20;

interface FirstInbound {
  from: SimulatedCustomer;
  body: string;
  channel?: 'sms' | 'whatsapp';
  group?: string[];
  /** How many participants must have an identity in the end; one when left out. */
  workers?: number;
}

/** An identity that is neither in the data nor a Frontline user. */
export const botIdentity = 'support-bot';

/** What a scenario can do, in one trace, and where it reports failures. */
export class ScenarioContext {
  readonly parts: ScenarioParts;
  readonly trace: string;
  /** What must be reported as a failure, since the scenario has caused it. */
  readonly promised: string[] = [];
  readonly #failures: string[];

  constructor(parts: ScenarioParts, trace: string, failures: string[]) {
    this.parts = parts;
    this.trace = trace;
    this.#failures = failures;
  }

  /** @param failure the sentence that is reported when it does not hold */
  expect(holds: boolean, failure: string): void {
    if (!holds) this.#failures.push(failure);
  }

  /** @param failures how the report must name what the scenario breaks, e.g. `onConversationAdd: the answer is not valid JSON` */
  promise(...failures: string[]): void {
    this.promised.push(...failures);
  }

  conversation(sid: string): SimulatedConversation {
    return simulatedConversation(this.parts.state, sid);
  }

  interactions(): FlexInteraction[] {
    return this.parts.flex.snapshot().interactions;
  }

  /**
   * A customer writes, and there is no open conversation yet. Reports a failure when the message is lost, or when the
   * wrong number of workers joins.
   */
  async receiveInbound({
    from,
    body,
    channel = 'sms',
    group,
    workers = 1,
  }: FirstInbound): Promise<SimulatedConversation | undefined> {
    this.closeConversationsOf(from);
    const { conversationSid } = await this.parts.inbound.receiveInbound(
      { from: from.phone, body, channel, ...(group && { group }) },
      this.trace,
    );
    this.expect(conversationSid !== undefined, "the customer's message was lost: there is no conversation");
    if (conversationSid === undefined) return undefined;
    const conversation = this.conversation(conversationSid);
    const isKept = conversation.messages.some((message) => message.body === body);
    this.expect(isKept, "the customer's message was lost");
    const present = conversation.participants.filter(({ identity }) => identity !== undefined).length;
    this.expect(present === workers, `${present} workers are in the conversation instead of ${workers}`);
    return conversation;
  }

  /** @returns a customer who has a worker in the data and no open conversation */
  customerWithoutConversation(): SimulatedCustomer {
    const customer = this.parts.customers.withWorker('sms');
    this.closeConversationsOf(customer);
    return customer;
  }

  closeConversationsOf({ phone }: SimulatedCustomer): void {
    const { state } = this.parts;
    for (const { sid, state: status } of state.conversations()) {
      const isIn = state
        .participants(sid)
        .some(({ messaging_binding: binding }) => binding?.address?.replace('whatsapp:', '') === phone);
      if (!isIn || status === 'closed') continue;
      state.updateConversation(sid, { state: 'closed' }, { source: 'API', webhooks: false });
    }
  }

  withSettings<T>(change: SettingsChange, work: () => Promise<T>): Promise<T> {
    return this.parts.settings.changeDuring(change, work);
  }

  withFaults<T>(faults: Partial<Faults>, work: () => Promise<T>): Promise<T> {
    return this.parts.settings.changeDuring({ faults }, work);
  }

  /** Lets the sweep route what has no worker, as a cron service does. Reports a failure unless one worker is there then. */
  async expectSweepRoutes(conversation: SimulatedConversation | undefined): Promise<void> {
    if (!conversation) return;
    const { webhooks, sweepKey } = this.parts;
    const json = { headers: { Authorization: `Bearer ${sweepKey()}` }, body: {} };
    for (let call = 1; call <= mostSweeps; call++) {
      const { status, body = '' } = await webhooks.send({
        name: 'sweep',
        trace: this.trace,
        fields: {},
        json,
      });
      this.expect(status === 200, `the sweep was answered ${status ?? 'nothing'} instead of 200`);
      if (status !== 200 || (JSON.parse(body) as { done: boolean }).done) break;
    }
    const { participants } = this.conversation(conversation.sid);
    const present = participants.filter(({ identity }) => identity !== undefined).length;
    this.expect(present === 1, `after the sweep, ${present} workers are in the conversation instead of one`);
  }

  /** Makes the first matching REST request fail while some work is done. */
  async withRestFault<T>(matcher: Matcher, fault: Fault, work: () => Promise<T>): Promise<T> {
    const end = this.parts.rest.fail(matcher, fault, 1);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Makes a worker unavailable until some work is done. */
  async withUnavailableWorker<T>(identity: string, work: () => Promise<T>): Promise<T> {
    const { workers } = this.parts;
    const { available } = workers.list().find((worker) => worker.identity === identity) ?? {
      available: true,
    };
    workers.change(identity, { available: false });
    try {
      return await work();
    } finally {
      workers.change(identity, { available });
    }
  }

  /** Calls the routing callback as a caller does who does not know the auth token. */
  sendWithBadSignature(conversationSid: string): Promise<WebhookTimelineEntry> {
    return this.withFaults({ badSignature: true }, () =>
      this.parts.webhooks.send({
        name: 'onConversationRoute',
        trace: this.trace,
        conversationSid,
        fields: { EventType: 'onConversationRoute', ConversationSid: conversationSid },
      }),
    );
  }
}

/** @returns the identity of the worker who is in a conversation */
export function workerOf(
  conversation: Pick<SimulatedConversation, 'participants'> | undefined,
): string | undefined {
  return conversation?.participants.find(({ identity }) => identity !== undefined)?.identity;
}
