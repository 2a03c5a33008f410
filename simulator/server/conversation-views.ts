import type { ConversationPage, ConversationView } from '../api-lists';
import {
  type ConversationFilter,
  compareConversations,
  cursorAfter,
  matchesConversation,
  readCursor,
} from '../conversation-filter';
import { simulatedConversation } from '../simulated-conversation';
import type { Conversations } from '../twilio/conversations/conversations';

export interface ConversationViewsOptions {
  state: Conversations;
  nameOf(address: string): string;
  /** The identities of all workers and agents. */
  colleagues(): ReadonlySet<string>;
}

/** Which messages a view has: all, the last one, or those with these SIDs. */
type Shown = 'all' | 'last' | ReadonlySet<string>;

/** The conversations as the console has them. */
export class ConversationViews {
  readonly #options: ConversationViewsOptions;

  constructor(options: ConversationViewsOptions) {
    this.#options = options;
  }

  /** @throws TwilioError 404 */
  view(sid: string, shown: Shown = 'all', colleagues = this.#options.colleagues()): ConversationView {
    const { state, nameOf } = this.#options;
    const { participants, messages, ...conversation } = simulatedConversation(state, sid);
    const isRouted = participants.some(({ identity }) => identity !== undefined && colleagues.has(identity));
    return {
      ...conversation,
      participants: participants.map((one) => {
        const { identity, address, projectedAddress } = one;
        return { ...one, name: nameOf(identity ?? address ?? projectedAddress ?? '') };
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
    const { state, colleagues } = this.#options;
    const known = colleagues();
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
}
