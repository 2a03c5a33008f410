import type { Clock } from './clock';
import { type Conversation, Conversations, isOpen, type Message } from './conversations';
import { Flex, type Interaction } from './flex';
import { Ground, type Nature } from './ground';
import { type Answer, type Asked, ok, Refusal, type Route, refused } from './http';
import { SyncDocuments } from './sync-documents';

const usualNature: Nature = { setupMs: 250, lagMs: 0, aheadMs: 0, taskListHasAttributes: true };

/**
 * A Twilio of its own for judging outbound starts: from an HTTP request to a response. It shares nothing with the
 * local Twilio that the product is developed against.
 */
export class StandIn {
  readonly conversations: Conversations;
  readonly flex: Flex;
  readonly ground: Ground;
  readonly templateSid = `HX${'7'.repeat(32)}`;
  /** What it was asked and does not know. */
  readonly unknown: string[] = [];
  readonly #routes: Route[];

  constructor(clock: Clock, nature: Partial<Nature> = {}) {
    this.ground = new Ground(clock, { ...usualNature, ...nature });
    this.conversations = new Conversations(this.ground);
    this.flex = new Flex(this.ground, this.conversations);
    this.#routes = [
      ...new SyncDocuments(this.ground).routes,
      ...this.conversations.routes,
      ...this.flex.routes,
      ...this.#otherRoutes(),
    ];
  }

  handle(asked: Asked): Answer {
    const address = `${asked.host}${asked.path}`;
    try {
      for (const route of this.#routes) {
        const match = route.method === asked.method ? route.address.exec(address) : null;
        if (match) return route.answer(asked, ...match.slice(1));
      }
      this.unknown.push(`${asked.method} ${address}`);
      return refused(404, 20404, `The requested resource ${asked.path} was not found`);
    } catch (error) {
      if (error instanceof Refusal) return refused(error.status, error.code, error.message);
      throw error;
    }
  }

  /** Every message that was sent, whatever has become of its conversation. */
  messages(): (Message & { conversation: Conversation })[] {
    return this.conversations.all.flatMap((conversation) =>
      conversation.messages.map((message) => ({ ...message, conversation })),
    );
  }

  /** The interactions that have not ended: an agent has them before the eyes, or soon will. */
  liveInteractions(): Interaction[] {
    return this.flex.interactions.filter(({ status }) => status === 'setup' || status === 'active');
  }

  /** The open conversations that no live interaction holds. */
  looseConversations(): Conversation[] {
    const held = this.liveInteractions().map(({ conversation }) => conversation);
    return this.conversations.all.filter((one) => isOpen(one) && !held.includes(one));
  }

  #otherRoutes(): Route[] {
    const content = `content\\.twilio\\.com/v1/Content/${this.templateSid}`;
    const url = `https://content.twilio.com/v1/Content/${this.templateSid}`;
    const types = { 'twilio/text': { body: 'Hello {{1}}' } };
    return [
      {
        method: 'GET',
        address: new RegExp(`^${content}$`),
        answer: () =>
          ok({
            sid: this.templateSid,
            account_sid: this.ground.accountSid,
            friendly_name: 'hello',
            language: 'en',
            variables: { 1: 'there' },
            types,
            date_created: this.ground.date(0),
            date_updated: this.ground.date(0),
            url,
            links: {},
          }),
      },
      {
        method: 'GET',
        address: new RegExp(`^${content}/ApprovalRequests$`),
        answer: () => {
          const whatsapp = { type: 'whatsapp', name: 'hello', category: 'UTILITY', status: 'approved' };
          return ok({ sid: this.templateSid, account_sid: this.ground.accountSid, whatsapp, url });
        },
      },
      {
        // The log of messages to phones.
        method: 'GET',
        address: /^api\.twilio\.com\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\/Messages\.json$/,
        answer: (asked) => {
          const rows = this.messages()
            .filter(({ created }) => this.ground.isListed(created))
            .flatMap((message) => this.#logged(message))
            .filter(({ to, from }) => (asked.query.To ?? to) === to && (asked.query.From ?? from) === from);
          const uri = asked.path;
          const size = Number(asked.query.PageSize ?? 50);
          return ok({
            messages: rows.reverse().slice(0, size),
            page: 0,
            page_size: size,
            start: 0,
            end: Math.min(size, rows.length) - 1,
            first_page_uri: uri,
            next_page_uri: null,
            previous_page_uri: null,
            uri,
          });
        },
      },
    ];
  }

  #logged({ sid, body, created, author, conversation }: ReturnType<StandIn['messages']>[number]) {
    return conversation.participants.flatMap(({ binding, identity }) => {
      if (!binding?.proxy_address || identity !== null || binding.type === 'email') return [];
      const { address, proxy_address: proxy } = binding;
      const isInbound = author === address;
      const date = new Date(Date.UTC(2026, 0, 1) + created + this.ground.nature.aheadMs).toUTCString();
      return [
        {
          sid: `SM${sid.slice(2)}`,
          account_sid: this.ground.accountSid,
          to: isInbound ? proxy : address,
          from: isInbound ? address : proxy,
          body: body ?? 'Hello Ada',
          direction: isInbound ? 'inbound' : 'outbound-api',
          status: isInbound ? 'received' : 'sent',
          date_created: date,
          date_sent: date,
          date_updated: date,
          error_code: null,
          error_message: null,
        },
      ];
    });
  }
}
