import type { Faults as FaultSettings } from '../api';
import { AccountResources } from './account';
import { ContentModel, contentResources } from './content';
import { notFound, TwilioError } from './errors';
import { ConnectionReset, describeFault, type Fault, Faults, type Matcher, wireOf } from './faults';
import { FlexModel } from './flex';
import { interactionResources, taskRouterResources, tokenResources } from './flex-resources';
import { MessageLog, messageLogResources } from './message-log';
import type { NewConversation, NewMessage, NewParticipant } from './model';
import { type Outcome, on, page, type Resource, type RestAnswer, type RestRequest } from './resource';
import {
  conversationResource,
  frontlineUserResource,
  messageResource,
  participantConversationResource,
  participantResource,
} from './resources';
import { newSid } from './sids';
import type { TwilioState } from './state';
import { SyncModel, syncResources } from './sync';

export type { RestAnswer, RestRequest };

/** What an observer is told once a request has been dealt with. */
export interface RestObservation {
  request: RestRequest;
  /** undefined when none was given. */
  answer?: RestAnswer;
  ms?: number;
  fault?: string;
}

/** The body of an answer to a request whose work was not done: long enough to be cut, and no JSON however it is cut. */
const unfinished = `{"account_sid": "AC${'0'.repeat(32)}", "attributes": "${'{}'.repeat(200)}`;

const conversationsHost = 'conversations.twilio.com';
const frontlineHost = 'frontline-api.twilio.com';
const iamHost = 'iam.twilio.com';

/**
 * Twilio's REST API as far as it is simulated: Conversations, Frontline, and what an outbound start from Flex needs of
 * Flex, TaskRouter, Sync, Content and Messaging. It knows nothing of sockets; the proxy hands it requests.
 *
 * @see https://www.twilio.com/docs/conversations/api
 */
export class RestApi {
  readonly #state: TwilioState;
  /** Services, users, configuration and webhooks of the account. */
  readonly account: AccountResources;
  readonly flex: FlexModel;
  readonly sync: SyncModel;
  readonly content: ContentModel;
  readonly messageLog: MessageLog;
  readonly #resources: Map<string, Resource[]>;
  readonly #faults = new Faults();
  #settings: { fault: Fault; left: number } | undefined;
  #observers = new Set<(observation: RestObservation) => void>();

  constructor(state: TwilioState) {
    this.#state = state;
    this.account = new AccountResources(state.accountSid, state.defaultServiceSid);
    this.flex = new FlexModel(state);
    this.sync = new SyncModel(state.accountSid);
    this.content = new ContentModel(state.accountSid);
    this.messageLog = new MessageLog(state, this.content);
    this.#resources = new Map([
      [conversationsHost, conversationsResources(state, this.account, this.content)],
      [frontlineHost, frontlineResources(state)],
      ['flex-api.twilio.com', interactionResources(this.flex)],
      ['taskrouter.twilio.com', taskRouterResources(this.flex)],
      [iamHost, tokenResources(this.flex)],
      ['sync.twilio.com', syncResources(this.sync)],
      ['content.twilio.com', contentResources(this.content)],
      ['api.twilio.com', messageLogResources(this.messageLog)],
    ]);
  }

  /** @returns a function that ends it */
  onRequest(observer: (observation: RestObservation) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Lets matching requests fail. @returns a function that ends it */
  fail(matcher: Matcher, fault: Fault, times?: number): () => void {
    return this.#faults.add(matcher, fault, times);
  }

  /** Sets what goes wrong for all requests, as the console's settings have it. */
  setFaults({ rest, restTimes }: Pick<FaultSettings, 'rest' | 'restTimes'>): void {
    const faults: Record<string, Fault> = {
      429: { status: 429, code: 20429, message: 'Too Many Requests' },
      500: { status: 500, code: 20500, message: 'An internal server error has occurred' },
      hang: { hang: true },
      torn: { cut: 5, after: true },
      drip: { drip: 1_000, after: true },
    };
    const fault = faults[rest];
    this.#settings = fault && { fault, left: restTimes ?? Number.POSITIVE_INFINITY };
  }

  /** Forgets interactions, documents and received messages; workers, tokens and templates stay. */
  reset(): void {
    this.flex.reset();
    this.sync.reset();
    this.messageLog.reset();
  }

  /**
   * Answers one request.
   *
   * @returns the answer; never settles where a fault says so
   * @throws ConnectionReset where a fault says so
   */
  async handle(request: RestRequest): Promise<RestAnswer> {
    const started = performance.now();
    const fault = this.#takeFault(request);
    const observe = (answer: RestAnswer | undefined): void => {
      const observation: RestObservation = {
        request,
        ...(answer && { answer }),
        ms: performance.now() - started,
        ...(fault && { fault: describeFault(fault) }),
      };
      for (const observer of this.#observers) observer(observation);
    };

    let answer = fault && !fault.after ? undefined : this.#answer(request);
    if (fault?.later !== undefined) setTimeout(() => this.#answer(request), fault.later).unref();
    if (fault?.delay !== undefined) await new Promise((done) => setTimeout(done, fault.delay));
    if (fault && 'hang' in fault) {
      observe(undefined);
      return new Promise<never>(() => {});
    }
    if (fault && 'reset' in fault) {
      observe(undefined);
      throw new ConnectionReset();
    }
    if (fault && 'status' in fault) {
      const { status, code = 20_000 + status, message = `HTTP ${status}` } = fault;
      answer = withHeaders({ status, body: fault.body ?? new TwilioError(status, code, message).body() });
    }
    const wire = fault && wireOf(fault);
    if (wire || (fault && 'body' in fault)) answer ??= this.#spoilable(request);
    if (answer && wire) answer = { ...answer, wire };
    if (answer && fault && 'body' in fault && fault.body !== undefined) {
      answer = { ...answer, ...withHeaders({ status: answer.status, body: fault.body }) };
    }
    if (answer && fault && 'headers' in fault) {
      answer = { ...answer, headers: { ...answer.headers, ...fault.headers } };
    }
    answer ??= this.#answer(request);
    observe(answer);
    return answer;
  }

  /** @returns an answer that a fault may spoil, although the request's work is not done */
  #spoilable(request: RestRequest): RestAnswer {
    if (request.method === 'GET') return this.#answer(request);
    const { headers, body } = withHeaders({ status: 200, body: unfinished });
    const status = request.method === 'POST' && !/\/(CH|MB|IM)[^/]+$/.test(request.path) ? 201 : 200;
    return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body };
  }

  #takeFault(request: RestRequest): Fault | undefined {
    if (this.#settings && this.#settings.left > 0) {
      this.#settings.left -= 1;
      return this.#settings.fault;
    }
    return this.#faults.take(request);
  }

  #answer(request: RestRequest): RestAnswer {
    try {
      return withHeaders(this.#route(request));
    } catch (error) {
      if (error instanceof TwilioError) return withHeaders({ status: error.status, body: error.body() });
      throw error;
    }
  }

  #route(request: RestRequest): Outcome {
    const { accountSid, authToken } = this.#state;
    const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    if (request.headers.authorization !== expected) {
      // See `tokenResources`.
      const isOtherAccount = request.host === iamHost && !request.path.includes(`/${accountSid}/`);
      if (isOtherAccount) throw notFound(request.path.replace('/v1', ''));
      throw new TwilioError(401, 20003, 'Authenticate');
    }

    if (request.host === frontlineHost) this.#requireFrontline(request);
    const { path, serviceSid, isNamed } = this.#scope(request);
    const onPath = (this.#resources.get(request.host) ?? []).filter((resource) => resource.path.test(path));
    const resource = onPath.find(({ method }) => method === request.method);
    if (!resource) {
      const what = `${request.method} https://${request.host}${request.path}`;
      throw new TwilioError(501, 20501, `The local Twilio does not simulate ${what}`);
    }
    const parts = (resource.path.exec(path) ?? []).slice(1).map((part) => decodeURIComponent(part ?? ''));
    const webhooks = request.headers['x-twilio-webhook-enabled'] === 'true';
    const outcome = resource.handle({ parts, request, serviceSid, origin: { source: 'API', webhooks } });
    return isNamed ? { ...outcome, body: belowService(outcome.body, serviceSid) } : outcome;
  }

  #requireFrontline({ path }: RestRequest): void {
    const { frontline } = this.#state;
    if (frontline === 'missing') throw notFound(path);
    if (frontline === 'forbidden') throw new TwilioError(403, 20403, 'Forbidden');
  }

  /**
   * A path names the conversation service that it is about, or else is about the default one; what is in another
   * service is not there.
   *
   * @returns the path without the service, with the conversation's SID where it had its unique name
   * @throws TwilioError 404
   * @see https://www.twilio.com/docs/conversations/api/service-resource#use-a-conversation-service
   */
  #scope({ host, path }: RestRequest): { path: string; serviceSid: string; isNamed: boolean } {
    const standard = String(this.account.configuration().default_chat_service_sid);
    if (host !== conversationsHost) return { path, serviceSid: standard, isNamed: false };
    const [, named, below = ''] = servicePath.exec(path) ?? [];
    const serviceSid = named ?? standard;
    this.account.service(serviceSid);
    const short = named === undefined ? path : `/v1/${below}`;
    const scoped = short.replace(/^(\/v1\/Conversations\/)([^/]+)/, (_all, before: string, name: string) => {
      return before + this.#state.conversation(decodeURIComponent(name), serviceSid).sid;
    });
    return { path: scoped, serviceSid, isNamed: named !== undefined };
  }
}

const servicePath = /^\/v1\/Services\/([^/]+)\/((?:Conversations|ParticipantConversations|Users)(?:\/.*)?)$/;

/** @returns a resource or a page of them as they are below a service: their URLs name it, and so do all they hold */
function belowService(body: object | string, serviceSid: string): object | string {
  if (typeof body === 'string') return body;
  const urls = /(https:\/\/conversations\.twilio\.com\/v1\/)(?=(?:Conversations|Users)\/)/g;
  return JSON.parse(JSON.stringify(body).replace(urls, `$1Services/${serviceSid}/`), (_key, value) => {
    const isInConversation = value?.conversation_sid !== undefined && value.sid !== undefined;
    return isInConversation ? { chat_service_sid: serviceSid, ...value } : value;
  }) as object;
}

function withHeaders({ status, body }: Outcome): RestAnswer {
  return {
    status,
    headers: {
      'Content-Type': typeof body === 'string' && body !== '' ? 'text/html' : 'application/json',
      'Twilio-Request-Id': newSid('RQ'),
      'Twilio-Request-Duration': '0.010',
      'X-Powered-By': 'local Twilio',
    },
    body,
  };
}

function conversationsResources(
  state: TwilioState,
  account: AccountResources,
  content: ContentModel,
): Resource[] {
  return [
    on('GET', '/Conversations', 200, ({ request, serviceSid }) =>
      page(
        request,
        'conversations',
        listConversations(state, serviceSid, request.query).map(conversationResource),
      ),
    ),
    on('POST', '/Conversations', 201, ({ request, serviceSid, origin }) =>
      conversationResource(
        state.createConversation({ ...readConversation(request.form), chatServiceSid: serviceSid }, origin),
      ),
    ),
    on('GET', '/Conversations/:sid', 200, ({ parts: [sid = ''] }) =>
      conversationResource(state.conversation(sid)),
    ),
    on('POST', '/Conversations/:sid', 200, ({ parts: [sid = ''], request, origin }) =>
      conversationResource(state.updateConversation(sid, readConversation(request.form), origin)),
    ),
    on('DELETE', '/Conversations/:sid', 204, ({ parts: [sid = ''], origin }) => {
      state.removeConversation(sid, origin);
      return undefined;
    }),

    on('GET', '/Conversations/:sid/Participants', 200, ({ parts: [sid = ''], request }) =>
      page(request, 'participants', state.participants(sid).map(participantResource)),
    ),
    on('POST', '/Conversations/:sid/Participants', 201, ({ parts: [sid = ''], request, origin }) =>
      participantResource(state.addParticipant(sid, readParticipant(request.form), origin)),
    ),
    on('GET', '/Conversations/:sid/Participants/:child', 200, ({ parts: [sid = '', child = ''] }) =>
      participantResource(state.participant(sid, child)),
    ),
    on(
      'POST',
      '/Conversations/:sid/Participants/:child',
      200,
      ({ parts: [sid = '', child = ''], request, origin }) =>
        participantResource(state.updateParticipant(sid, child, readParticipant(request.form), origin)),
    ),
    on(
      'DELETE',
      '/Conversations/:sid/Participants/:child',
      204,
      ({ parts: [sid = '', child = ''], origin }) => {
        state.removeParticipant(sid, child, origin);
        return undefined;
      },
    ),

    on('GET', '/Conversations/:sid/Messages', 200, ({ parts: [sid = ''], request }) => {
      const messages = state.messages(sid);
      if (request.query.Order === 'desc') messages.reverse();
      return page(request, 'messages', messages.map(messageResource));
    }),
    on('POST', '/Conversations/:sid/Messages', 201, ({ parts: [sid = ''], request, origin }) =>
      messageResource(state.addMessage(sid, readMessage(request.form, content), origin)),
    ),
    on('GET', '/Conversations/:sid/Messages/:child', 200, ({ parts: [sid = '', child = ''] }) => {
      const message = state.messages(sid).find((one) => one.sid === child);
      if (!message) throw notFound(`/Conversations/${sid}/Messages/${child}`);
      return messageResource(message);
    }),
    on(
      'POST',
      '/Conversations/:sid/Messages/:child',
      200,
      ({ parts: [sid = '', child = ''], request, origin }) =>
        messageResource(state.updateMessage(sid, child, readMessage(request.form, content), origin)),
    ),
    on('DELETE', '/Conversations/:sid/Messages/:child', 204, ({ parts: [sid = '', child = ''], origin }) => {
      state.removeMessage(sid, child, origin);
      return undefined;
    }),

    on('GET', '/ParticipantConversations', 200, ({ request, serviceSid }) =>
      page(request, 'conversations', listMemberships(state, serviceSid, request.query)),
    ),

    on('GET', '/Services', 200, ({ request }) => page(request, 'services', account.services())),
    on('POST', '/Services', 201, ({ request }) => account.createService(request.form)),
    on('GET', '/Services/:sid', 200, ({ parts: [sid = ''] }) => account.service(sid)),
    on('DELETE', '/Services/:sid', 204, ({ parts: [sid = ''] }) => {
      account.removeService(sid);
      return undefined;
    }),
    on('GET', '/Services/:sid/Configuration', 200, ({ parts: [sid = ''] }) =>
      account.serviceConfiguration(sid),
    ),
    on('POST', '/Services/:sid/Configuration', 200, ({ parts: [sid = ''], request }) =>
      account.serviceConfiguration(sid, request.form),
    ),
    on('GET', '/Services/:sid/Configuration/Webhooks', 200, ({ parts: [sid = ''] }) =>
      account.serviceWebhooks(sid),
    ),
    on('POST', '/Services/:sid/Configuration/Webhooks', 200, ({ parts: [sid = ''], request }) =>
      account.serviceWebhooks(sid, request.form, filtersOf(request)),
    ),

    on('GET', '/Users', 200, ({ request, serviceSid }) => page(request, 'users', account.users(serviceSid))),
    on('POST', '/Users', 201, ({ request, serviceSid }) => account.createUser(serviceSid, request.form)),
    on('GET', '/Users/:sid', 200, ({ parts: [sid = ''], serviceSid }) => account.user(serviceSid, sid)),
    on('POST', '/Users/:sid', 200, ({ parts: [sid = ''], request, serviceSid }) =>
      account.updateUser(serviceSid, sid, request.form),
    ),
    on('DELETE', '/Users/:sid', 204, ({ parts: [sid = ''], serviceSid }) => {
      state.staleIdentities.delete(account.removeUser(serviceSid, sid));
      return undefined;
    }),

    on('GET', '/Configuration', 200, () => account.configuration()),
    on('POST', '/Configuration', 200, ({ request }) => account.configuration(request.form)),
    on('GET', '/Configuration/Webhooks', 200, () => account.webhooks()),
    on('POST', '/Configuration/Webhooks', 200, ({ request }) =>
      account.webhooks(request.form, filtersOf(request)),
    ),
    on('GET', '/Configuration/Addresses', 200, ({ request }) =>
      page(request, 'address_configurations', account.addresses(request.query.Type)),
    ),
    on('POST', '/Configuration/Addresses', 201, ({ request }) => account.createAddress(request.form)),
    on('GET', '/Configuration/Addresses/:sid', 200, ({ parts: [sid = ''] }) => account.address(sid)),
    on('POST', '/Configuration/Addresses/:sid', 200, ({ parts: [sid = ''], request }) =>
      account.updateAddress(sid, request.form),
    ),
    on('DELETE', '/Configuration/Addresses/:sid', 204, ({ parts: [sid = ''] }) => {
      account.removeAddress(sid);
      return undefined;
    }),
  ];
}

function frontlineResources(state: TwilioState): Resource[] {
  return [
    on('GET', '/Users/:sid', 200, ({ parts: [sid = ''] }) => frontlineUserResource(state.frontlineUser(sid))),
    on('POST', '/Users/:sid', 200, ({ parts: [sid = ''], request: { form } }) => {
      const { identity } = state.frontlineUser(sid);
      return frontlineUserResource(
        state.putFrontlineUser({
          identity,
          ...(form.FriendlyName !== undefined && { friendlyName: form.FriendlyName }),
          ...(form.Avatar !== undefined && { avatar: form.Avatar }),
          ...(form.State !== undefined && { state: form.State as 'active' | 'deactivated' }),
          ...(form.IsAvailable !== undefined && { isAvailable: form.IsAvailable === 'true' }),
        }),
      );
    }),
  ];
}

function readConversation(form: Record<string, string>): NewConversation {
  const timers = {
    ...(form['Timers.Inactive'] !== undefined && { inactive: form['Timers.Inactive'] }),
    ...(form['Timers.Closed'] !== undefined && { closed: form['Timers.Closed'] }),
  };
  return {
    friendlyName: form.FriendlyName,
    uniqueName: form.UniqueName,
    attributes: form.Attributes,
    state: form.State as NewConversation['state'],
    messagingServiceSid: form.MessagingServiceSid,
    timers,
    dateCreated: form.DateCreated === undefined ? undefined : new Date(form.DateCreated),
  };
}

function readParticipant(form: Record<string, string>): NewParticipant {
  return {
    identity: form.Identity,
    address: form['MessagingBinding.Address'],
    proxyAddress: form['MessagingBinding.ProxyAddress'],
    projectedAddress: form['MessagingBinding.ProjectedAddress'],
    attributes: form.Attributes,
    roleSid: form.RoleSid,
  };
}

/** A template's text stands in for the body that is ignored beside it. Whether Twilio answers it there is unsure. */
function readMessage(form: Record<string, string>, content: ContentModel): NewMessage {
  const { ContentSid: contentSid } = form;
  return {
    author: form.Author,
    body:
      contentSid === undefined ? form.Body : content.render(contentSid, readVariables(form.ContentVariables)),
    attributes: form.Attributes,
    contentSid,
    subject: form.Subject,
    mediaSids: form.MediaSid === undefined ? undefined : [form.MediaSid],
  };
}

function readVariables(text = '{}'): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new TwilioError(400, 50349, 'ContentVariables must be JSON');
  }
}

function filtersOf({ form, lists }: RestRequest): string[] | undefined {
  return lists?.Filters ?? (form.Filters === undefined ? undefined : [form.Filters]);
}

function listConversations(
  state: TwilioState,
  serviceSid: string,
  query: Record<string, string>,
): ReturnType<TwilioState['conversations']> {
  return state
    .conversations()
    .filter((one) => one.chatServiceSid === serviceSid)
    .filter((one) => query.State === undefined || one.state === query.State)
    .filter((one) => query.StartDate === undefined || one.dateCreated >= new Date(query.StartDate))
    .filter((one) => query.EndDate === undefined || one.dateCreated <= new Date(query.EndDate));
}

function listMemberships(
  state: TwilioState,
  serviceSid: string,
  { Identity, Address }: Record<string, string>,
): object[] {
  if ((Identity === undefined) === (Address === undefined)) {
    throw new TwilioError(400, 20001, 'Exactly one of Identity and Address is required');
  }
  const conversations = state.conversations().filter((one) => one.chatServiceSid === serviceSid);
  return conversations.flatMap((conversation) =>
    state
      .participants(conversation.sid)
      .filter((one) =>
        Identity === undefined ? one.messagingBinding?.address === Address : one.identity === Identity,
      )
      .map((one) => participantConversationResource(one, conversation)),
  );
}
