import { randomBytes } from 'node:crypto';
import type { AccountSetup } from './account-setup';
import { describeSettingsChange } from './describe-settings';
import { FlexClient } from './flex-client';
import type { Target } from './forward-request';
import { FrontlineApp } from './frontline-app';
import { FrontlineWorkers } from './frontline-workers';
import { ChatMessages } from './phones/chat-messages';
import { Customers } from './phones/customers';
import { InboundMessages } from './phones/inbound-messages';
import { findPhoneUser, type ProjectData } from './project-data';
import type { ScenarioParts } from './scenarios/context';
import { SettingsStore } from './settings';
import type { Timeline } from './timeline';
import type { Conversations } from './twilio/conversations/conversations';
import type { RestApi } from './twilio/rest-api';
import { Dispatcher, type DispatcherOptions } from './webhooks/dispatcher';
import { WebhookSender } from './webhooks/webhook-sender';

/** What the parts are made of. */
interface PartsOptions {
  state: Conversations;
  rest: RestApi;
  timeline: Timeline;
  account: AccountSetup;
  data(): ProjectData;
  /** The URL of the functions' gateway. */
  functionsUrl: string;
  authToken: string;
  /** The local Twilio's own name in URLs. */
  host: string;
  variants: ReturnType<DispatcherOptions['format']>;
  nameOf(address: string): string;
  /** @returns where the functions are, once they can be reached */
  target(): Promise<Target>;
  /** Called when settings or people change. */
  onChange(): void;
  /** Called with what somebody has changed, in a few words. */
  onNotice(text: string): void;
}

/** @returns what scenarios, actions and the control API work with */
export function makeParts(options: PartsOptions): ScenarioParts {
  const { state, rest, timeline, account, data, nameOf, onChange } = options;
  // For those who call the functions, where `.env` has no keys.
  const [ownApiKey, ownSweepKey] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const settings = new SettingsStore(options.functionsUrl, (current, before) => {
    rest.applySettings(current);
    onChange();
    for (const text of describeSettingsChange(before, current, settings.defaults)) options.onNotice(text);
  });
  rest.applySettings(settings.current);
  rest.chosenFault = (request) => settings.faults.ofRequest(request);
  const customers = new Customers(
    () => data().customers,
    (phone) => findPhoneUser(data(), phone),
    onChange,
  );
  const webhooks = new WebhookSender({
    urlOf: (name) => account.callbackUrl(name),
    authToken: options.authToken,
    host: options.host,
    timeline,
    badSignature: () => settings.current.faults.badSignature,
    faultOf: (name) => settings.faults.ofWebhook(name),
    started: () => options.target(),
  });
  const sending = {
    ...{ state, timeline, webhooks, nameOf },
    routesOn: () => data().routesOn,
    deliverTwice: () => settings.current.deliverTwice,
  };
  const dispatcher = new Dispatcher({
    ...sending,
    account: rest.account,
    retries: () => settings.current.webhookRetries,
    format: () => options.variants,
  });
  const common = { ...sending, dispatcher };
  const inbound = new InboundMessages({
    ...common,
    frontline: rest.frontline,
    optOuts: rest.optOuts,
    scopedWebhooks: rest.account.scopedWebhooks,
    services: rest.account.services,
    numbers: () => data().numbers,
    routingMode: () => settings.current.routingMode,
    autoCreationOf: (address) => account.autoCreationOf(address),
    isUnbounded: () => settings.current.limits.concurrentFunctions !== null,
    initializingMs: () => settings.current.initializingMs,
  });
  const serviceSid = (): string | undefined => data().conversationServiceSid;
  const chat = new ChatMessages({ ...common, serviceSid });
  const app = new FrontlineApp({ ...common, serviceSid });
  const apiKey = (): string => data().env.OUTBOUND_API_KEY || ownApiKey;
  const flex = new FlexClient({ rest, timeline, webhooks, data, apiKey });
  const workers = new FrontlineWorkers(rest.frontline, data);
  const sweepKey = (): string => data().env.SWEEP_API_KEY || ownSweepKey;
  const shared = { state, timeline, settings, rest, webhooks, sweepKey };
  return { ...shared, inbound, chat, app, flex, customers, workers };
}
