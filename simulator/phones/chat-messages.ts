import type { InboundRequest } from '../api';
import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Conversation } from '../twilio/conversations/model';
import type { Origin } from '../twilio/http/request';
import { AskedChanges } from '../webhooks/asked-changes';
import type { Dispatcher } from '../webhooks/dispatcher';
import type { InboundOutcome } from './inbound-messages';

export interface ChatOptions {
  state: Conversations;
  timeline: Timeline;
  dispatcher: Pick<Dispatcher, 'settled'>;
  /** The service that chat clients use; undefined for the default one. */
  serviceSid(): string | undefined;
  nameOf(identity: string): string;
}

/**
 * Customers on chat, e.g. on a web page. They have an identity and no address, and use the Conversations SDK: it finds the
 * customer's open conversation or creates one, joins it, and writes.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export class ChatMessages {
  readonly #options: ChatOptions;
  readonly #changes: AskedChanges;
  /** The messages of a customer are handled one by one. */
  #turns = new Map<string, Promise<unknown>>();

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#changes = new AskedChanges(options.state);
  }

  /**
   * Handles a customer's message with everything that follows.
   *
   * @throws TwilioError for a conversation that is not there or does not take the message
   */
  async receive(
    { from, body, conversationSid }: Pick<InboundRequest, 'from' | 'body' | 'conversationSid'>,
    trace: string,
  ): Promise<InboundOutcome> {
    const { state, timeline, nameOf, dispatcher } = this.#options;
    const requireNoReset = state.watchResets();
    timeline.addNote(trace, `${nameOf(from)} writes on chat`);
    const before = this.#turns.get(from) ?? Promise.resolve();
    const turn = before.then(() => {
      requireNoReset();
      return this.#write(from, body, conversationSid, trace);
    });
    const settled = turn.catch(() => undefined);
    this.#turns.set(from, settled);
    try {
      const outcome = await turn;
      await dispatcher.settled(trace);
      return outcome;
    } finally {
      if (this.#turns.get(from) === settled) this.#turns.delete(from);
    }
  }

  async #write(
    identity: string,
    body: string,
    conversationSid: string | undefined,
    trace: string,
  ): Promise<InboundOutcome> {
    const { state, serviceSid, timeline } = this.#options;
    const origin: Origin = { source: 'SDK', webhooks: true, clientIdentity: identity, trace };
    const lost = (title: string): InboundOutcome => {
      timeline.addNote(trace, title, { state: 'failed' });
      return { created: false };
    };
    const existing =
      conversationSid === undefined ? this.#openOf(identity) : state.conversation(conversationSid);
    const chatServiceSid = serviceSid();
    const conversation = existing ?? (await this.#changes.createConversation({ chatServiceSid }, origin));
    if (!conversation) return lost("Twilio rejects the conversation: the customer's message is lost");
    const { sid } = conversation;
    if (!existing) timeline.addNote(trace, 'The conversation is created', { conversationSid: sid });
    const isIn = state.participants(sid).some((one) => one.identity === identity);
    if (!isIn && !(await this.#changes.addParticipant(sid, { identity }, origin))) {
      return lost('Twilio rejects the participant: the customer cannot write');
    }
    if (!(await this.#changes.addMessage(sid, { author: identity, body }, origin))) {
      return { ...lost('Twilio rejects the message'), conversationSid: sid };
    }
    return { conversationSid: sid, created: !existing };
  }

  /** @returns the newest open conversation in which the customer is, and nobody's phone */
  #openOf(identity: string): Conversation | undefined {
    const { state } = this.#options;
    return state.conversations().findLast(({ sid, state: status }) => {
      if (status === 'closed') return false;
      const participants = state.participants(sid);
      const isOnChat = participants.every(({ messaging_binding }) => messaging_binding === null);
      return isOnChat && participants.some((one) => one.identity === identity);
    });
  }
}
