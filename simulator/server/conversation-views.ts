import type { ConversationPage, ConversationView } from '../api-lists';
import {
  type ConversationFilter,
  compareConversations,
  cursorAfter,
  matchesConversation,
  readCursor,
} from '../conversation-filter';
import type { ScenarioParts } from '../scenarios/context';
import { simulatedConversation } from '../simulated-conversation';
import { identityOf } from '../twilio/taskrouter';

/** Which messages a view has: all, the last one, or those with these SIDs. */
type Shown = 'all' | 'last' | ReadonlySet<string>;

/** The conversations as the console has them. */
export class ConversationViews {
  readonly #parts: ScenarioParts;
  readonly #nameOf: (address: string) => string;

  constructor(parts: ScenarioParts, nameOf: (address: string) => string) {
    this.#parts = parts;
    this.#nameOf = nameOf;
  }

  /** @throws TwilioError 404 */
  view(sid: string, shown: Shown = 'all', colleagues = this.#colleagues()): ConversationView {
    const { participants, messages, ...conversation } = simulatedConversation(this.#parts.state, sid);
    const isRouted = participants.some(({ identity }) => identity !== undefined && colleagues.has(identity));
    return {
      ...conversation,
      participants: participants.map((one) => {
        const { identity, address, projectedAddress } = one;
        return { ...one, name: this.#nameOf(identity ?? address ?? projectedAddress ?? '') };
      }),
      messages:
        shown === 'all'
          ? messages
          : shown === 'last'
            ? messages.slice(-1)
            : messages.filter((message) => shown.has(message.sid)),
      messageCount: messages.length,
      unrouted: conversation.state !== 'closed' && !isRouted,
    };
  }

  /** @param before `next` of the page before */
  list(filter: ConversationFilter, limit: number, before?: string): ConversationPage {
    const { state } = this.#parts;
    const known = this.#colleagues();
    const end = before === undefined ? undefined : readCursor(before);
    const places = state
      .conversations()
      .map(({ sid }) => ({ sid, updatedAt: state.updatedAt(sid).toISOString() }))
      .filter((place) => end === undefined || compareConversations(place, end) > 0)
      .sort(compareConversations);
    const conversations: ConversationView[] = [];
    for (const { sid } of places) {
      const view = this.view(sid, 'last', known);
      if (!matchesConversation(view, filter)) continue;
      const last = conversations.length === limit ? conversations.at(-1) : undefined;
      if (last) return { conversations, next: cursorAfter(last) };
      conversations.push(view);
    }
    return { conversations };
  }

  /** @returns the identities of all workers and agents */
  #colleagues(): ReadonlySet<string> {
    const { workers, rest } = this.#parts;
    return new Set([
      ...workers.list().map(({ identity }) => identity),
      ...rest.taskRouter.workers().map(identityOf),
    ]);
  }
}
