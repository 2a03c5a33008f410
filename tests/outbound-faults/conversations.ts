import type { Ground } from './ground';
import { type Asked, gone, notFound, ok, page, Refusal, type Route } from './http';

export interface Participant {
  sid: string;
  identity: string | null;
  binding: { type: string; address: string; proxy_address?: string; level?: string } | null;
  created: number;
}

export interface Message {
  sid: string;
  author: string;
  body: string | null;
  contentSid: string | null;
  subject: string | null;
  attributes: string;
  created: number;
}

export interface Conversation {
  sid: string;
  name: string | null;
  attributes: string;
  /** The present state is the last one. */
  states: { state: 'active' | 'inactive' | 'closed'; at: number }[];
  isDeleted: boolean;
  participants: Participant[];
  messages: Message[];
  created: number;
  updated: number;
}

const api = String.raw`conversations\.twilio\.com/v1(?:/Services/IS[0-9a-f]{32})?`;
const one = `${api}/Conversations/([^/]+)`;

/**
 * Conversations (classic). A closed one can be read and not be written to: 50377 with HTTP 400, as others measured
 * (https://www.twilio.com/docs/api/errors/50377).
 */
export class Conversations {
  readonly all: Conversation[] = [];
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  readonly routes: Route[] = [
    {
      method: 'POST',
      address: new RegExp(`^${api}/Conversations$`),
      answer: ({ form }) => this.#create(form),
    },
    {
      method: 'GET',
      address: new RegExp(`^${one}$`),
      answer: (_asked, sid = '') => ok(this.#resource(this.find(sid))),
    },
    {
      method: 'POST',
      address: new RegExp(`^${one}$`),
      answer: ({ form }, sid = '') => {
        const conversation = this.#open(sid);
        if (form.Attributes !== undefined) conversation.attributes = form.Attributes;
        if (form.UniqueName !== undefined) conversation.name = form.UniqueName;
        if (form.State !== undefined) this.setState(conversation, form.State as 'closed');
        conversation.updated = this.#ground.clock.now();
        return ok(this.#resource(conversation));
      },
    },
    {
      method: 'DELETE',
      address: new RegExp(`^${one}$`),
      answer: (_asked, sid = '') => {
        this.find(sid).isDeleted = true;
        return gone;
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${one}/Messages$`),
      answer: (asked, sid = '') => {
        const { messages } = this.find(sid);
        const rows = messages
          .map((message, index) => ({ message, row: this.#messageResource(sid, message, index) }))
          .filter(({ message }) => this.#ground.isListed(message.created))
          .map(({ row }) => row);
        return page(asked, 'messages', asked.query.Order === 'desc' ? rows.reverse() : rows);
      },
    },
    {
      method: 'POST',
      address: new RegExp(`^${one}/Messages$`),
      answer: ({ form }, sid = '') => {
        const conversation = this.#open(sid);
        const message: Message = {
          sid: this.#ground.newSid('IM'),
          author: form.Author ?? 'system',
          body: form.Body ?? null,
          contentSid: form.ContentSid ?? null,
          subject: form.Subject ?? null,
          attributes: form.Attributes ?? '{}',
          created: this.#ground.clock.now(),
        };
        conversation.messages.push(message);
        return ok(this.#messageResource(conversation.sid, message, conversation.messages.length - 1), 201);
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${one}/Messages/(IM[0-9a-f]{32})$`),
      answer: (_asked, sid = '', messageSid = '') => {
        const { messages } = this.find(sid);
        const index = messages.findIndex((message) => message.sid === messageSid);
        const message = messages[index];
        if (!message) throw notFound(`/Conversations/${sid}/Messages/${messageSid}`);
        return ok(this.#messageResource(sid, message, index));
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${one}/Participants$`),
      answer: (asked, sid = '') => {
        const { participants } = this.find(sid);
        return page(
          asked,
          'participants',
          participants.map((participant) => this.#participantResource(sid, participant)),
        );
      },
    },
    {
      method: 'POST',
      address: new RegExp(`^${one}/Participants$`),
      answer: ({ form }, sid = '') => {
        const address = form['MessagingBinding.Address'];
        const proxy = form['MessagingBinding.ProxyAddress'];
        const participant = this.join(this.#open(sid), form.Identity ?? null, address, proxy);
        return ok(this.#participantResource(sid, participant), 201);
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${api}/ParticipantConversations$`),
      answer: (asked) => this.#memberships(asked),
    },
  ];

  /** @throws Refusal unless it exists */
  find(sidOrName: string): Conversation {
    const wanted = decodeURIComponent(sidOrName);
    const found = this.all.find(
      ({ sid, name, isDeleted }) => !isDeleted && (sid === wanted || (name !== null && name === wanted)),
    );
    if (!found) throw notFound(`/Conversations/${sidOrName}`);
    return found;
  }

  add(name: string | null, attributes: string): Conversation {
    const now = this.#ground.clock.now();
    const conversation: Conversation = {
      sid: this.#ground.newSid('CH'),
      name,
      attributes,
      states: [{ state: 'active', at: now }],
      isDeleted: false,
      participants: [],
      messages: [],
      created: now,
      updated: now,
    };
    this.all.push(conversation);
    return conversation;
  }

  setState(conversation: Conversation, state: Conversation['states'][number]['state']): void {
    if (stateOf(conversation) === state) return;
    conversation.states.push({ state, at: this.#ground.clock.now() });
  }

  /**
   * A pair of addresses is in one conversation that is not closed.
   *
   * @throws Refusal otherwise, with the SID of the other one at the end
   * @see https://www.twilio.com/docs/api/errors/50416
   */
  join(
    conversation: Conversation,
    identity: string | null,
    address?: string,
    proxy?: string,
    level?: string,
  ): Participant {
    const type = typeOf(address);
    const other = this.all.find(
      (one) =>
        isOpen(one) &&
        type !== 'email' &&
        one.participants.some(
          ({ binding }) =>
            address !== undefined && binding?.address === address && binding.proxy_address === proxy,
        ),
    );
    if (other) {
      throw new Refusal(
        409,
        50416,
        `A binding for this participant and proxy address already exists in Conversation ${other.sid}`,
      );
    }
    const participant: Participant = {
      sid: this.#ground.newSid('MB'),
      identity,
      binding:
        address === undefined
          ? null
          : { type, address, ...(proxy !== undefined && { proxy_address: proxy }), ...(level && { level }) },
      created: this.#ground.clock.now(),
    };
    conversation.participants.push(participant);
    return participant;
  }

  #create(form: Asked['form']) {
    const name = form.UniqueName ?? null;
    // A closed one keeps its name; public code meets the conflict as 50353 with HTTP 409.
    if (name !== null && this.all.some((one) => !one.isDeleted && one.name === name)) {
      throw new Refusal(409, 50353, 'Conversation with provided unique name already exists');
    }
    return ok(this.#resource(this.add(name, form.Attributes ?? '{}')), 201);
  }

  #open(sid: string): Conversation {
    const conversation = this.find(sid);
    if (stateOf(conversation) !== 'closed') return conversation;
    throw new Refusal(400, 50377, "Can't update conversation as it's in final closed state");
  }

  #memberships(asked: Asked) {
    const { Address: address, Identity: identity } = asked.query;
    if ((address === undefined) === (identity === undefined)) {
      throw new Refusal(400, 20001, 'Exactly one of Address and Identity must be given');
    }
    const rows = this.all.flatMap((conversation) => {
      const { sid, name, attributes, created, updated, isDeleted } = conversation;
      const { lagMs } = this.#ground.nature;
      const seen = conversation.states.filter(({ at }) => at + lagMs <= this.#ground.clock.now()).at(-1);
      if (isDeleted || !seen) return [];
      return conversation.participants
        .filter((one) =>
          address === undefined ? one.identity === identity : one.binding?.address === address,
        )
        .filter((one) => this.#ground.isListed(one.created))
        .map((participant) => ({
          account_sid: this.#ground.accountSid,
          chat_service_sid: this.#ground.chatServiceSid,
          participant_sid: participant.sid,
          participant_user_sid: null,
          participant_identity: participant.identity,
          participant_messaging_binding: participant.binding,
          conversation_sid: sid,
          conversation_unique_name: name,
          conversation_friendly_name: null,
          conversation_attributes: attributes,
          conversation_date_created: this.#ground.date(created),
          conversation_date_updated: this.#ground.date(updated),
          conversation_created_by: 'system',
          conversation_state: seen.state,
          conversation_timers: {},
          links: {},
        }));
    });
    return page(asked, 'conversations', rows);
  }

  #resource({ sid, name, attributes, states, created, updated }: Conversation): object {
    const url = `https://conversations.twilio.com/v1/Conversations/${sid}`;
    return {
      sid,
      account_sid: this.#ground.accountSid,
      chat_service_sid: this.#ground.chatServiceSid,
      messaging_service_sid: null,
      friendly_name: null,
      unique_name: name,
      attributes,
      state: states.at(-1)?.state,
      date_created: this.#ground.date(created),
      date_updated: this.#ground.date(updated),
      timers: {},
      bindings: {},
      url,
      links: { messages: `${url}/Messages`, participants: `${url}/Participants` },
    };
  }

  #messageResource(conversationSid: string, message: Message, index: number): object {
    const { sid, author, body, contentSid, attributes, created, subject } = message;
    return {
      sid,
      account_sid: this.#ground.accountSid,
      conversation_sid: conversationSid,
      index,
      author,
      body: contentSid ? 'Hello Ada' : body,
      subject,
      media: null,
      attributes,
      participant_sid: null,
      content_sid: contentSid,
      delivery: null,
      date_created: this.#ground.date(created),
      date_updated: this.#ground.date(created),
      url: `https://conversations.twilio.com/v1/Conversations/${conversationSid}/Messages/${sid}`,
      links: {},
    };
  }

  #participantResource(conversationSid: string, { sid, identity, binding, created }: Participant): object {
    return {
      sid,
      account_sid: this.#ground.accountSid,
      conversation_sid: conversationSid,
      identity,
      attributes: '{}',
      messaging_binding: binding,
      role_sid: `RL${'0'.repeat(32)}`,
      date_created: this.#ground.date(created),
      date_updated: this.#ground.date(created),
      url: `https://conversations.twilio.com/v1/Conversations/${conversationSid}/Participants/${sid}`,
      last_read_message_index: null,
      last_read_timestamp: null,
    };
  }
}

const stateOf = ({ states }: Conversation) => states.at(-1)?.state ?? 'active';

export const isOpen = (conversation: Conversation): boolean =>
  !conversation.isDeleted && stateOf(conversation) !== 'closed';

function typeOf(address = ''): string {
  if (address.startsWith('whatsapp:')) return 'whatsapp';
  if (address.startsWith('messenger:')) return 'messenger';
  return address.includes('@') ? 'email' : 'sms';
}
