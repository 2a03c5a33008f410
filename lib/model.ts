/**
 * The data as the callbacks read it: what `npm run build` makes of `assets/*.private.json` after checking it.
 * Addresses are normalized (numbers in E.164, with `whatsapp:` on that channel) and come with their keys, lists are
 * complete, and nothing here needs to be checked or normalized again at run time.
 */

/** The channel types that a customer can be reached on. */
export const channelTypes = ['sms', 'whatsapp', 'chat', 'email', 'messenger'] as const;
export type ChannelType = (typeof channelTypes)[number];

/** One way to reach a customer: an `Address`, in the form to which a first message is sent. */
export interface Channel {
  type: ChannelType;
  /** `+15550100`, `whatsapp:+15550100`, an e-mail address, an identity … */
  value: string;
  /** `Address.key`: the addresses of events are compared by it. */
  key: string;
  display_name?: string;
}

/** A link on the customer's card in the Frontline app. */
export interface Link {
  type: string;
  value: string;
  display_name: string;
}

/** A customer's card. */
export interface Customer {
  customer_id: string;
  display_name: string;
  /** URL of a picture. */
  avatar?: string;
  /** The identity of the worker who owns this customer. */
  worker?: string;
  /**
   * The workers whom entries of `routing.customers` name for this customer. They take precedence over `worker`; the
   * first one gets the conversations of every address without an entry of its own.
   */
  assigned_workers?: string[];
  /** BCP 47, e.g. `en` or `es-MX`. */
  language?: string;
  /** ISO 3166-1 alpha-2: given in the data, or taken by the build from the first phone number. */
  country?: string;
  channels: Channel[];
  /** Keys of shared addresses that lead to this card and not to the others that have them. */
  primary_for?: string[];
  links: Link[];
  details?: { title: string; content: string };
  /** Values for templates: `{{customer.fields.plan}}`. */
  fields?: Record<string, string>;
}

/**
 * `/customers.json`: sorted by `compareCustomers` (folded display name, then customer_id), which is the order of every
 * list in the app.
 */
export interface CustomersAsset {
  customers: Customer[];
}

/** Somebody who talks to customers. */
export interface Worker {
  /** The Frontline user's identity, often an e-mail address. */
  identity: string;
  display_name?: string;
}

/** A rule matches when every condition that it has matches; a rule without conditions beyond the channel always does. */
export interface ProxyRule {
  channel: ChannelType;
  workers?: string[];
  countries?: string[];
  /** customer_ids */
  customers?: string[];
  proxyAddress: string;
}

/** Outbound conversations from Flex. */
export interface FlexSettings {
  /** Which of them a Flex user must have to start a conversation. */
  roles: string[];
  /** Pages that may call from a browser, e.g. `https://flex.twilio.com`. */
  origins: string[];
  workspaceSid?: string;
  workflowSid?: string;
  queueSid?: string;
  /** Unique names of TaskRouter's task channels; without one Twilio chooses. */
  taskChannels: Partial<Record<ChannelType, string>>;
  /** In whose name e-mail is sent. */
  emailFromName?: string;
  /** To which customers an agent may write: all, or only the agent's own. */
  customerAccess: 'all' | 'own';
  /** To whose numbers may be written (ISO 3166-1 alpha-2); unless given, those of our own numbers' countries. */
  allowedCountries?: string[];
  /** Which attributes of a task a request may set. */
  taskAttributes: string[];
  /** Whether only customers of the data may be written to. */
  knownCustomersOnly: boolean;
  /** How many conversations each Flex worker, and how many all servers together, may start in an hour. */
  startsPerHour: { agent?: StartLimit; server?: StartLimit };
}

export interface StartLimit {
  most: number;
  /** Whether nothing may be started where it cannot be counted. */
  strict: boolean;
}

/** `/routing.json` */
export interface Routing {
  workers: Worker[];
  /** Whose cards and templates a Frontline worker may open. */
  customerAccess: 'all' | 'own';
  /**
   * Every address of ours that the data names (proxy addresses, `routing.numbers`), keyed as `addressKey` does.
   */
  ownAddresses: string[];
  /** The conversation service (`IS…`) of events that name none; Twilio's default service unless given. */
  conversationServiceSid?: string;
  proxyAddresses: {
    rules: ProxyRule[];
    defaults: Partial<Record<ChannelType, string>>;
  };
  routing: {
    /**
     * Which event routes an inbound conversation: Frontline's `onConversationRoute`, or, on accounts without
     * Frontline, the Conversations webhook `onConversationAdded`.
     */
    on: 'onConversationRoute' | 'onConversationAdded';
    /**
     * Explicit address-to-worker entries. The key is the address's key (`addressKey`) where the entry holds on every
     * channel, or `<type>:<key>`, e.g. `whatsapp:+15550100`, where it holds on that channel only; the latter goes
     * first.
     */
    addresses: Record<string, string>;
    /** Which workers answer which of our Twilio numbers, keyed as `addressKey` does. */
    numbers: Record<string, string[]>;
    pool: string[];
    defaultWorker?: string;
    respectAvailability: boolean;
    /** What happens when a customer's own worker is unavailable. */
    unavailableOwner: 'assign' | 'next';
    /** Whether the default worker gets the conversation when nobody is available. */
    nobodyAvailable: 'assign' | 'leave';
    /** Whether conversations without a worker may be routed later (`npm run sweep`); true unless given. */
    sweep?: boolean;
  };
  flex: FlexSettings;
}

/** A message template. */
export interface Template {
  /** Text with `{{customer.display_name}}`-like placeholders. */
  content: string;
  whatsAppApproved?: boolean;
  /** Kept for outbound messages from an approved Content template. */
  contentSid?: string;
  language?: string;
}

/** Templates under one heading in the app. */
export interface TemplateCategory {
  display_name: string;
  templates: Template[];
}

/** `/templates.json` */
export interface TemplatesAsset {
  /** The language for customers without one, or with one that a category does not have. */
  defaultLanguage?: string;
  categories: TemplateCategory[];
}

/** The same object type without properties that can be undefined. */
export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** @returns the object without the properties that are undefined, as JSON would have it */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}
