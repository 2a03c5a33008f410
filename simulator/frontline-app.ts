import type { OutgoingRequest, WorkerMessageRequest } from './api';
import type { Timeline } from './timeline';
import type { Conversations } from './twilio/conversations/conversations';
import type { Conversation, NewConversation, NewParticipant } from './twilio/conversations/model';
import { TwilioError } from './twilio/http/errors';
import type { Origin } from './twilio/http/request';
import { validateProxyAddress } from './webhooks/contracts';
import { conversationAddedFields, conversationAddFields, participantAddedFields } from './webhooks/fields';
import { applyPreAction } from './webhooks/pre-action';
import type { WebhookSender, WebhookTimelineEntry } from './webhooks/webhook-sender';

/** The app uses the Conversations SDK, whose changes trigger webhooks. */
const origin: Origin = { source: 'SDK', webhooks: true };

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

  constructor(options: FrontlineAppOptions) {
    this.#options = options;
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
    if (conversationSid !== undefined && body)
      this.sendWorkerMessage({ conversationSid, worker, body }, trace);
    return conversationSid;
  }

  /**
   * The worker writes into a conversation.
   *
   * @throws TwilioError if the worker is not in it, or if it is closed
   */
  sendWorkerMessage({ conversationSid, worker, body }: WorkerMessageRequest, trace: string): void {
    const { state, timeline } = this.#options;
    const present = state.participants(conversationSid).some(({ identity }) => identity === worker);
    if (!present) throw new TwilioError(403, 50400, `${worker} is not in this conversation`);
    state.addMessage(conversationSid, { author: worker, body }, origin);
    timeline.addNote(trace, `${this.#options.nameOf(worker)} writes`, { conversationSid });
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

    const given = await this.#sendPreAction(card.display_name, trace);
    if (!given) return fail('Twilio rejects the conversation');
    const conversation = state.createConversation(
      { friendlyName: card.display_name, ...given, chatServiceSid: this.#options.serviceSid() },
      origin,
    );
    await this.#sendPostAction(
      'onConversationAdded',
      conversation,
      conversationAddedFields(conversation, origin.source),
      trace,
    );
    const joins = (participant: NewParticipant): Promise<void> =>
      this.#join(conversation, participant, trace);
    try {
      await joins({ address, proxyAddress: proxy });
    } catch (error) {
      state.removeConversation(conversation.sid, origin);
      if (!(error instanceof TwilioError) || error.code !== 50416) throw error;
      return fail('The customer and this number share an open conversation already', 48031);
    }
    await joins({ identity: worker });
    timeline.addNote(
      trace,
      `${this.#options.nameOf(worker)} starts a conversation with ${card.display_name}`,
      {
        conversationSid: conversation.sid,
      },
    );
    return conversation.sid;
  }

  /** @returns the values that the pre-action webhook answers; undefined if it rejects the conversation */
  async #sendPreAction(friendlyName: string, trace: string): Promise<NewConversation | undefined> {
    const { state, timeline, webhooks, serviceSid } = this.#options;
    if (!webhooks.isOn('onConversationAdd')) return {};
    const fields = {
      ...conversationAddFields(state, origin.source, serviceSid()),
      FriendlyName: friendlyName,
    };
    return applyPreAction(await webhooks.send({ name: 'onConversationAdd', trace, fields }), timeline);
  }

  /** Adds a participant and sends the post-action webhook. */
  async #join(conversation: Conversation, given: NewParticipant, trace: string): Promise<void> {
    const participant = this.#options.state.addParticipant(conversation.sid, given, origin);
    const fields = participantAddedFields(conversation, participant, origin.source);
    await this.#sendPostAction('onParticipantAdded', conversation, fields, trace);
  }

  /** Sends a post-action webhook, if it is switched on. */
  async #sendPostAction(
    name: string,
    { sid: conversationSid }: Conversation,
    fields: Record<string, string>,
    trace: string,
  ): Promise<void> {
    const { webhooks } = this.#options;
    if (webhooks.isOn(name)) await webhooks.send({ name, trace, conversationSid, fields });
  }

  #ask(name: string, trace: string, fields: Record<string, string>): Promise<WebhookTimelineEntry> {
    return this.#options.webhooks.send({ name, trace, fields: { Location: name, ...fields } });
  }
}

function read<T>({ status, body = '', problems }: WebhookTimelineEntry): T | undefined {
  return status === 200 && problems.length === 0 ? (JSON.parse(body) as T) : undefined;
}
