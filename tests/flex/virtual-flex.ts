import { endpoint } from '../../functions/flex/outbound-message';
import { addressKey } from '../../lib/address';
import type { Customer, Routing } from '../../lib/model';
import type { OutboundTwilio } from '../../lib/outbound/context';
import { deadlineIn, openTwilio } from '../../lib/twilio/api';
import type { SyncApi } from '../../lib/twilio/sync';
import { serveEndpoint } from '../../lib/webhook/endpoint';
import type { Conversations } from '../../simulator/twilio/conversations/conversations';
import type { Message, MessageDetails } from '../../simulator/twilio/conversations/model';
import type { SimulatedInteraction } from '../../simulator/twilio/flex';
import { Faults, type Matcher } from '../../simulator/twilio/http/faults';
import type { RestApi } from '../../simulator/twilio/rest-api';
import { TwilioOpenApi } from '../simulator/openapi';
import { startJumpingClock } from '../support/clock';
import { customer, routing } from '../support/data';
import {
  accountSid,
  authToken,
  FakeTwilio,
  type Fault,
  type TwilioAnswer,
  type TwilioRequest,
} from '../support/fake-twilio';
import { createGetTwilioClient } from '../support/in-process-client';
import { invoke } from '../support/invoke';
import type { Answer, LogLine } from '../support/runtime';

const openApi = new TwilioOpenApi();

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

/** An answer whose body is an object, as all of this endpoint are. */
export type Answered = Answer & { body: Record<string, unknown> };

/** When the tests begin, by the clock that jumps. */
const began = Date.UTC(2026, 0, 1);

/** Calls that have not ended. Those whose instance died end a little later than their test. */
const pending = new Set<Promise<unknown>>();
afterAll(() => Promise.allSettled(pending));

/** Twilio, 10 ms away. */
class DistantTwilio extends FakeTwilio {
  readonly requests: TwilioRequest[] = [];
  /** Requests at which the instance that makes them dies. */
  readonly deaths = new Faults();
  deadInstances = 0;

  override async handle(request: TwilioRequest): Promise<TwilioAnswer> {
    this.requests.push(request);
    if (this.deaths.take(request)) {
      this.deadInstances += 1;
      // No timer wakes it any more, not even one that it has just started.
      queueMicrotask(() => jest.clearAllTimers());
      return new Promise<never>(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    return super.handle(request);
  }
}

/**
 * The endpoint for outbound messages, on a clock that jumps: a pause, or a request that is never answered, costs its
 * milliseconds on that clock and nothing else.
 */
export class VirtualFlex {
  readonly twilio = new DistantTwilio();
  readonly lines: LogLine[] = [];
  /** What is wrong with a request or an answer by Twilio's own API description. */
  readonly problems: string[] = [];
  customers: Customer[] = [ada];
  routing: Routing = routing({
    workers: [{ identity: 'alice@example.com' }, { identity: 'bob@example.com' }],
    ownAddresses: Object.values(ours).flatMap((address) => addressKey(address) ?? []),
    proxyAddresses: { defaults: ours },
    // Where a test is not about the limit, counting would only add requests.
    flex: { roles: ['agent'], origins: ['https://flex.twilio.com'], startsPerHour: {} },
  });
  env: Record<string, string> = { OUTBOUND_API_KEY: apiKey };
  /** The credentials that the function has. */
  readonly credentials = { accountSid, authToken };
  readonly #jumpingClock = startJumpingClock(began);
  readonly #endFaults: (() => void)[] = [];
  readonly faults = {
    clear: () => {
      for (const end of this.#endFaults.splice(0)) end();
    },
  };

  constructor() {
    this.rest.onRequest(({ request, answer, fault }) => {
      if (answer && fault === undefined) this.problems.push(...openApi.check(request, answer));
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

  get state(): Conversations {
    return this.twilio.state;
  }

  get rest(): RestApi {
    return this.twilio.rest;
  }

  /** Every request, in the order in which they left. */
  get requests(): readonly TwilioRequest[] {
    return this.twilio.requests;
  }

  /** Milliseconds since it began. */
  get clock(): number {
    return Date.now() - began;
  }

  set clock(ms) {
    jest.setSystemTime(began + ms);
  }

  /** Lets a step fail. @param times for ever unless told */
  fail(matcher: Matcher, fault: Fault, times?: number): void {
    this.#endFaults.push(this.twilio.fail(matcher, fault, times));
  }

  /** Lets the instance that makes such a request die before anything is done. */
  never(matcher: Matcher): void {
    this.twilio.deaths.add(matcher, { hang: true }, 1);
  }

  /** Waits until a request for such a path has been made. */
  async reached(path: string): Promise<void> {
    while (!this.requests.some((request) => request.path.includes(path))) await new Promise(setImmediate);
  }

  /** Calls the endpoint as a new instance of the function. */
  async call(body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answered> {
    const event = { request: { headers: { 'content-type': 'application/json', ...headers } }, ...body };
    const { deadInstances } = this.twilio;
    const invoked = invoke(serveEndpoint(endpoint), event, {
      twilio: this.twilio,
      env: {
        ...this.env,
        ACCOUNT_SID: this.credentials.accountSid,
        AUTH_TOKEN: this.credentials.authToken,
      },
      assets: {
        '/customers.json': JSON.stringify({ customers: this.customers }),
        '/routing.json': JSON.stringify(this.routing),
      },
      clock: this.#jumpingClock,
    });
    pending.add(invoked);
    try {
      const answer = await invoked;
      this.lines.push(...answer.lines);
      expect([answer.callbacks, this.problems]).toEqual([1, []]);
      return answer as Answered;
    } catch (error) {
      if (this.twilio.deadInstances > deadInstances) return new Promise<never>(() => {});
      throw error;
    } finally {
      pending.delete(invoked);
    }
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

  /** Does something beside the endpoint's calls, with Twilio and Sync as a command would open them. */
  async beside<T>(work: (twilio: OutboundTwilio, sync: SyncApi) => Promise<T>): Promise<T> {
    const waiting = {
      deadline: deadlineIn(60_000, () => Date.now()),
      sleep: (ms: number) => new Promise((done) => setTimeout(done, ms)),
      random: () => 0.5,
      timer: () => ({ done: new Promise<void>(() => {}), clear: () => {} }),
    };
    const getClient = createGetTwilioClient(this.twilio, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken });
    const api = openTwilio(getClient, waiting);
    const service = api.client.sync.v1.services('default');
    const twilio = { work: api, closing: api, cleanup: api, now: () => Date.now() };
    return this.#jumpingClock.until(work(twilio, { ...waiting, service }));
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
          `${method} ${path.replace(/(?<=\/)([A-Z]{2}[0-9a-f]{32}|outbound-(?:message|starts)-\w+)/g, '*')}`,
      );
  }
}
