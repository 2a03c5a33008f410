import type { OutgoingRequest, WorkerMessageRequest } from './api';
import type { Timeline } from './timeline';
import type { Conversations } from './twilio/conversations/conversations';
import type { NewParticipant } from './twilio/conversations/model';
import { TwilioError } from './twilio/http/errors';
import type { Origin } from './twilio/http/request';
import { AskedChanges } from './webhooks/asked-changes';
import { validateProxyAddress } from './webhooks/contracts';
import type { Dispatcher } from './webhooks/dispatcher';
import type { WebhookSender, WebhookTimelineEntry } from './webhooks/webhook-sender';

/** The app uses the Conversations SDK, whose changes trigger webhooks. */
function originOf(worker: string, trace: string): Origin {
  return { source: 'SDK', webhooks: true, clientIdentity: worker, trace };
}

export interface CustomerRow {
  customer_id: string;
  display_name: string;
  avatar?: string;
}

export interface CustomerCard extends CustomerRow {
  channels: { type: string; value: string; display_name?: string }[];
  links: { type: string; value: string; display_name: string }[];
  details?: { title: string; content: string };
}

export interface FrontlineAppOptions {
  state: Conversations;
  timeline: Timeline;
  webhooks: WebhookSender;
  dispatcher: Pick<Dispatcher, 'settled'>;
  /** The name of a person in the timeline. */
  nameOf(author: string): string;
  /** The conversation service that the app uses; undefined for the default one. */
  serviceSid(): string | undefined;
}

/** A callback's answer as the app reads it; without a value if it broke the contract. */
export interface AppAnswer<T> {
  value: T | undefined;
  entry: WebhookTimelineEntry;
}

/**
 * The Frontline app: what it requests from our callbacks, and what it does with the answers.
 *
 * @see https://www.twilio.com/docs/frontline/data-transfer
 */
export class FrontlineApp {
  readonly #options: FrontlineAppOptions;
  readonly #changes: AskedChanges;

  constructor(options: FrontlineAppOptions) {
    this.#options = options;
    this.#changes = new AskedChanges(options.state);
  }

  /** The worker opens "My customers", searches or scrolls. */
  async customers(
    worker: string,
    { query = '', token = '', anchor = '', pageSize = 30 },
    trace: string,
  ): Promise<AppAnswer<{ customers: CustomerRow[]; next_page_token?: string }>> {
    const entry = await this.#ask('GetCustomersList', trace, {
      Worker: worker,
      PageSize: String(pageSize),
      Anchor: anchor,
      NextPageToken: token,
      Query: query,
    });
    return { entry, value: read<{ objects: { customers: CustomerRow[] } }>(entry)?.objects };
  }

  /** The worker opens a customer's card. */
  async customer(worker: string, customerId: string, trace: string): Promise<AppAnswer<CustomerCard>> {
    const entry = await this.#ask('GetCustomerDetailsByCustomerId', trace, {
      Worker: worker,
      CustomerId: customerId,
    });
    return { entry, value: read<{ objects: { customer: CustomerCard } }>(entry)?.objects.customer };
  }

  /** The worker opens the templates. */
  async templates(
    worker: string,
    customerId: string,
    conversationSid: string,
    trace: string,
  ): Promise<
    AppAnswer<{ display_name: string; templates: { content: string; whatsAppApproved?: boolean }[] }[]>
  > {
    const entry = await this.#ask('GetTemplatesByCustomerId', trace, {
      Worker: worker,
      CustomerId: customerId,
      ConversationSid: conversationSid,
    });
    return { entry, value: read(entry) };
  }

  /**
   * The worker starts a conversation, and may write into it at once.
   *
   * @returns the conversation's SID; undefined if our answers made it impossible
   * @see https://www.twilio.com/docs/frontline/outgoing-conversations
   */
  async startOutgoing(request: OutgoingRequest, trace: string): Promise<string | undefined> {
    const { worker, body } = request;
    const conversationSid = await this.#openConversation(request, trace);
    if (conversationSid !== undefined && body) {
      await this.sendWorkerMessage({ conversationSid, worker, body }, trace);
    }
    await this.#options.dispatcher.settled(trace);
    return conversationSid;
  }

  /**
   * The worker writes into a conversation; settles once all webhooks have been answered.
   *
   * @throws TwilioError if the worker is not in it, or if it is closed
   */
  async sendWorkerMessage(
    { conversationSid, worker, body }: WorkerMessageRequest,
    trace: string,
  ): Promise<void> {
    const { state, timeline, dispatcher, nameOf } = this.#options;
    const present = state.participants(conversationSid).some(({ identity }) => identity === worker);
    if (!present) throw new TwilioError(403, 50400, `${worker} is not in this conversation`);
    const given = { author: worker, body };
    const message = await this.#changes.addMessage(conversationSid, given, originOf(worker, trace));
    const title = message ? `${nameOf(worker)} writes` : 'Twilio rejects the message';
    timeline.addNote(trace, title, { conversationSid, ...(!message && { state: 'failed' as const }) });
    await dispatcher.settled(trace);
  }

  /**
   * The five steps of an outgoing conversation: the app asks for the customer's card and the proxy address, creates the
   * conversation, adds the customer, adds the worker, and opens it.
   */
  async #openConversation(
    { worker, customerId, channel = 'sms' }: OutgoingRequest,
    trace: string,
  ): Promise<string | undefined> {
    const { state, timeline } = this.#options;
    const requireNoReset = state.watchResets();
    const fail = (title: string, errorCode?: number): undefined => {
      timeline.addNote(trace, title, { state: 'failed', ...(errorCode !== undefined && { errorCode }) });
    };

    const { value: card } = await this.customer(worker, customerId, trace);
    if (!card) return fail('The app cannot open the customer');
    const address = card.channels.find(({ type }) => type === channel)?.value;
    if (!address)
      return fail(`${card.display_name} has no ${channel === 'sms' ? 'SMS' : 'WhatsApp'} channel`);

    const entry = await this.#ask('GetProxyAddress', trace, {
      Worker: worker,
      CustomerId: customerId,
      ChannelType: channel,
      ChannelValue: address,
    });
    const proxy = read<{ proxy_address: string }>(entry)?.proxy_address;
    if (proxy === undefined) return fail('The app has no number to write from', entry.errorCode);
    const verdict = validateProxyAddress(proxy, address, channel);
    if (verdict.problems.length > 0) {
      timeline.update(entry, { state: 'failed', ...verdict });
      return fail('Frontline refuses the proxy address', verdict.errorCode);
    }
    timeline.update(entry, { outcome: `The conversation is held from ${proxy}.` });

    requireNoReset();
    const origin = originOf(worker, trace);
    const conversation = await this.#changes.createConversation(
      { friendlyName: card.display_name, chatServiceSid: this.#options.serviceSid() },
      origin,
    );
    if (!conversation) return fail('Twilio rejects the conversation');
    const { sid } = conversation;
    const join = async (participant: NewParticipant): Promise<boolean> =>
      (await this.#changes.addParticipant(sid, participant, origin)) !== undefined;
    try {
      const areIn = (await join({ address, proxyAddress: proxy })) && (await join({ identity: worker }));
      if (!areIn) return fail('Twilio rejects the participant');
    } catch (error) {
      state.removeConversation(sid, origin);
      if (!(error instanceof TwilioError) || error.code !== 50416) throw error;
      return fail('The customer and this number share an open conversation already', 48031);
    }
    const title = `${this.#options.nameOf(worker)} starts a conversation with ${card.display_name}`;
    timeline.addNote(trace, title, { conversationSid: sid });
    return sid;
  }

  #ask(name: string, trace: string, fields: Record<string, string>): Promise<WebhookTimelineEntry> {
    return this.#options.webhooks.send({ name, trace, fields: { Location: name, ...fields } });
  }
}

function read<T>({ status, body = '', problems }: WebhookTimelineEntry): T | undefined {
  return status === 200 && problems.length === 0 ? (JSON.parse(body) as T) : undefined;
}
