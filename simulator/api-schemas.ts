import * as v from 'valibot';
import { requestFault, webhookFault } from './fault-schemas';

const text = v.pipe(v.string(), v.minLength(1));
const phone = v.pipe(v.string(), v.regex(/^\+[1-9]\d{6,14}$/));

const isNoList = v.check((value: unknown) => !Array.isArray(value), 'must be an object');

/** Knows these fields alone: another one is a spelling mistake, and would change nothing. */
function onlyFields<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.unknown(), isNoList, v.strictObject(entries));
}

const texts = v.pipe(v.unknown(), isNoList, v.record(v.string(), v.string()));

/** The channels of phones. */
export const channel = v.picklist(['sms', 'whatsapp']);

/** `POST /api/inbound`: a customer writes. Answers an ActionResult once everything that follows has happened. */
export const inboundRequest = onlyFields({
  /** E.164; on chat, the customer's identity. */
  from: text,
  /** One of our numbers; the default one when left out. */
  to: v.exactOptional(text),
  channel: v.exactOptional(v.picklist(['sms', 'whatsapp', 'chat'])),
  /** On chat, into which conversation; the customer's open one or a new one when left out. */
  conversationSid: v.exactOptional(text),
  body: v.string(),
  /** The other people of a group MMS, E.164. */
  group: v.exactOptional(v.array(text)),
});

/** `POST /api/outgoing`: a worker starts a conversation from the app. Answers an ActionResult. */
export const outgoingRequest = onlyFields({
  worker: text,
  customerId: text,
  channel: v.exactOptional(channel),
  body: v.exactOptional(v.string()),
});

/** `POST /api/messages`: a worker writes into a conversation. Answers an ActionResult. */
export const workerMessageRequest = onlyFields({ conversationSid: text, worker: text, body: text });

/** `POST /api/flex/outbound`: an agent's plugin, or a CRM, calls `/flex/outbound-message`. Answers a FlexResult. */
export const flexOutboundRequest = onlyFields({
  /** The agent's name. */
  agent: text,
  /** With the agent's Flex token, or with the server's key; `agent` is the default. */
  as: v.exactOptional(v.picklist(['agent', 'server'])),
  channel: text,
  to: v.exactOptional(v.string()),
  customerId: v.exactOptional(v.string()),
  body: v.exactOptional(v.string()),
  contentSid: v.exactOptional(v.string()),
  contentVariables: v.exactOptional(texts),
  subject: v.exactOptional(v.string()),
  onActive: v.exactOptional(v.picklist(['refuse', 'reuse'])),
  idempotencyKey: v.exactOptional(v.string()),
});

/** `POST /api/resend`: sends a webhook again, with the same or edited fields. Answers an ActionResult. */
export const resendRequest = onlyFields({
  id: v.number(),
  fields: v.exactOptional(texts),
});

/** What goes wrong on purpose. */
export const faults = v.object({
  /**
   * How Twilio's REST API answers our functions: not at all (`hang`), 429, 500, with an answer that breaks off although
   * the request was carried out (`torn`), one byte per second (`drip`), or without a fault (`none`).
   */
  rest: v.picklist(['none', '429', '500', 'hang', 'torn', 'drip']),
  /** The number of REST requests that fail; null for all. */
  restTimes: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Whether webhooks are sent with a wrong signature. */
  badSignature: v.boolean(),
  /** What goes wrong with single REST requests; of those that apply, the first. */
  requests: v.array(requestFault),
  /** What goes wrong with our webhooks and callbacks; of those that apply, the first. */
  webhooks: v.array(webhookFault),
});

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600_000));

/** What becomes of an interaction that our functions start in Flex. */
export const flexSettings = v.object({
  /** What the agent does with the task: takes it, declines it, or lets it ring. */
  agentResponse: v.picklist(['accept', 'decline', 'ignore']),
  /** The channel fails so many milliseconds after it became active; null: it does not. */
  channelFailsAfterMs: v.nullable(milliseconds),
  /** Its `error_code` then. */
  channelErrorCode: v.pipe(v.number(), v.integer(), v.minValue(10_000), v.maxValue(99_999)),
});

/** The URLs in the Frontline Console, under Manage → Callbacks and Manage → Routing. */
const frontlineUrls = v.object({
  crm: text,
  outgoingConversation: text,
  templates: text,
  routing: text,
});

const atMost = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1)));

/** What Twilio answers 429 above; null: nothing. */
const limits = v.object({
  /** Requests that functions handle at once. */
  concurrentFunctions: atMost,
  /** REST requests at once. */
  concurrentRequests: atMost,
  /** Reads, and as many writes, of one Sync document in a second, on average over ten. */
  syncPerDocument: atMost,
  /** Requests in a second to each endpoint of Flex's Interactions. */
  interactionsPerSecond: atMost,
});

export const settings = v.object({
  /** What Twilio does with an inbound conversation that no worker is in: the Frontline Console's three choices. */
  routingMode: v.picklist(['custom', 'pool', 'none']),
  frontlineUrls,
  /** Whether post-action webhooks and the routing callback are delivered twice. */
  deliverTwice: v.boolean(),
  /**
   * How Twilio answers when a message is created for a customer who has sent STOP: it accepts the message, which then
   * fails with 21610 (`receipt`), or it refuses the request with 21610 (`refuse`).
   */
  optOut: v.picklist(['receipt', 'refuse']),
  /**
   * How far messages to phones get: `read` is for WhatsApp only. Each step is an `onDeliveryUpdated`. With `none`, only
   * failures have a receipt.
   */
  receipts: v.picklist(['none', 'sent', 'delivered', 'read']),
  /** How often a post-action webhook is sent again that is answered 429, 503, 504, or not in time. */
  webhookRetries: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)),
  /** For how long a conversation that a message creates is `initializing`, and rejects REST requests that change it. */
  initializingMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60_000)),
  flex: flexSettings,
  limits,
  faults,
});

/** `PATCH /api/settings`: omitted settings stay. Answers Settings. */
export const settingsChange = onlyFields({
  routingMode: v.exactOptional(settings.entries.routingMode),
  frontlineUrls: v.exactOptional(
    onlyFields({
      crm: v.exactOptional(text),
      outgoingConversation: v.exactOptional(text),
      templates: v.exactOptional(text),
      routing: v.exactOptional(text),
    }),
  ),
  deliverTwice: v.exactOptional(settings.entries.deliverTwice),
  optOut: v.exactOptional(settings.entries.optOut),
  receipts: v.exactOptional(settings.entries.receipts),
  webhookRetries: v.exactOptional(settings.entries.webhookRetries),
  initializingMs: v.exactOptional(settings.entries.initializingMs),
  flex: v.exactOptional(
    onlyFields({
      agentResponse: v.exactOptional(flexSettings.entries.agentResponse),
      channelFailsAfterMs: v.exactOptional(flexSettings.entries.channelFailsAfterMs),
      channelErrorCode: v.exactOptional(flexSettings.entries.channelErrorCode),
    }),
  ),
  limits: v.exactOptional(
    onlyFields({
      concurrentFunctions: v.exactOptional(atMost),
      concurrentRequests: v.exactOptional(atMost),
      syncPerDocument: v.exactOptional(atMost),
      interactionsPerSecond: v.exactOptional(atMost),
    }),
  ),
  faults: v.exactOptional(
    onlyFields({
      rest: v.exactOptional(faults.entries.rest),
      restTimes: v.exactOptional(faults.entries.restTimes),
      badSignature: v.exactOptional(faults.entries.badSignature),
      requests: v.exactOptional(faults.entries.requests),
      webhooks: v.exactOptional(faults.entries.webhooks),
    }),
  ),
});

/** `POST /api/scenarios/:name`. Answers an ActionResult. */
export const scenarioRequest = onlyFields({});

/** `PATCH /api/workers/:identity`. Answers a SimulatedWorker. */
export const workerChange = onlyFields({
  available: v.exactOptional(v.boolean()),
  state: v.exactOptional(v.picklist(['active', 'deactivated'])),
});

/** `POST /api/conversations/:sid/workers`: adds a worker or an agent. Answers a ConversationView. */
export const workerAddition = onlyFields({ worker: text });

/** `POST /api/reset`. Answers `{}`. */
export const resetRequest = onlyFields({ everything: v.exactOptional(v.boolean()) });

/** `POST /api/conversations/:sid`. Answers a SimulatedConversation. */
export const conversationChange = onlyFields({ state: v.picklist(['active', 'inactive', 'closed']) });

/** `POST /api/customers`: the phone of an unknown customer. Answers a SimulatedCustomer. */
export const customerRequest = onlyFields({ displayName: v.exactOptional(text), phone });
