/**
 * What the local Twilio tells the console, the CLI and tests, and what they may ask of it: the JSON of the control
 * API on port 4000. What may be asked is in `api-schemas.ts`. Times are ISO 8601, durations milliseconds.
 */

import type { InferOutput } from 'valibot';
import type {
  channel,
  customerRequest,
  faults,
  flexOutboundRequest,
  flexSettings,
  inboundRequest,
  outgoingRequest,
  resendRequest,
  settings,
  settingsChange,
  workerChange,
  workerMessageRequest,
} from './api-schemas';

export type SimulatedChannel = InferOutput<typeof channel>;
export type InboundRequest = InferOutput<typeof inboundRequest>;
export type OutgoingRequest = InferOutput<typeof outgoingRequest>;
export type WorkerMessageRequest = InferOutput<typeof workerMessageRequest>;
export type FlexOutboundRequest = InferOutput<typeof flexOutboundRequest>;
export type ResendRequest = InferOutput<typeof resendRequest>;
export type FlexSettings = InferOutput<typeof flexSettings>;
export type Faults = InferOutput<typeof faults>;
export type RequestFault = Faults['requests'][number];
export type WebhookFault = Faults['webhooks'][number];
export type Settings = InferOutput<typeof settings>;
export type SettingsChange = InferOutput<typeof settingsChange>;
export type FrontlineUrls = Settings['frontlineUrls'];
export type RoutingMode = Settings['routingMode'];
export type WorkerChange = InferOutput<typeof workerChange>;
export type CustomerRequest = InferOutput<typeof customerRequest>;

export interface SimulatedWorker {
  identity: string;
  displayName: string;
  available: boolean;
  state: 'active' | 'deactivated';
}

/** A person with a phone, from the customers' data or made up by the user. */
export interface SimulatedCustomer {
  /** undefined for somebody who is in no data. */
  customerId?: string;
  displayName: string;
  /** E.164 */
  phone: string;
  /** What the data says the person uses; unknown customers have both. */
  channels: SimulatedChannel[];
  worker?: string;
}

export interface SimulatedMessage {
  sid: string;
  index: number;
  /** A worker's identity or a customer's address. */
  author: string;
  body: string;
  at: string;
  /** Of an e-mail. */
  subject?: string;
  /** Twilio's error code where it does not reach the customer, e.g. 63016. */
  undelivered?: number;
}

export interface SimulatedParticipant {
  sid: string;
  identity?: string;
  /** `+1…`, `whatsapp:+1…` */
  address?: string;
  proxyAddress?: string;
  projectedAddress?: string;
  attributes: Record<string, unknown>;
}

export interface SimulatedConversation {
  sid: string;
  friendlyName: string | null;
  state: 'initializing' | 'active' | 'inactive' | 'closed';
  attributes: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
  participants: SimulatedParticipant[];
  messages: SimulatedMessage[];
}

/** Something that an answer of ours does against the contract. */
export interface ContractProblem {
  /** e.g. `objects.customers[2].display_name`, `status`, `time`; empty for the answer as a whole. */
  field: string;
  problem: string;
}

/** One webhook or callback that was sent to a function. */
export interface WebhookEntry {
  kind: 'webhook';
  /** `onConversationAdd`, `onParticipantAdded`, `onConversationRoute`, `GetProxyAddress`, `GetCustomersList`, … */
  name: string;
  url: string;
  fields: Record<string, string>;
  limitMs: number;
  /** undefined while it is under way. */
  ms?: number;
  /** HTTP status; undefined while under way, or when no answer came. */
  status?: number;
  /** The answer's body as text. */
  body?: string;
  /** What Twilio does with the answer, in one sentence, e.g. `The conversation is created with these values.` */
  outcome?: string;
  problems: ContractProblem[];
  /** Twilio's or Frontline's error code that this answer causes, e.g. 48027. */
  errorCode?: number;
  /** The function's own log line: the decision with its reason. */
  decision?: {
    rule?: string;
    /** Which rules were passed over, and why. */
    passedOver?: { rule: string; why: string }[];
    /** Everything else in the line. */
    [fact: string]: unknown;
  };
  /** 1 for the first delivery, 2 for the second one. */
  delivery: number;
  /** `GET`; `POST` when left out. */
  method?: 'GET';
  /** Whose webhook it goes to: one of a service or of a conversation; the account's when left out. */
  scope?: 'service' | 'conversation';
  /** How often it was sent before without success: `RetryCount`. */
  retry?: number;
  /** Whether the function repeated the answer to an earlier request with the same key. */
  replayed?: boolean;
  /** The fault that was applied, if any. */
  fault?: string;
}

/** One REST request that reached the local Twilio. */
export interface RestEntry {
  kind: 'rest';
  method: string;
  /** e.g. `https://conversations.twilio.com/v1/Conversations/CH…/Participants` */
  url: string;
  form: Record<string, string>;
  status?: number;
  /** Twilio's error code. */
  code?: number;
  message?: string;
  ms?: number;
  /** The webhook (its entry's id) that the function was handling. */
  during?: number;
  /** The fault that was applied, if any. */
  fault?: string;
  /** What Frontline answered when it was asked about a user: whether that user is available. */
  userAvailable?: boolean;
}

/** Something that happened at Twilio or in the app, in one sentence. */
export interface NoteEntry {
  kind: 'note';
  text: string;
  /** Frontline's or Twilio's error code. */
  errorCode?: number;
}

export type EntryState = 'running' | 'ok' | 'warning' | 'failed';

/** One line of the timeline. An entry with the same `id` replaces the earlier one. */
export type TimelineEntry = {
  id: number;
  at: string;
  /** The same for all entries with one cause: a message, a click, a scenario. */
  trace: string;
  state: EntryState;
  /** The line's headline, e.g. `María Gómez texts +1 646 555 0190`. */
  title: string;
  conversationSid?: string;
} & (WebhookEntry | RestEntry | NoteEntry);

export interface Scenario {
  /** e.g. `owner-unavailable` */
  name: string;
  title: string;
  /** What it does and how it should end, in a sentence or two. */
  description: string;
  /** Whether something is expected to fail. */
  failing: boolean;
}

/** The result of a finished action. */
export interface ActionResult {
  trace: string;
  /** Whether every answer kept the contract; of a scenario, whether it ended as its description says. */
  ok: boolean;
  /** What did not end as expected, in sentences. */
  failures: string[];
  conversationSid?: string;
  entries: TimelineEntry[];
  /** What the answers of webhooks decided, by the id of the entry. */
  sentences: Record<number, string>;
}

/** The channels on which Flex starts conversations. */
export type FlexChannel = 'sms' | 'whatsapp' | 'chat' | 'email' | 'messenger';

/** A Flex user who is a TaskRouter worker. */
export interface FlexAgent {
  /** e.g. `alice@example.com` */
  name: string;
  displayName: string;
  /** In conversations, e.g. `alice_40example_2Ecom`. */
  identity: string;
  /** `WK…` */
  workerSid: string;
}

/** A Content template. */
export interface FlexTemplate {
  /** `HX…` */
  contentSid: string;
  /** With variables such as `{{1}}`. */
  text: string;
  /** Their names. */
  variables: string[];
  language: string;
}

/** An interaction that was started. */
export interface FlexInteraction {
  /** `KD…` */
  sid: string;
  channelSid: string;
  channel: string;
  status: 'setup' | 'active' | 'failed' | 'closed' | 'inactive';
  errorCode?: number;
  conversationSid: string;
  taskSid: string;
  taskStatus: string;
  /** The agent's name. */
  agent: string;
}

/** What the console's Flex side needs. */
export interface FlexSnapshot {
  agents: FlexAgent[];
  templates: FlexTemplate[];
  /** The newest first; in `GET /api/state` at most 100. */
  interactions: FlexInteraction[];
}

/** The function's answer, and everything that happened. */
export interface FlexResult extends ActionResult {
  /** undefined when no answer came in time. */
  status?: number;
  /** SIDs, or `code` and `message`. */
  answer: Record<string, unknown>;
}

/** A problem or a warning in the data, with its place. */
export interface DataProblem {
  severity: 'error' | 'warning';
  /** e.g. `assets/customers.private.json` */
  file: string;
  line?: number;
  /** e.g. `customers[3].channels[0].value` */
  path: string;
  problem: string;
  fix: string;
  /** The name of the customer whom it is about. */
  customer?: string;
}

/** The last build. */
export interface Build {
  ok: boolean;
  /** Why it failed. */
  report?: string;
  /** The problems and warnings in the data. */
  problems?: DataProblem[];
}

/** `GET /api/state`. What can be long is read by page: `api-lists.ts`. */
export interface Snapshot {
  version: string;
  urls: { functions: string; console: string; proxy: string };
  build: Build;
  /** The data that is in use. */
  data: { loadedAt: string; customers: number; workers: number };
  settings: Settings;
  /** The settings at the start: without faults. */
  defaults: Settings;
  /** Our Twilio numbers, E.164, the first one the default. */
  numbers: { address: string; channels: SimulatedChannel[] }[];
  workers: SimulatedWorker[];
  /** The phones to begin with: of customers who have a worker. */
  phones: SimulatedCustomer[];
  scenarios: Scenario[];
  flex: FlexSnapshot;
}

/** How commands and other clients on this machine reach the local Twilio: `GET /api/account`. */
export interface LocalAccount {
  accountSid: string;
  authToken: string;
  /** What the functions' gateway serves. */
  functionsUrl: string;
  /** For `HTTP_PROXY`. */
  proxyUrl: string;
  /** For `NODE_EXTRA_CA_CERTS`. */
  caFile: string;
  /** What the functions have in place of variables that are not in `.env`. */
  variables: Record<string, string>;
}

/*
 * Further calls:
 *
 * GET  /api/events                       server-sent events `changes`, each with a list of ServerEvent (`api-lists.ts`)
 * GET  /api/timeline                     TimelineEntry[]; `?format=export` offers it as a file
 * GET  /api/timeline/:id/curl            text/plain: the webhook as a signed curl command
 * GET  /api/account                      LocalAccount
 * POST /api/scenarios/:name              ActionResult
 * PATCH /api/settings                    a part of Settings; answers Settings
 * PATCH /api/workers/:identity           { available?, state? }; answers SimulatedWorker
 * POST /api/conversations/:sid           { state: 'active' | 'inactive' | 'closed' }; answers SimulatedConversation
 * POST /api/customers                    { displayName?, phone } an unknown customer's phone; answers SimulatedCustomer
 * POST /api/reset                        forgets conversations and timeline; `{ everything: true }` also puts back the
 *                                        settings with all faults, and makes every worker available
 *
 * What the Frontline app asks our functions for a worker; each answers what the function answered and the entry:
 * GET  /api/app/customers?worker=&query=&token=&pageSize=   { customers: [{customer_id, display_name, avatar?}], nextPageToken?, entry }
 * GET  /api/app/customers/:id?worker=                       { customer: {…, channels, links, details}, entry }
 * GET  /api/app/templates?worker=&customerId=&conversationSid=   { categories: [{display_name, templates: [{content, whatsAppApproved?}]}], entry }
 *
 * An error is `{ "code", "message" }` with 4xx.
 */
