import { Conversations } from '../../simulator/twilio/conversations/conversations';
import type {
  GroupJoin,
  NewConversation,
  NewParticipant,
  Participant,
} from '../../simulator/twilio/conversations/model';
import type { FrontlineAccess, FrontlineUser } from '../../simulator/twilio/frontline';
import { ConnectionReset, type Fault, type Matcher } from '../../simulator/twilio/http/faults';
import type { RestHandler } from '../../simulator/twilio/http/proxy';
import type { Origin, RestRequest } from '../../simulator/twilio/http/request';
import { RestApi } from '../../simulator/twilio/rest-api';

export { ConnectionReset, type Fault };

/** The account that the tests use. The development runtime insists on 34 and 32 characters. */
export const accountSid = `AC${'0'.repeat(32)}`;
export const authToken = 'test-token'.padEnd(32, '0');

/** One REST request, as it came over the wire; `path` is without the query and still percent-encoded. */
export type TwilioRequest = RestRequest;

/** An object is sent as JSON, text as it is (e.g. the HTML page of a gateway). */
export type TwilioAnswer = Awaited<ReturnType<RestHandler['handle']>>;

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
  /** The connection ends in order in the middle of a body: the SDK's error carries the answer's status. */
  cut: { cut: 5 },
  cutByReset: { cut: 5, end: 'RST' },
  cutInHeaders: { cut: 20, in: 'headers' },
  /** Never silent for long, so that no time-out of silence ends it. */
  drip: { drip: 1_000 },
  empty: { body: '' },
  garbage: { body: '<html><body>ok</body></html>' },
  tooLong: { contentLength: 10 },
  tooShort: { contentLength: -10 },
} as const satisfies Record<string, Fault>;

export interface ConversationSetup extends NewConversation {
  sid: string;
  /** How many writes are refused with 50386 before the conversation is active; without it `initializing` stays. */
  initializingCalls?: number;
}

export interface ParticipantSetup extends NewParticipant {
  sid?: string;
}

export interface UserSetup extends Partial<Pick<FrontlineUser, 'sid' | 'state'>> {
  identity: string;
  isAvailable?: boolean;
}

/** Who puts things there for a test; all else comes by REST. */
const setUp: Origin = { source: 'SDK', webhooks: false };

/**
 * The REST side of the local Twilio in place of the network. Tests fill it, watch it, and let it fail; how Twilio
 * behaves is written only there.
 */
export class FakeTwilio implements RestHandler {
  /** Every request, in the order of arrival, failed ones too. */
  calls: RecordedCall[] = [];
  readonly #now: () => Date;
  #state: StateOfTests;
  #rest: RestApi;

  /** @param now the date at Twilio */
  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
    this.#state = new StateOfTests(now);
    this.#rest = new RestApi(this.#state);
  }

  /** All that Twilio knows; another one after `reset`. */
  get state(): Conversations {
    return this.#state;
  }

  /** Twilio's APIs, with what they know beyond `state`; another one after `reset`. */
  get rest(): RestApi {
    return this.#rest;
  }

  /** How a worker can join a group MMS: `both` ways after `reset`. */
  get groupJoin(): GroupJoin {
    return this.#state.groupJoin;
  }

  set groupJoin(how) {
    this.#state.groupJoin = how;
  }

  /** How Frontline's API answers: `available` after `reset`. */
  get frontline(): FrontlineAccess {
    return this.#rest.frontline.access;
  }

  set frontline(how) {
    this.#rest.frontline.access = how;
  }

  /** Identities whose re-adding answers 404/20404 although it is done; none after `reset`. */
  get staleIdentities(): Set<string> {
    return this.#state.staleIdentities;
  }

  /** The requests that change something. */
  get writes(): RecordedCall[] {
    return this.calls.filter(({ method }) => method !== 'GET');
  }

  /** The credentials that are let in. */
  get credentials(): { accountSid: string; authToken: string } {
    const { accountSid: user, authToken: password } = this.#state;
    return { accountSid: user, authToken: password };
  }

  set credentials({ accountSid: user, authToken: password }) {
    this.#state.accountSid = user;
    this.#state.authToken = password;
  }

  /** Forgets calls, state and faults. Requests that hang stay so. */
  reset(): void {
    this.calls = [];
    this.#state = new StateOfTests(this.#now);
    this.#rest = new RestApi(this.#state);
  }

  /** Makes a conversation, `active` unless told, in place of one that has its SID. */
  addConversation(setup: ConversationSetup, participants: ParticipantSetup[] = []): void {
    const { initializingCalls, state = initializingCalls ? 'initializing' : 'active', ...rest } = setup;
    const given = { ...rest, ...(initializingCalls && { initializing: { calls: initializingCalls } }) };
    const { sid } = given;
    if (this.#state.conversations().some((one) => one.sid === sid)) {
      this.#state.removeConversation(sid, setUp);
    }
    if (given.chatServiceSid) this.#rest.account.services.put(given.chatServiceSid, 'Of a test');
    this.#state.createConversation({ ...given, state: 'active' }, setUp);
    for (const participant of participants) this.addParticipant(sid, participant);
    // Not sooner, as nobody can join a conversation that is closed.
    if (state !== 'active') this.#state.updateConversation(sid, { state }, setUp);
  }

  /**
   * Puts a participant into a conversation; what its attributes are is not checked.
   *
   * @throws TwilioError for a participant whom Twilio would not let in
   */
  addParticipant(conversationSid: string, { sid, attributes, ...given }: ParticipantSetup): Participant {
    const participant = this.#state.addParticipant(conversationSid, given, setUp);
    if (sid) Object.assign(participant, { sid, url: participant.url.replace(participant.sid, sid) });
    if (attributes !== undefined) participant.attributes = attributes;
    return structuredClone(participant);
  }

  /** Who is in a conversation, in the order of joining. */
  participants(conversationSid: string): Participant[] {
    return structuredClone(this.#state.participants(conversationSid));
  }

  /** The identities in a conversation, in the order of joining. */
  workers(conversationSid: string): string[] {
    return this.#state.participants(conversationSid).flatMap(({ identity }) => identity ?? []);
  }

  /** Makes or replaces a Frontline user: active and available unless told. */
  addUser({ isAvailable = true, state = 'active', ...setup }: UserSetup): void {
    this.#rest.frontline.putUser({
      ...setup,
      state,
      friendly_name: setup.identity,
      is_available: isAvailable,
    });
  }

  /**
   * Lets matching requests fail. The fault that was added first goes first; once it is used up, the next one does.
   *
   * @param times how often; without it until `reset`, or until the returned function is called
   */
  fail(matcher: Matcher, fault: Fault, times?: number): () => void {
    return this.#rest.fail(matcher, fault, times);
  }

  /**
   * Answers one request.
   *
   * @returns the answer; never settles when a fault says `hang`
   * @throws ConnectionReset when a fault says `reset`
   */
  handle(request: TwilioRequest): Promise<TwilioAnswer> {
    const { method, host, path, form } = request;
    this.calls.push({ method, host, path, form });
    return this.#rest.handle(request);
  }
}

/** Twilio's state of an account whose credentials tests change. */
class StateOfTests extends Conversations {
  declare accountSid: string;
  declare authToken: string;

  constructor(now: () => Date) {
    // Tests write faster than Twilio allows.
    super({ accountSid, authToken, now, changesPerSecond: Number.POSITIVE_INFINITY });
  }
}
