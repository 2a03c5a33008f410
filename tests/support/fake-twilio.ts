import { createHash } from 'node:crypto';
import { ConnectionReset, type Fault, Faults, type Matcher } from '../../simulator/twilio/faults';

export { ConnectionReset, type Fault };

/** The account that the tests use. The development runtime insists on 34 and 32 characters. */
export const accountSid = `AC${'0'.repeat(32)}`;
export const authToken = 'test-token'.padEnd(32, '0');

/** One REST request, as it came over the wire; `path` is without the query and still percent-encoded. */
export interface TwilioRequest {
  method: string;
  host: string;
  path: string;
  query: Record<string, string>;
  form: Record<string, string>;
  authorization?: string | undefined;
}

/** An object is sent as JSON, text as it is (e.g. the HTML page of a gateway). */
export interface TwilioAnswer {
  status: number;
  body: object | string;
}

/** What tests see of a request. */
export type RecordedCall = Pick<TwilioRequest, 'method' | 'host' | 'path' | 'form'>;

/** The faults that Twilio is known for. */
export const faults = {
  tooManyRequests: { status: 429, code: 20429, message: 'Too Many Requests' },
  serverError: { status: 500, code: 20500, message: 'An internal server error has occurred' },
  /** A gateway's page instead of JSON. */
  unavailable: { status: 503, body: '<html><body><h1>503 Service Unavailable</h1></body></html>' },
  hang: { hang: true },
  reset: { reset: true },
} as const satisfies Record<string, Fault>;

export type ConversationState = 'initializing' | 'active' | 'inactive' | 'closed';

export interface ConversationSetup {
  sid: string;
  state?: ConversationState;
  /** How many writes are refused with 50386 before the conversation is active; without it `initializing` stays. */
  initializingCalls?: number;
  friendlyName?: string;
  /** JSON text */
  attributes?: string;
}

export interface ParticipantSetup {
  sid?: string;
  identity?: string;
  address?: string;
  proxyAddress?: string;
  projectedAddress?: string;
  /** JSON text */
  attributes?: string;
}

export interface UserSetup {
  identity: string;
  isAvailable?: boolean;
  state?: 'active' | 'deactivated';
  friendlyName?: string;
}

/** Fields of a participant as Twilio answers them. */
export interface Participant {
  account_sid: string;
  conversation_sid: string;
  sid: string;
  identity: string | null;
  attributes: string;
  messaging_binding: Record<string, string> | null;
  role_sid: string;
  date_created: string;
  date_updated: string;
  url: string;
  links: Record<string, string>;
  last_read_message_index: number | null;
  last_read_timestamp: string | null;
}

interface Conversation {
  setup: ConversationSetup;
  state: ConversationState;
  refusals: number;
  created: string;
  participants: Participant[];
}

/** An error in Twilio's own shape. */
class TwilioError extends Error {
  readonly answer: TwilioAnswer;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.answer = { status, body: errorBody(status, code, message) };
  }
}

const conversationsHost = 'conversations.twilio.com';
const frontlineHost = 'frontline-api.twilio.com';

/**
 * The part of Twilio's REST API that the callbacks use, in memory. It knows nothing of sockets: the in-process client
 * and the proxy both hand it requests.
 *
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export class FakeTwilio {
  /** Every request, in the order of arrival, failed ones too. */
  calls: RecordedCall[] = [];
  /** The credentials that are let in. */
  credentials = { accountSid, authToken };

  #conversations = new Map<string, Conversation>();
  #users = new Map<string, Required<UserSetup>>();
  readonly #faults = new Faults();
  #sids = 0;

  /** The requests that change something. */
  get writes(): RecordedCall[] {
    return this.calls.filter(({ method }) => method !== 'GET');
  }

  /** Forgets calls, state and faults. Requests that hang stay so. */
  reset(): void {
    this.calls = [];
    this.credentials = { accountSid, authToken };
    this.#conversations.clear();
    this.#users.clear();
    this.#faults.clear();
    this.#sids = 0;
  }

  /** Makes a conversation, `active` unless told. */
  addConversation(setup: ConversationSetup, participants: ParticipantSetup[] = []): void {
    const state = setup.state ?? (setup.initializingCalls ? 'initializing' : 'active');
    const refusals = setup.initializingCalls ?? (state === 'initializing' ? Number.POSITIVE_INFINITY : 0);
    this.#conversations.set(setup.sid, { setup, state, refusals, created: now(), participants: [] });
    for (const participant of participants) this.addParticipant(setup.sid, participant);
  }

  /** Puts a participant into a conversation, past all checks. */
  addParticipant(conversationSid: string, setup: ParticipantSetup): Participant {
    const conversation = this.#conversation(conversationSid);
    const participant = this.#makeParticipant(conversationSid, setup);
    conversation.participants.push(participant);
    return participant;
  }

  /** A copy of who is in a conversation, in the order of joining. */
  participants(conversationSid: string): Participant[] {
    return copy(this.#conversation(conversationSid).participants);
  }

  /** The identities in a conversation, in the order of joining. */
  workers(conversationSid: string): string[] {
    return this.participants(conversationSid).flatMap(({ identity }) => identity ?? []);
  }

  /** Makes or replaces a Frontline user: active and available unless told. */
  addUser(setup: UserSetup): void {
    const defaults = { isAvailable: true, state: 'active' as const, friendlyName: setup.identity };
    this.#users.set(setup.identity, { ...defaults, ...setup });
  }

  /**
   * Lets matching requests fail. The fault that was added first goes first; once it is used up, the next one does.
   *
   * @param times how often; without it until `reset`, or until the returned function is called
   */
  fail(matcher: Matcher, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    return this.#faults.add(matcher, fault, times);
  }

  /**
   * Answers one request.
   *
   * @returns the answer; never settles when a fault says `hang`
   * @throws ConnectionReset when a fault says `reset`
   */
  async handle(request: TwilioRequest): Promise<TwilioAnswer> {
    const { method, host, path, form } = request;
    this.calls.push({ method, host, path, form });
    const fault = this.#faults.take(request);
    if (!fault) return this.#answer(request);

    let answer = fault.after ? this.#answer(request) : undefined;
    if (fault.delay !== undefined) await new Promise((done) => setTimeout(done, fault.delay));
    if ('hang' in fault) return new Promise<never>(() => {});
    if ('reset' in fault) throw new ConnectionReset();
    if ('status' in fault) {
      const { status, code = 20000 + status, message = `HTTP ${status}` } = fault;
      return { status, body: fault.body ?? errorBody(status, code, message) };
    }
    answer ??= this.#answer(request);
    return answer;
  }

  #answer(request: TwilioRequest): TwilioAnswer {
    try {
      return copy(this.#route(request));
    } catch (error) {
      if (error instanceof TwilioError) return error.answer;
      throw error;
    }
  }

  #route(request: TwilioRequest): TwilioAnswer {
    this.#authenticate(request.authorization);
    const segments = request.path.split('/').slice(1).map(decodeURIComponent);
    const [version, resource, sid, child, childSid] = segments;
    if (request.host === frontlineHost && version === 'v1' && resource === 'Users' && sid && !child) {
      if (request.method === 'GET') return { status: 200, body: this.#user(sid) };
    }
    if (request.host === conversationsHost && version === 'v1' && resource === 'Conversations' && sid) {
      const answer = this.#conversationRoute(request, sid, child, childSid);
      if (answer && segments.length <= 5) return answer;
    }
    const what = `${request.method} https://${request.host}${request.path}`;
    throw new TwilioError(501, 20501, `The fake Twilio of the tests does not know ${what}`);
  }

  #conversationRoute(
    request: TwilioRequest,
    sid: string,
    child: string | undefined,
    childSid: string | undefined,
  ): TwilioAnswer | undefined {
    const { method, form } = request;
    if (child === undefined) {
      return method === 'GET' ? { status: 200, body: this.#conversationBody(sid) } : undefined;
    }
    if (child !== 'Participants') return undefined;
    if (childSid === undefined) {
      if (method === 'GET') return { status: 200, body: this.#page(request, sid) };
      return method === 'POST' ? { status: 201, body: this.#create(sid, form) } : undefined;
    }
    const participant = this.#participant(request, sid, childSid);
    if (method === 'GET') return { status: 200, body: participant };
    if (method === 'POST') return { status: 200, body: this.#update(sid, participant, form) };
    if (method !== 'DELETE') return undefined;
    const conversation = this.#conversation(sid);
    conversation.participants = conversation.participants.filter((other) => other !== participant);
    return { status: 204, body: '' };
  }

  #authenticate(authorization: string | undefined): void {
    const { accountSid: user, authToken: password } = this.credentials;
    const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (authorization !== expected) throw new TwilioError(401, 20003, 'Authenticate');
  }

  #conversation(sid: string): Conversation {
    const conversation = this.#conversations.get(sid);
    if (!conversation) throw notFound(`/Conversations/${sid}`);
    return conversation;
  }

  #participant(request: TwilioRequest, conversationSid: string, key: string): Participant {
    const participant = this.#conversation(conversationSid).participants.find(
      ({ sid, identity }) => sid === key || identity === key,
    );
    if (!participant) throw notFound(request.path);
    return participant;
  }

  #refuseWhileInitializing(conversation: Conversation): void {
    if (conversation.state !== 'initializing') return;
    if (conversation.refusals > 0) {
      conversation.refusals -= 1;
      throw new TwilioError(409, 50386, 'Conversation is still initializing');
    }
    conversation.state = 'active';
  }

  #create(conversationSid: string, form: Record<string, string>): Participant {
    const conversation = this.#conversation(conversationSid);
    this.#refuseWhileInitializing(conversation);
    checkAttributes(form.Attributes);
    const setup: ParticipantSetup = {
      ...(form.Identity && { identity: form.Identity }),
      ...(form['MessagingBinding.Address'] && { address: form['MessagingBinding.Address'] }),
      ...(form['MessagingBinding.ProxyAddress'] && { proxyAddress: form['MessagingBinding.ProxyAddress'] }),
      ...(form['MessagingBinding.ProjectedAddress'] && {
        projectedAddress: form['MessagingBinding.ProjectedAddress'],
      }),
      ...(form.Attributes && { attributes: form.Attributes }),
    };
    if (!setup.identity && !setup.address) {
      throw new TwilioError(400, 20001, 'Identity or MessagingBinding.Address is required');
    }
    if (setup.identity && conversation.participants.some(({ identity }) => identity === setup.identity)) {
      throw new TwilioError(409, 50433, 'Participant already exists');
    }
    const holder = this.#holderOf(setup.address, setup.proxyAddress);
    if (holder) {
      const message = 'A binding for this participant and proxy address already exists in Conversation';
      throw new TwilioError(409, 50416, `${message} ${holder}`);
    }
    return this.addParticipant(conversationSid, setup);
  }

  #update(conversationSid: string, participant: Participant, form: Record<string, string>): Participant {
    this.#refuseWhileInitializing(this.#conversation(conversationSid));
    checkAttributes(form.Attributes);
    if (form.Attributes !== undefined) participant.attributes = form.Attributes;
    if (form.Identity !== undefined) participant.identity = form.Identity;
    if (form.RoleSid !== undefined) participant.role_sid = form.RoleSid;
    participant.date_updated = now();
    return participant;
  }

  /** The conversation in which a customer's address and ours already meet; a closed one lets them go. */
  #holderOf(address: string | undefined, proxyAddress: string | undefined): string | undefined {
    if (!address || !proxyAddress) return undefined;
    for (const [sid, { state, participants }] of this.#conversations) {
      if (state === 'closed') continue;
      const taken = participants.some(
        ({ messaging_binding: binding }) =>
          binding?.address === address && binding.proxy_address === proxyAddress,
      );
      if (taken) return sid;
    }
    return undefined;
  }

  #makeParticipant(conversationSid: string, setup: ParticipantSetup): Participant {
    const sid = setup.sid ?? this.#nextSid('MB');
    const date = now();
    const address = setup.address ?? setup.proxyAddress ?? setup.projectedAddress;
    const url = `https://${conversationsHost}/v1/Conversations/${conversationSid}/Participants/${sid}`;
    return {
      account_sid: accountSid,
      conversation_sid: conversationSid,
      sid,
      identity: setup.identity ?? null,
      attributes: setup.attributes ?? '{}',
      messaging_binding:
        address === undefined
          ? null
          : {
              type: address.includes(':') ? (address.split(':')[0] ?? '') : 'sms',
              ...(setup.address && { address: setup.address }),
              ...(setup.proxyAddress && { proxy_address: setup.proxyAddress }),
              ...(setup.projectedAddress && { projected_address: setup.projectedAddress }),
            },
      role_sid: `RL${'0'.repeat(31)}1`,
      date_created: date,
      date_updated: date,
      url,
      links: {},
      last_read_message_index: null,
      last_read_timestamp: null,
    };
  }

  /** The same SIDs in every run, yet in no order: Twilio's do not count up either. */
  #nextSid(prefix: string): string {
    this.#sids += 1;
    return prefix + createHash('sha256').update(`${prefix}${this.#sids}`).digest('hex').slice(0, 32);
  }

  #conversationBody(sid: string): object {
    const { setup, state, created, participants } = this.#conversation(sid);
    const url = `https://${conversationsHost}/v1/Conversations/${sid}`;
    return {
      account_sid: accountSid,
      chat_service_sid: `IS${'0'.repeat(31)}1`,
      messaging_service_sid: `MG${'0'.repeat(31)}1`,
      sid,
      friendly_name: setup.friendlyName ?? null,
      unique_name: null,
      attributes: setup.attributes ?? '{}',
      state,
      date_created: created,
      date_updated: created,
      timers: {},
      bindings: { sms: participants.some(({ messaging_binding: binding }) => binding !== null) ? {} : null },
      url,
      links: {
        participants: `${url}/Participants`,
        messages: `${url}/Messages`,
        webhooks: `${url}/Webhooks`,
      },
    };
  }

  #page({ query }: TwilioRequest, sid: string): object {
    const { participants } = this.#conversation(sid);
    const size = Math.min(100, Math.max(1, Number(query.PageSize ?? 50) || 50));
    const page = Math.max(0, Number(query.Page ?? 0) || 0);
    const link = (index: number): string => {
      const token = index > 0 ? `&PageToken=PT${index}` : '';
      return `https://${conversationsHost}/v1/Conversations/${sid}/Participants?PageSize=${size}&Page=${index}${token}`;
    };
    return {
      participants: participants.slice(page * size, (page + 1) * size),
      meta: {
        page,
        page_size: size,
        first_page_url: link(0),
        previous_page_url: page > 0 ? link(page - 1) : null,
        url: link(page),
        next_page_url: (page + 1) * size < participants.length ? link(page + 1) : null,
        key: 'participants',
      },
    };
  }

  #user(key: string): object {
    for (const user of this.#users.values()) {
      const sid = `US${createHash('sha256').update(user.identity).digest('hex').slice(0, 32)}`;
      if (key !== user.identity && key !== sid) continue;
      return {
        sid,
        identity: user.identity,
        friendly_name: user.friendlyName,
        avatar: 'https://avatars.example.com/worker.png',
        state: user.state,
        is_available: user.isAvailable,
        url: `https://${frontlineHost}/v1/Users/${sid}`,
      };
    }
    throw notFound(`/Users/${key}`);
  }
}

function checkAttributes(attributes: string | undefined): void {
  if (attributes === undefined) return;
  if (Buffer.byteLength(attributes) > 4_096) throw new TwilioError(400, 20001, 'Attributes too long');
  try {
    JSON.parse(attributes);
  } catch {
    throw new TwilioError(400, 20001, 'Attributes are not valid JSON');
  }
}

function notFound(path: string): TwilioError {
  return new TwilioError(404, 20404, `The requested resource ${path} was not found`);
}

/** Not `structuredClone`: Jest's makes objects of another realm. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function errorBody(status: number, code: number, message: string): object {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

/** Twilio's dates have no fractions of a second. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
