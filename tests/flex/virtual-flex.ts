import twilio, { type Twilio } from 'twilio';
import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import { endpoint } from '../../functions/flex/outbound-message';
import type { Deadline } from '../../lib/deadline';
import type { Customer, Routing } from '../../lib/model';
import type { Waiting } from '../../lib/twilio/api';
import { openTwilio, requestTimeoutMs } from '../../lib/twilio/api';
import { boundHttpClient } from '../../lib/twilio/http-client';
import { serveEndpoint } from '../../lib/webhook/endpoint';
import type { EndpointPlatform } from '../../lib/webhook/endpoint-platform';
import type { RuntimeContext } from '../../lib/webhook/platform';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import type { Message, MessageDetails } from '../../simulator/twilio/conversations/model';
import type { SimulatedInteraction } from '../../simulator/twilio/flex';
import { type Fault, Faults, type Matcher } from '../../simulator/twilio/http/faults';
import type { RestAnswer, RestRequest } from '../../simulator/twilio/http/request';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from '../simulator/in-process';
import { TwilioOpenApi } from '../simulator/openapi';
import { customer, routing } from '../support/data';

const openApi = new TwilioOpenApi();

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
export const apiKey = 'a-key-of-the-tests-that-is-long-enough';
export const ada = customer({
  customer_id: '1001',
  display_name: 'Ada Lovelace',
  worker: 'alice@example.com',
  country: 'US',
  channels: [
    { type: 'sms', value: '+12125550101' },
    { type: 'whatsapp', value: 'whatsapp:+12125550101' },
    { type: 'email', value: 'ada@example.com' },
    { type: 'chat', value: 'ada' },
    { type: 'messenger', value: 'messenger:24680' },
  ],
});
export const ours = {
  sms: '+16465550190',
  whatsapp: 'whatsapp:+16465550190',
  email: 'support@example.com',
  messenger: 'messenger:100200300',
};

/** What a start answers. */
export const sids = {
  interactionSid: expect.stringMatching(/^KD[0-9a-f]{32}$/),
  channelSid: expect.stringMatching(/^UO[0-9a-f]{32}$/),
  conversationSid: expect.stringMatching(/^CH[0-9a-f]{32}$/),
  taskSid: expect.stringMatching(/^WT[0-9a-f]{32}$/),
  messageSid: expect.stringMatching(/^IM[0-9a-f]{32}$/),
};

export interface Answered {
  status: number;
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

/** Calls that are to fail, by a name of their own. */
export const steps = {
  'asking about the token': { host: 'iam.twilio.com' },
  'claiming the key': { host: 'sync.twilio.com', method: 'POST', path: '/v1/Services/default/Documents' },
  'looking for an open conversation': { path: '/v1/ParticipantConversations' },
  'creating the interaction': { method: 'POST', path: '/v1/Interactions' },
  'reading the channel': { method: 'GET', path: '/v1/Interactions/*/Channels' },
  'sending the message': { method: 'POST', path: '/v1/Conversations/*/Messages' },
  'keeping the result': {
    host: 'sync.twilio.com',
    method: 'POST',
    path: '/v1/Services/default/Documents/*',
  },
} satisfies Record<string, Matcher>;

/**
 * The endpoint in this process against the local Twilio's REST side, on a clock that jumps: a pause, or a request that
 * is never answered, costs its milliseconds on that clock and nothing else.
 */
export class VirtualFlex {
  readonly state = new Conversations({ accountSid, authToken, changesPerSecond: 1_000 });
  readonly rest = new RestApi(this.state);
  readonly faults = new Faults();
  readonly #deaths = new Faults();
  readonly requests: RestRequest[] = [];
  readonly lines: Record<string, unknown>[] = [];
  /** What Twilio's own API description has against a request or an answer. */
  readonly problems: string[] = [];
  /** Milliseconds since it began. */
  clock = 0;
  customers: Customer[] = [ada];
  routing: Routing = routing({
    workers: [{ identity: 'alice@example.com' }, { identity: 'bob@example.com' }],
    proxyAddresses: { defaults: ours },
    flex: { roles: ['agent'], origins: ['https://flex.twilio.com'] },
  });
  env: Record<string, string> = { OUTBOUND_API_KEY: apiKey };
  /** Those that the functions have. */
  readonly credentials = { accountSid, authToken };
  #ids = 0;

  constructor() {
    this.rest.onRequest(({ request, answer }) => {
      if (answer) this.problems.push(...openApi.check(request, answer));
    });
    const { flex, taskRouter } = this.rest;
    flex.setupMs = 0;
    for (const name of ['alice@example.com', 'bob@example.com']) taskRouter.putWorker(name);
    const { workspaceSid, workflowSid, queueSid } = taskRouter.workspace;
    Object.assign(this.env, {
      FLEX_WORKSPACE_SID: workspaceSid,
      FLEX_WORKFLOW_SID: workflowSid,
      FLEX_QUEUE_SID: queueSid,
    });
  }

  /** Lets a step fail. @param times for ever unless told */
  fail(matcher: Matcher, fault: Fault, times?: number): void {
    this.faults.add(matcher, fault, times);
  }

  /** Lets the instance that makes such a request die before anything is done. */
  never(matcher: Matcher): void {
    this.#deaths.add(matcher, { hang: true }, 1);
  }

  /** Waits until a request for such a path has been made. */
  async reached(path: string): Promise<void> {
    while (!this.requests.some((request) => request.path.includes(path))) await new Promise(setImmediate);
  }

  /** Calls the endpoint as a new instance of the function. */
  async call(body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answered> {
    let answered: Answered | undefined;
    const event = { request: { headers: { 'content-type': 'application/json', ...headers } }, ...body };
    await serveEndpoint(endpoint, this.#platform())(this.#context(), event, (_error, payload) => {
      answered = payload as Answered;
    });
    if (!answered) throw new Error('the function did not answer');
    expect(this.problems).toEqual([]);
    return answered;
  }

  /** Calls it as an agent does, from Flex. */
  asAgent(body: Record<string, unknown>, name = 'alice@example.com'): Promise<Answered> {
    return this.call({ Token: this.rest.flexTokens.issue(name), ...body });
  }

  /** Calls it as a server does, for Alice. */
  asServer(body: Record<string, unknown>): Promise<Answered> {
    const authorization = `Bearer ${apiKey}`;
    return this.call({ worker: 'alice@example.com', ...body }, { authorization });
  }

  /** Every message in any conversation, in the order of the conversations. */
  messages(): (Message & MessageDetails)[] {
    return this.state
      .conversations()
      .flatMap(({ sid }) => this.state.messages(sid))
      .map((message) => ({ ...message, ...this.state.detailsOf(message) }));
  }

  openConversations(): string[] {
    return this.state.conversations().flatMap(({ sid, state }) => (state === 'closed' ? [] : [sid]));
  }

  openInteractions(): SimulatedInteraction[] {
    return this.rest.flex
      .interactions()
      .filter(({ channel }) => ['setup', 'active'].includes(channel.status));
  }

  /** The requests that change something, as `POST /v1/…`, SIDs and names replaced by stars. */
  writes(): string[] {
    return this.requests
      .filter(({ method }) => method !== 'GET')
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(/(?<=\/)([A-Z]{2}[0-9a-f]{32}|outbound-message-\w+)/g, '*')}`,
      );
  }

  #context(): RuntimeContext {
    const { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN } = this.credentials;
    return { ...this.env, ACCOUNT_SID, AUTH_TOKEN } as unknown as RuntimeContext;
  }

  #platform(): EndpointPlatform {
    const now = (): number => this.clock;
    const assets: Record<string, object> = {
      '/customers.json': { customers: this.customers },
      '/routing.json': this.routing,
    };
    // A request that is never answered fails by its own time-out.
    const timer: EndpointPlatform['timer'] = () => ({
      done: new Promise(() => undefined),
      clear: () => undefined,
    });
    const waiting = (deadline: Deadline): Waiting & Pick<EndpointPlatform, 'timer'> => ({
      timer,
      deadline,
      random: () => 0.5,
      sleep: (ms) => this.#sleep(ms),
    });
    return {
      now,
      timer,
      log: (_level, line) => void this.lines.push(JSON.parse(line) as Record<string, unknown>),
      readAsset: (name) => JSON.stringify(assets[name]),
      respond: (status, body, headers) => ({ status, body, headers }),
      twilio: (_context, deadline) => openTwilio(() => this.#client(), waiting(deadline)),
      sync: (_context, deadline): ServiceContext => {
        const bounds = { deadline, timer, limitMs: requestTimeoutMs };
        const httpClient = boundHttpClient(this.#client().httpClient, bounds);
        return twilio(accountSid, authToken, { httpClient }).sync.v1.services('default');
      },
      date: () => Date.UTC(2026, 0, 1) + this.clock,
      newId: () => `id-${++this.#ids}-${Math.random()}`,
    };
  }

  async #sleep(ms: number): Promise<void> {
    this.clock += ms;
    await new Promise(setImmediate);
  }

  #client(): Twilio {
    const httpClient = inProcess({ handle: (request, timeout) => this.#send(request, timeout) });
    return twilio(this.credentials.accountSid, this.credentials.authToken, { httpClient });
  }

  async #send(request: RestRequest, timeout = requestTimeoutMs): Promise<RestAnswer> {
    this.requests.push(request);
    if (this.#deaths.take(request)) return new Promise(() => undefined);
    await new Promise(setImmediate);
    this.clock += 10;
    const fault = this.faults.take(request);
    const work = (): Promise<RestAnswer> => this.rest.handle(request);
    if (!fault) return work();
    if (fault.after) await work();
    if ('hang' in fault) {
      this.clock += timeout;
      throw networkError('ECONNABORTED', `timeout of ${timeout}ms exceeded`);
    }
    if ('reset' in fault) throw networkError('ECONNRESET', 'socket hang up');
    if (!('status' in fault)) throw new Error('no such fault here');
    const { status, code = 20_000 + status, message = `HTTP ${status}` } = fault;
    return { status, headers: {}, body: fault.body ?? { code, message, more_info: '', status } };
  }
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
