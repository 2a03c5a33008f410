import type { TimelineEntry } from '../../simulator/api';
import { FrontlineApp } from '../../simulator/frontline-app';
import { InboundMessages } from '../../simulator/phones/inbound-messages';
import { Timeline } from '../../simulator/timeline';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { paths } from '../../simulator/webhooks/paths';
import { WebhookSender } from '../../simulator/webhooks/webhook-sender';
import { authToken, type StandInFunctions, useStandInFunctions } from './stand-in-functions';

/** What sends webhooks in the local Twilio, and the settings that change what it sends. */
export interface TestedWebhooks {
  functions: StandInFunctions;
  state: Conversations;
  timeline: Timeline;
  inbound: InboundMessages;
  app: FrontlineApp;
  twice: boolean;
  serviceSid: string | undefined;
  brackets: boolean;
  routesOn: 'onConversationRoute' | 'onConversationAdded';
  initializingMs: number;
  addedIsOn: boolean;
  /** A message of a new customer. */
  write(): ReturnType<InboundMessages['receiveInbound']>;
  /** The first webhook of that name on the timeline. */
  webhook(name: string): Extract<TimelineEntry, { kind: 'webhook' }> | undefined;
}

/** Phones and an app for each test of a file, whose webhooks go to stand-in functions. */
export function useWebhooks(): TestedWebhooks {
  const functions = useStandInFunctions();
  const local = {
    functions,
    write: () => local.inbound.receiveInbound({ from: '+12125550101', to: '+16465550190', body: 'Hi' }, 't'),
    webhook: (name) =>
      local.timeline.entries().find((entry): entry is Extract<TimelineEntry, { kind: 'webhook' }> => {
        return entry.kind === 'webhook' && entry.name === name;
      }),
  } as TestedWebhooks;
  beforeEach(() => {
    local.twice = false;
    local.serviceSid = undefined;
    local.brackets = false;
    local.routesOn = 'onConversationRoute';
    local.initializingMs = 0;
    local.addedIsOn = false;
    const state = new Conversations({ accountSid: `AC${'0'.repeat(32)}`, authToken });
    const timeline = new Timeline();
    const urlOf = (name: string): string | undefined =>
      name === 'onConversationAdded' && !local.addedIsOn ? undefined : `${functions.url}${paths[name] ?? ''}`;
    const webhooks = new WebhookSender({ urlOf, authToken, timeline, badSignature: () => false });
    const nameOf = (address: string): string => address;
    local.state = state;
    local.timeline = timeline;
    local.inbound = new InboundMessages({
      state,
      timeline,
      webhooks,
      nameOf,
      optOuts: { read: () => undefined },
      frontline: { users: () => [] },
      numbers: () => [],
      routingMode: () => 'custom',
      routesOn: () => local.routesOn,
      initializingMs: () => local.initializingMs,
      deliverTwice: () => local.twice,
      autocreates: () => true,
      serviceOf: () => local.serviceSid,
      brackets: () => local.brackets,
    });
    local.app = new FrontlineApp({ state, timeline, webhooks, nameOf, serviceSid: () => local.serviceSid });
  });
  return local;
}
