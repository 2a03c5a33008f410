import twilio from 'twilio';
import { FrontlineApp } from '../../simulator/frontline-app';
import { ChatMessages } from '../../simulator/phones/chat-messages';
import { InboundMessages } from '../../simulator/phones/inbound-messages';
import { Timeline } from '../../simulator/timeline';
import type { AutoCreation } from '../../simulator/twilio/conversations/addresses';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { Dispatcher } from '../../simulator/webhooks/dispatcher';
import { paths } from '../../simulator/webhooks/paths';
import { WebhookSender, type WebhookTimelineEntry } from '../../simulator/webhooks/webhook-sender';
import { inProcess } from './in-process';
import { TwilioOpenApi } from './openapi';
import { authToken, type StandInFunctions, useStandInFunctions } from './stand-in-functions';

/** What sends webhooks in the local Twilio, and the settings that change what it sends. */
export interface TestedWebhooks {
  functions: StandInFunctions;
  state: Conversations;
  rest: RestApi;
  timeline: Timeline;
  inbound: InboundMessages;
  app: FrontlineApp;
  twice: boolean;
  retries: number;
  serviceSid: string | undefined;
  autoCreation: Partial<AutoCreation>;
  brackets: boolean;
  routesOn: 'onConversationRoute' | 'onConversationAdded';
  initializingMs: number;
  /** The filters of the account's webhooks; their URL is the functions'. */
  filters(...names: string[]): void;
  /** The real SDK, whose requests stay in this process and must be as Twilio describes them. */
  client: twilio.Twilio;
  chat: ChatMessages;
  /** A message of a new customer. */
  write(body?: string): ReturnType<InboundMessages['receiveInbound']>;
  /** The webhooks on the timeline. */
  webhooks(): WebhookTimelineEntry[];
  /** Waits until the functions have received a webhook of that name so many times. */
  received(name: string, times?: number): Promise<StandInFunctions['received']>;
  /** The first webhook of that name on the timeline. */
  webhook(name: string): WebhookTimelineEntry | undefined;
}

/** Phones and an app for each test of a file, whose webhooks go to stand-in functions. */
export function useWebhooks(): TestedWebhooks {
  const functions = useStandInFunctions();
  const local = {
    functions,
    write: (body = 'Hi') =>
      local.inbound.receiveInbound({ from: '+12125550101', to: '+16465550190', body }, 't'),
    webhooks: () => local.timeline.entries().flatMap((entry) => (entry.kind === 'webhook' ? [entry] : [])),
    webhook: (name) => local.webhooks().find((entry) => entry.name === name),
    received: async (name, times = 1) => {
      const found = () => functions.received.filter((one) => one.name === name);
      while (found().length < times) await new Promise((done) => setTimeout(done, 10));
      return found();
    },
  } as TestedWebhooks;
  const openApi = new TwilioOpenApi();
  let problems: string[];
  afterEach(async () => {
    // The functions of the next test must not receive them.
    while (local.webhooks().some(({ state }) => state === 'running')) {
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(problems).toEqual([]);
  });
  beforeEach(() => {
    problems = [];
    local.twice = false;
    local.retries = 0;
    local.serviceSid = undefined;
    local.autoCreation = {};
    local.brackets = false;
    local.routesOn = 'onConversationRoute';
    local.initializingMs = 0;
    const state = new Conversations({ accountSid: `AC${'0'.repeat(32)}`, authToken });
    const timeline = new Timeline();
    const rest = new RestApi(state);
    rest.onRequest(({ request, answer }) => {
      if (answer) problems.push(...openApi.check(request, answer));
    });
    local.client = twilio(state.accountSid, authToken, { httpClient: inProcess(rest) });
    const url = `${functions.url}${paths.onConversationAdd}`;
    local.filters = (...names) =>
      rest.account.webhooks.update({ PreWebhookUrl: url, PostWebhookUrl: url }, names);
    local.filters('onConversationAdd', 'onParticipantAdded');
    const urlOf = (name: string): string => `${functions.url}${paths[name] ?? ''}`;
    const webhooks = new WebhookSender({ urlOf, authToken, timeline, badSignature: () => false });
    const nameOf = (address: string): string => address;
    const sending = { state, timeline, webhooks, nameOf, routesOn: () => local.routesOn };
    const dispatcher = new Dispatcher({
      ...sending,
      account: rest.account,
      deliverTwice: () => local.twice,
      retries: () => local.retries,
      format: () => ({ brackets: local.brackets }),
    });
    local.state = state;
    local.rest = rest;
    local.timeline = timeline;
    local.inbound = new InboundMessages({
      ...sending,
      dispatcher,
      optOuts: rest.optOuts,
      scopedWebhooks: rest.account.scopedWebhooks,
      services: rest.account.services,
      frontline: { users: () => [] },
      numbers: () => [],
      routingMode: () => 'custom',
      initializingMs: () => local.initializingMs,
      deliverTwice: () => local.twice,
      autoCreationOf: () => ({
        enabled: true,
        type: 'default',
        conversation_service_sid: local.serviceSid ?? null,
        ...local.autoCreation,
      }),
    });
    local.chat = new ChatMessages({
      ...{ state, timeline, dispatcher, nameOf },
      serviceSid: () => local.serviceSid,
    });
    local.app = new FrontlineApp({
      ...{ state, timeline, webhooks, dispatcher, nameOf },
      serviceSid: () => local.serviceSid,
    });
  });
  return local;
}
