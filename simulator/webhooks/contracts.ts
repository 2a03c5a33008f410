import * as v from 'valibot';
import { parseAddress } from '../../lib/address';
import type { ChannelType } from '../../lib/model';
import type { ContractProblem } from '../api';
import { conversationEvents, isPreAction } from '../twilio/conversations/event-list';

/** What a webhook's caller expects of an answer. */
export interface Contract {
  /** How long the caller waits. */
  limitMs: number;
  /** The schema of a valid body; undefined if the caller does not read the body. */
  body?: v.GenericSchema;
  /** The schema of an error body, for callers that handle errors: then an error is no breach of contract. */
  refusal?: v.GenericSchema;
  /** Whether an answer of 4xx rejects what the webhook is about, and breaks no contract. */
  rejects?: boolean;
  /** The maximum size of a body, in bytes. */
  maxBytes?: number;
  /** Frontline's error codes: for an invalid or too large body, for an error status, for no answer in time. */
  codes: { body?: number; status?: number; time?: number };
}

const text = v.pipe(v.string('must be text'), v.minLength(1, 'must not be empty'));
const optionalText = v.optional(v.string('must be text'));
const url = v.optional(v.pipe(v.string('must be text'), v.url('must be a URL')));

const proxyAddress = v.object({ proxy_address: text });
const customersList = v.object({
  objects: v.object({
    customers: v.array(v.object({ customer_id: text, display_name: text, avatar: url }), 'must be a list'),
    searchable: v.optional(v.boolean('must be true or false')),
    next_page_token: optionalText,
  }),
});
const customerDetails = v.object({
  objects: v.object({
    customer: v.object({
      customer_id: text,
      display_name: text,
      avatar: url,
      channels: v.array(v.object({ type: text, value: text, display_name: optionalText }), 'must be a list'),
      links: v.optional(v.array(v.object({ type: text, value: text, display_name: text }), 'must be a list')),
      details: v.optional(v.object({ title: v.string(), content: v.string() })),
    }),
  }),
});
const templates = v.array(
  v.object({
    display_name: text,
    templates: v.array(
      v.object({
        content: v.pipe(
          text,
          v.check((content) => !/\{\{[^{}]*\}\}/.test(content), 'has a placeholder that is not filled in'),
        ),
        whatsAppApproved: v.optional(v.boolean('must be true or false')),
      }),
      'must be a list',
    ),
  }),
  'must be a list of categories',
);
const isJson = (value: string): boolean => {
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
};
const attributes = v.optional(
  v.pipe(v.string('must be JSON as text, not an object'), v.check(isJson, 'must be valid JSON')),
);
/** What pre-action webhooks can modify, by resource. */
const modifiable: Record<string, v.GenericSchema> = {
  conversation: v.object({
    friendly_name: v.optional(
      v.pipe(v.string('must be text'), v.maxLength(256, 'must not be longer than 256 characters')),
    ),
    attributes,
  }),
  message: v.object({ body: optionalText, author: optionalText, attributes }),
};

const sid = (prefix: string) =>
  v.pipe(
    v.string('must be text'),
    v.regex(new RegExp(`^${prefix}[0-9a-f]{32}$`, 'i'), `must be a SID that begins with ${prefix}`),
  );
const outboundMessage = v.union(
  [
    v.object({
      interactionSid: sid('KD'),
      channelSid: sid('UO'),
      conversationSid: sid('CH'),
      taskSid: sid('WT'),
      messageSid: sid('IM'),
    }),
    v.object({ reused: v.literal(true), conversationSid: sid('CH'), messageSid: sid('IM') }),
  ],
  'must be the SIDs of what was started, or reused',
);
/** The body of an error. */
const refusal = v.object({ code: text, message: text });

const frontline = (body: v.GenericSchema): Contract => ({
  limitMs: 6_000,
  body,
  maxBytes: 64 * 1024,
  codes: { body: 48003, status: 48004, time: 48005 },
});

/**
 * What each caller expects, by callback name.
 *
 * @see https://www.twilio.com/docs/frontline/data-transfer
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export const contracts: Record<string, Contract> = {
  GetProxyAddress: frontline(proxyAddress),
  GetCustomersList: frontline(customersList),
  GetCustomerDetailsByCustomerId: frontline(customerDetails),
  GetTemplatesByCustomerId: frontline(templates),
  onConversationRoute: { limitMs: 10_000, codes: { status: 48010, time: 48010 } },
  ...Object.fromEntries(conversationEvents.map(({ name, resource }) => [name, contractOf(name, resource)])),
  sweep: { limitMs: 10_000, codes: {} },
  outboundMessage: { limitMs: 10_000, body: outboundMessage, refusal, codes: {} },
};

/**
 * To reject a message or a participant is what a pre-action webhook may be for. One that rejects a conversation loses the
 * message that creates it, so that counts as a fault.
 */
function contractOf(name: string, resource: string): Contract {
  const common = { limitMs: 5_000, codes: {} };
  if (!isPreAction(name)) return common;
  const body = /(Add|Update)$/.test(name) ? modifiable[resource] : undefined;
  return { ...common, ...(body && { body }), rejects: name !== 'onConversationAdd' };
}

/** An answer; without a status if none came in time. */
export interface ReceivedAnswer {
  status?: number | undefined;
  body: string;
  contentType?: string | undefined;
  /** Why there is no status; without it, no answer came in time. */
  failure?: string;
}

export interface Verdict {
  problems: ContractProblem[];
  errorCode?: number;
}

/**
 * Checks an answer against its contract.
 *
 * @param name the callback's name
 * @returns each problem, and the error code that Frontline would log
 */
export function validateResponse(
  name: string,
  { status, body, contentType, failure }: ReceivedAnswer,
): Verdict {
  const contract = contracts[name];
  if (!contract) return { problems: [] };
  if (status === undefined) {
    const problem = failure
      ? { field: '', problem: failure }
      : { field: 'time', problem: `no answer within ${contract.limitMs / 1_000} s` };
    return withCode([problem], contract.codes.time);
  }
  if (contract.rejects && status >= 400 && status <= 499) return { problems: [] };
  const isRefusal = contract.refusal !== undefined && status >= 400;
  if (!isRefusal && (status < 200 || status > 299)) {
    return withCode([{ field: '', problem: `expected status 200, got ${status}` }], contract.codes.status);
  }
  if (!contract.body || (isPreAction(name) && body.trim() === '')) return { problems: [] };
  const problems: ContractProblem[] = [];
  const size = Buffer.byteLength(body);
  if (contract.maxBytes && size > contract.maxBytes) {
    problems.push({
      field: '',
      problem: `the answer has ${size} bytes; at most ${contract.maxBytes} are read`,
    });
  }
  if (!contentType?.startsWith('application/json')) {
    problems.push({ field: 'Content-Type', problem: 'must be application/json' });
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return withCode(
      [...problems, { field: '', problem: 'the answer is not valid JSON' }],
      contract.codes.body,
    );
  }
  const result = v.safeParse(isRefusal && contract.refusal ? contract.refusal : contract.body, value);
  for (const issue of result.issues ?? []) {
    const field = (issue.path ?? [])
      .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
      .join('');
    const problem = issue.received === 'undefined' ? 'is missing' : issue.message;
    problems.push({ field: field.replace(/^\./, ''), problem });
  }
  return withCode(
    problems,
    problems.length > 0 ? (name === 'GetProxyAddress' ? 48026 : contract.codes.body) : undefined,
  );
}

/**
 * Checks a proxy address against the customer's address, as Frontline does.
 *
 * @returns no problems if it can be used
 * @see https://www.twilio.com/docs/api/errors/48027
 */
export function validateProxyAddress(proxy: string, customer: string, channel: ChannelType): Verdict {
  const field = 'proxy_address';
  if (proxy === customer) return withCode([{ field, problem: "is the customer's own address" }], 48027);
  if (channel === 'whatsapp' && !proxy.startsWith('whatsapp:')) {
    return withCode([{ field, problem: 'is not a WhatsApp sender: the prefix whatsapp: is missing' }], 48030);
  }
  const type = proxy.startsWith('whatsapp:') ? 'whatsapp' : channel;
  if (type !== channel)
    return withCode([{ field, problem: `is of channel ${type}, the customer of ${channel}` }], 48029);
  if (!parseAddress(proxy, channel)) return withCode([{ field, problem: 'is malformed' }], 48026);
  return { problems: [] };
}

function withCode(problems: ContractProblem[], errorCode: number | undefined): Verdict {
  return { problems, ...(errorCode !== undefined && { errorCode }) };
}
