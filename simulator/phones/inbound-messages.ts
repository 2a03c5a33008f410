import { rankPool } from '../../lib/routing/plan';
import type { InboundRequest, RoutingMode, SimulatedChannel } from '../api';
import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Conversation, NewConversation, NewParticipant } from '../twilio/conversations/model';
import type { Frontline } from '../twilio/frontline';
import type { Origin } from '../twilio/http/request';
import type { OptOuts } from '../twilio/opt-outs';
import {
  conversationAddedFields,
  conversationAddFields,
  conversationRouteFields,
  participantAddedFields,
} from '../webhooks/fields';
import { applyPreAction } from '../webhooks/pre-action';
import type { Webhook, WebhookSender, WebhookTimelineEntry } from '../webhooks/webhook-sender';
import { bindingFields, isGroup, keyOf, type Parties, participantsOf, partiesOf } from './parties';

/** The origin of Twilio's own changes, which trigger webhooks. */
const origin = (channel: SimulatedChannel): Origin => ({
  source: channel === 'whatsapp' ? 'WHATSAPP' : 'SMS',
  webhooks: true,
});

export interface InboundOptions {
  state: Conversations;
  frontline: Pick<Frontline, 'users'>;
  optOuts: Pick<OptOuts, 'read'>;
  timeline: Timeline;
  webhooks: WebhookSender;
  /** Our Twilio numbers, the default one first. */
  numbers(): { address: string; channels: SimulatedChannel[] }[];
  routingMode(): RoutingMode;
  /** Which event routes: Frontline's, or the one of Conversations on an account without Frontline. */
  routesOn(): 'onConversationRoute' | 'onConversationAdded';
  deliverTwice(): boolean;
  /** Whether a message to this Twilio address creates a conversation. */
  autocreates(address: string): boolean;
  /** The service in which a message to this Twilio address creates a conversation; undefined for the default one. */
  serviceOf(address: string): string | undefined;
  /** The name of a person in the timeline. */
  nameOf(address: string): string;
  /** How long a new conversation is initializing, in milliseconds; 0 by default. */
  initializingMs?(): number;
  /** Whether webhooks have projected addresses in square brackets; false by default. */
  brackets?(): boolean;
}

const optOutNotes = {
  out: 'The customer has opted out: our messages fail with 21610 until they text START',
  in: 'The customer takes our messages again',
};

export interface InboundOutcome {
  /** undefined if Twilio rejected the conversation and the message is lost. */
  conversationSid?: string;
  /** Whether a conversation was created. */
  created: boolean;
}

/**
 * Inbound messages and Twilio's autocreation: find the active conversation of the pair, else pre-hook → create →
 * participants → post-hooks → message → routing.
 *
 * @see https://www.twilio.com/docs/conversations/inbound-autocreation
 */
export class InboundMessages {
  readonly #options: InboundOptions;
  /** The messages of a pair are handled one by one: two at once must not create two conversations. */
  #turns = new Map<string, Promise<unknown>>();
  /** The SIDs of group conversations, by `keyOf`. */
  #groups = new Map<string, string>();

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /**
   * Handles a customer's message with everything that follows; settles once all webhooks have been answered.
   *
   * @throws TwilioError for a message that Twilio would reject
   */
  async receiveInbound(request: InboundRequest, trace: string): Promise<InboundOutcome> {
    const { timeline, nameOf, numbers, optOuts } = this.#options;
    const parties = partiesOf(request, numbers());
    const others = isGroup(parties) ? ` and ${parties.outside.length - 1} others` : '';
    timeline.addNote(trace, `${nameOf(parties.author)} writes to ${parties.twilio}${others}`, {
      text: `by ${parties.channel === 'whatsapp' ? 'WhatsApp' : 'SMS'}`,
    });
    const change = optOuts.read(parties.author, parties.twilio, request.body);
    if (change) timeline.addNote(trace, optOutNotes[change], { text: 'Twilio itself answers these words.' });
    const key = keyOf(parties);
    const before = this.#turns.get(key) ?? Promise.resolve();
    const later: Promise<unknown>[] = [];
    const turn = before.then(() => this.#deliver(parties, request.body, trace, later));
    const settled = turn.catch(() => undefined);
    this.#turns.set(key, settled);
    try {
      const outcome = await turn;
      await Promise.all(later);
      return outcome;
    } finally {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }

  reset(): void {
    this.#groups.clear();
  }

  async #deliver(
    parties: Parties,
    body: string,
    trace: string,
    later: Promise<unknown>[],
  ): Promise<InboundOutcome> {
    const { state, timeline } = this.#options;
    const existing = this.#find(parties);
    if (existing) {
      if (existing.state === 'inactive')
        state.updateConversation(existing.sid, { state: 'active' }, origin(parties.channel));
      state.addMessage(existing.sid, { author: parties.author, body }, origin(parties.channel));
      timeline.addNote(trace, 'The message goes into the open conversation', {
        conversationSid: existing.sid,
      });
      return { conversationSid: existing.sid, created: false };
    }

    if (!this.#options.autocreates(parties.twilio)) {
      const text = 'Switch AutoCreation.Enabled on in its address configuration.';
      timeline.addNote(trace, 'No conversation: autocreation is off for this address', {
        text,
        state: 'warning',
      });
      return { created: false };
    }
    const given = await this.#sendPreAction(parties, body, trace);
    if (!given) {
      timeline.addNote(trace, "Twilio rejects the conversation: the customer's message is lost", {
        text: 'A pre-action webhook must never answer 4xx or 5xx.',
        state: 'failed',
      });
      return { created: false };
    }
    const initializing = this.#options.initializingMs?.() ?? 0;
    const conversation = state.createConversation(
      {
        ...given,
        chatServiceSid: this.#options.serviceOf(parties.twilio),
        ...(initializing > 0 ? { initializing: { ms: initializing } } : { state: 'active' as const }),
      },
      origin(parties.channel),
    );
    timeline.addNote(
      trace,
      `The conversation is created: ${conversation.friendly_name ?? 'without a name'}`,
      {
        conversationSid: conversation.sid,
      },
    );
    later.push(this.#sendConversationAdded(conversation, parties, trace));
    for (const participant of participantsOf(parties)) {
      later.push(this.#addParticipant(conversation, participant, parties, trace));
    }
    if (isGroup(parties)) this.#groups.set(keyOf(parties), conversation.sid);
    state.addMessage(conversation.sid, { author: parties.author, body }, origin(parties.channel));
    later.push(this.#route(conversation, parties, trace));
    return { conversationSid: conversation.sid, created: true };
  }

  #find(parties: Parties): Conversation | undefined {
    const { state } = this.#options;
    if (!isGroup(parties)) return state.conversationOfPair(parties.author, parties.twilio);
    const sid = this.#groups.get(keyOf(parties));
    const conversation = sid === undefined ? undefined : state.conversations().find((one) => one.sid === sid);
    return conversation?.state === 'closed' ? undefined : conversation;
  }

  /** @returns the values for the new conversation; undefined if it is rejected */
  async #sendPreAction(parties: Parties, body: string, trace: string): Promise<NewConversation | undefined> {
    const { state, timeline, webhooks, serviceOf } = this.#options;
    if (!webhooks.isOn('onConversationAdd')) return {};
    const entry = await webhooks.send({
      name: 'onConversationAdd',
      trace,
      fields: {
        ...conversationAddFields(state, origin(parties.channel).source, serviceOf(parties.twilio)),
        ...bindingFields(parties),
        MessageBody: body,
      },
    });
    return applyPreAction(entry, timeline);
  }

  async #sendConversationAdded(conversation: Conversation, parties: Parties, trace: string): Promise<void> {
    const { source } = origin(parties.channel);
    const entries = await this.#sendPostAction({
      name: 'onConversationAdded',
      trace,
      conversationSid: conversation.sid,
      fields: conversationAddedFields(conversation, source, bindingFields(parties)),
    });
    const isRouting = this.#options.routesOn() === 'onConversationAdded';
    for (const entry of entries) {
      if (isRouting) this.#reportRouted(entry, conversation.sid);
      else this.#reportPostAction(entry);
    }
  }

  async #addParticipant(
    conversation: Conversation,
    given: NewParticipant,
    parties: Parties,
    trace: string,
  ): Promise<void> {
    const { state, brackets = () => false } = this.#options;
    const participant = state.addParticipant(conversation.sid, given, origin(parties.channel));
    const entries = await this.#sendPostAction({
      name: 'onParticipantAdded',
      trace,
      conversationSid: conversation.sid,
      fields: participantAddedFields(conversation, participant, origin(parties.channel).source, {
        brackets: brackets(),
      }),
    });
    for (const entry of entries) this.#reportPostAction(entry);
  }

  async #route(conversation: Conversation, parties: Parties, trace: string): Promise<void> {
    const { timeline, routingMode, routesOn } = this.#options;
    const about = { conversationSid: conversation.sid };
    // Without Frontline only `onConversationAdded` asks for a worker.
    if (routesOn() === 'onConversationAdded') return;
    switch (routingMode()) {
      case 'none':
        timeline.addNote(trace, 'Nobody is asked: routing is switched off', { ...about, state: 'warning' });
        return;
      case 'pool':
        return this.#routeByPool(conversation, trace);
      case 'custom': {
        const entries = await this.#sendPostAction({
          name: 'onConversationRoute',
          trace,
          ...about,
          fields: conversationRouteFields(conversation, bindingFields(parties)),
        });
        for (const entry of entries) this.#reportRouted(entry, conversation.sid);
      }
    }
  }

  /** Twilio chooses an available user: by the conversation's SID here, so that the choice is repeatable. */
  async #routeByPool(conversation: Conversation, trace: string): Promise<void> {
    const { state, frontline, timeline } = this.#options;
    const available = frontline.users().filter((user) => user.is_available && user.state === 'active');
    const [identity] = rankPool(
      available.map((user) => user.identity),
      conversation.sid,
    );
    const about = { conversationSid: conversation.sid };
    if (identity === undefined) {
      timeline.addNote(trace, 'Pool routing found no available user', { ...about, state: 'warning' });
      return;
    }
    const participant = state.addParticipant(
      conversation.sid,
      { identity },
      { source: 'SDK', webhooks: false },
    );
    timeline.addNote(trace, `Pool routing gives the conversation to ${identity}`, about);
    const fields = participantAddedFields(conversation, participant, 'API');
    const entries = await this.#sendPostAction({ name: 'onParticipantAdded', trace, ...about, fields });
    for (const entry of entries) this.#reportPostAction(entry);
  }

  async #sendPostAction(webhook: Webhook): Promise<WebhookTimelineEntry[]> {
    const { webhooks, deliverTwice } = this.#options;
    if (!webhooks.isOn(webhook.name)) return [];
    const first = webhooks.send(webhook);
    const again = deliverTwice() ? [webhooks.send({ ...webhook, delivery: 2 })] : [];
    return Promise.all([first, ...again]);
  }

  #reportPostAction(entry: WebhookTimelineEntry): void {
    const accepted = entry.status !== undefined && entry.status < 400;
    const outcome = accepted ? 'Received; the answer changes nothing.' : 'Twilio may send it again later.';
    this.#options.timeline.update(entry, { outcome });
  }

  #reportRouted(entry: WebhookTimelineEntry, conversationSid: string): void {
    const workers = this.#options.state
      .participants(conversationSid)
      .flatMap(({ identity }) => identity ?? []);
    const outcome =
      workers.length > 0
        ? `${workers.join(', ')} ${workers.length === 1 ? 'is' : 'are'} in the conversation.`
        : 'Nobody is in the conversation: it shows in the log only.';
    this.#options.timeline.update(entry, {
      outcome,
      ...(workers.length === 0 && entry.state === 'ok' && { state: 'warning' as const }),
    });
  }
}
