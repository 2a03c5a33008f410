import type { ServerEvent, Snapshot } from '../api';
import { simulatedConversation } from '../simulated-conversation';
import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Change } from '../twilio/conversations/model';
import { isFailure } from '../twilio/conversations/receipts';

/** The events of `GET /api/events`; nothing is composed without a listener. */
export class Events {
  readonly #snapshot: () => Snapshot;
  #listeners = new Set<(event: ServerEvent) => void>();

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
  }

  /** Sends every new timeline entry and every change of a conversation. */
  follow(timeline: Timeline, state: Conversations): void {
    timeline.onEntry((data) => this.#send({ type: 'timeline', data }));
    state.onChange((change) => this.#onChange(change, state));
  }

  /** @returns a function that removes the listener */
  onEvent(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  sendState(): void {
    if (this.#listeners.size > 0) this.#send({ type: 'state', data: this.#snapshot() });
  }

  sendReset(): void {
    this.#send({ type: 'reset', data: null });
  }

  #onChange(change: Change, state: Conversations): void {
    if (this.#listeners.size === 0) return;
    // A conversation shows only what did not arrive.
    if (change.type === 'deliveryUpdated' && !isFailure(change.receipt)) return;
    if (change.type === 'conversationRemoved') {
      this.sendState();
      return;
    }
    const sid = conversationSidOf(change);
    this.#send({ type: 'conversation', data: simulatedConversation(state, sid) });
  }

  #send(event: ServerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function conversationSidOf(change: Change): string {
  if ('conversation' in change) return change.conversation.sid;
  return 'participant' in change ? change.participant.conversation_sid : change.message.conversation_sid;
}
