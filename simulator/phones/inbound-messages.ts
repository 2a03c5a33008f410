import type { InboundRequest, SimulatedChannel } from '../api';
import type { AutoCreation } from '../twilio/conversations/addresses';
import type { Conversation } from '../twilio/conversations/model';
import { type ScopedWebhooks, scopedEvents } from '../twilio/conversations/scoped-webhooks';
import type { Services } from '../twilio/conversations/services';
import type { Origin } from '../twilio/http/request';
import { type Keyword, type OptOuts, replies } from '../twilio/opt-outs';
import { AskedChanges } from '../webhooks/asked-changes';
import type { Dispatcher } from '../webhooks/dispatcher';
import {
  bindingFields,
  groupKeyOf,
  isGroup,
  keyOf,
  type Parties,
  participantsOf,
  partiesOf,
} from './parties';
import { type RoutingOptions, routeConversation } from './routing';
import { Slots } from './slots';

export interface InboundOptions extends RoutingOptions {
  optOuts: Pick<OptOuts, 'read'>;
  dispatcher: Pick<Dispatcher, 'settled'>;
  scopedWebhooks: Pick<ScopedWebhooks, 'create'>;
  services: Pick<Services, 'has'>;
  /** Our Twilio numbers, the default one first. */
  numbers(): { address: string; channels: SimulatedChannel[] }[];
  /**
   * What a message to this Twilio address creates. An address without a configuration creates conversations, as its
   * messaging service can do on Twilio.
   */
  autoCreationOf(address: string): AutoCreation | undefined;
  /** Whether all messages are handled at once, however many. */
  isUnbounded?(): boolean;
  /** How long a new conversation is initializing, in milliseconds; 0 by default. */
  initializingMs?(): number;
}

const keywordNotes: Record<Keyword, string> = {
  out: 'The customer has opted out: our messages fail with 21610 until they text START',
  in: 'The customer takes our messages again',
  help: 'The customer asks for help',
};

/** The SMS that the sender alone gets. */
const replyNote = (keyword: Keyword): string => `Twilio itself answers: “${replies[keyword]}”`;

/**
 * How many messages are handled at once. Twilio runs as many instances of a function as it needs; here one process
 * answers all requests, and with too many at once it would answer each of them too late. Where the functions have a limit,
 * that limit decides instead: the messages must come as they do at Twilio.
 */
const mostAtOnce = 24;

export interface InboundOutcome {
  /** undefined if Twilio rejected the conversation and the message is lost. */
  conversationSid?: string;
  /** Whether a conversation was created. */
  created: boolean;
}

/**
 * Inbound messages and Twilio's autocreation: find the active conversation of the pair, else create it with its
 * participants; then the message, and routing. The webhooks of these changes are sent by the dispatcher. Twilio's page has
 * one pre-action webhook for all that a message creates, `onConversationAdd`.
 *
 * @see https://www.twilio.com/docs/conversations/inbound-autocreation
 */
export class InboundMessages {
  readonly #options: InboundOptions;
  readonly #changes: AskedChanges;
  /** The messages of a pair are handled one by one: two at once must not create two conversations. */
  #turns = new Map<string, Promise<unknown>>();
  readonly #slots = new Slots(mostAtOnce);
  /** The SIDs of the group conversations that messages created, by `keyOf`: they are looked at first. */
  #groups = new Map<string, string>();

  constructor(options: InboundOptions) {
    this.#options = options;
    this.#changes = new AskedChanges(options.state);
  }

  /**
   * Handles a customer's message with everything that follows; settles once all webhooks have been answered.
   *
   * @throws TwilioError for a message that Twilio would reject
   */
  async receiveInbound(request: InboundRequest, trace: string): Promise<InboundOutcome> {
    const { state, timeline, nameOf, numbers, optOuts, dispatcher } = this.#options;
    const parties = partiesOf(request, numbers());
    const others = isGroup(parties) ? ` and ${parties.outside.length - 1} others` : '';
    timeline.addNote(trace, `${nameOf(parties.author)} writes to ${parties.twilio}${others}`, {
      text: `by ${parties.channel === 'whatsapp' ? 'WhatsApp' : 'SMS'}`,
    });
    const keyword = optOuts.read(parties.author, parties.twilio, request.body);
    if (keyword) timeline.addNote(trace, keywordNotes[keyword], { text: replyNote(keyword) });
    const key = keyOf(parties);
    const before = this.#turns.get(key) ?? Promise.resolve();
    const later: Promise<unknown>[] = [];
    let giveBack = (): void => undefined;
    const requireNoReset = state.watchResets();
    const turn = before.then(async () => {
      if (!this.#options.isUnbounded?.()) giveBack = await this.#slots.take();
      requireNoReset();
      return this.#deliver(parties, request.body, trace, later);
    });
    const settled = turn.catch(() => undefined);
    this.#turns.set(key, settled);
    try {
      const outcome = await turn;
      await Promise.all(later);
      await dispatcher.settled(trace);
      return outcome;
    } finally {
      giveBack();
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }

  /** Forgets groups, and lets new messages wait for none of before. */
  reset(): void {
    this.#groups.clear();
    this.#turns.clear();
  }

  async #deliver(
    parties: Parties,
    body: string,
    trace: string,
    later: Promise<unknown>[],
  ): Promise<InboundOutcome> {
    const existing = this.#find(parties);
    return existing
      ? this.#write(existing, parties, body, trace, later)
      : this.#create(parties, body, trace, later);
  }

  /** Puts a message into an open conversation. */
  async #write(
    { sid: conversationSid }: Conversation,
    parties: Parties,
    body: string,
    trace: string,
    later: Promise<unknown>[],
  ): Promise<InboundOutcome> {
    const { state, timeline } = this.#options;
    const origin = originOf(parties, trace);
    const given = { author: parties.author, body };
    const message = await this.#changes.askAboutMessage(conversationSid, given, origin);
    if (!message) {
      const title = "Twilio rejects the message: the customer's message is lost";
      timeline.addNote(trace, title, { state: 'failed', conversationSid });
      return { created: false };
    }
    // It can have been closed while the webhook was asked.
    if (this.#find(parties)?.sid !== conversationSid) return this.#deliver(parties, body, trace, later);
    state.addMessage(conversationSid, message, origin);
    timeline.addNote(trace, 'The message goes into the open conversation', { conversationSid });
    return { conversationSid, created: false };
  }

  /** Creates the conversation of a message. */
  async #create(
    parties: Parties,
    body: string,
    trace: string,
    later: Promise<unknown>[],
  ): Promise<InboundOutcome> {
    const { state, timeline, autoCreationOf, services } = this.#options;
    const autoCreation = autoCreationOf(parties.twilio);
    if (autoCreation?.enabled === false) {
      const text = 'Switch AutoCreation.Enabled on in its address configuration.';
      const title = 'No conversation: autocreation is off for this address';
      timeline.addNote(trace, title, { text, state: 'warning' });
      return { created: false };
    }
    const serviceSid = autoCreation?.conversation_service_sid ?? undefined;
    // Twilio documents nothing for it, so it is unsure: the default service could take the message instead.
    if (serviceSid !== undefined && !services.has(serviceSid)) {
      const title = `No conversation: the address configuration of ${parties.twilio} names the conversation service ${serviceSid}, which does not exist any more`;
      const text =
        "The customer's message is lost. Name another service in its AutoCreation.ConversationServiceSid, or none for the default one.";
      timeline.addNote(trace, title, { text, state: 'failed' });
      return { created: false };
    }
    const origin = originOf(parties, trace);
    const binding = bindingFields(parties);
    const initializing = this.#options.initializingMs?.() ?? 0;
    const conversation = await this.#changes.createConversation(
      {
        chatServiceSid: serviceSid,
        ...(initializing > 0 ? { initializing: { ms: initializing } } : { state: 'active' as const }),
      },
      { ...origin, binding },
      body,
    );
    if (!conversation) {
      timeline.addNote(trace, "Twilio rejects the conversation: the customer's message is lost", {
        text: 'A pre-action webhook must never answer 4xx or 5xx.',
        state: 'failed',
      });
      return { created: false };
    }
    const { sid: conversationSid, friendly_name } = conversation;
    const title = `The conversation is created: ${friendly_name ?? 'without a name'}`;
    timeline.addNote(trace, title, { conversationSid });
    if (autoCreation) this.#attachWebhook(conversationSid, autoCreation);
    for (const participant of participantsOf(parties)) {
      state.addParticipant(conversationSid, participant, origin);
    }
    if (isGroup(parties)) this.#groups.set(keyOf(parties), conversationSid);
    state.addMessage(conversationSid, { author: parties.author, body }, origin);
    later.push(routeConversation(conversation, { binding, trace }, this.#options));
    return { conversationSid, created: true };
  }

  /** The types `webhook` and `studio` of an address configuration give each new conversation a webhook of its own. */
  #attachWebhook(conversationSid: string, autoCreation: AutoCreation): void {
    const { scopedWebhooks } = this.#options;
    const { type, webhook_url, webhook_method = 'post', webhook_filters, studio_flow_sid } = autoCreation;
    const filters = (webhook_filters ?? []).filter((name) => scopedEvents.includes(name));
    if (type === 'webhook' && webhook_url && filters.length > 0) {
      const method = webhook_method.toLowerCase();
      scopedWebhooks.create(conversationSid, 'webhook', { url: webhook_url, method, filters });
    }
    if (type === 'studio' && studio_flow_sid !== undefined) {
      scopedWebhooks.create(conversationSid, 'studio', { flow_sid: studio_flow_sid });
    }
  }

  #find(parties: Parties): Conversation | undefined {
    const { state } = this.#options;
    if (!isGroup(parties)) return state.conversationOfPair(parties.author, parties.twilio);
    const key = keyOf(parties);
    const isOpenGroup = ({ sid, state: status }: Conversation): boolean =>
      status !== 'closed' && groupKeyOf(state.participants(sid)) === key;
    const sid = this.#groups.get(key) ?? '';
    const latest = state.has(sid) ? state.conversation(sid) : undefined;
    if (latest && isOpenGroup(latest)) return latest;
    return state.conversations().findLast(isOpenGroup);
  }
}

/** Twilio's own changes trigger webhooks. */
function originOf({ channel }: Parties, trace: string): Origin {
  return { source: channel === 'whatsapp' ? 'WHATSAPP' : 'SMS', webhooks: true, trace };
}
