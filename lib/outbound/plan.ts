import { createHash } from 'node:crypto';
import { type Address, addressKey } from '../address';
import { InvalidEvent, NotFound, Unprocessable } from '../errors';
import type { ChannelType, Customer, Routing } from '../model';
import { decideProxy, type ProxyDecision } from '../proxy-addresses/choose';
import { isBlank } from '../text';
import type { InteractionRequest } from '../twilio/interactions';
import type { MessageContent, OutgoingMessage } from '../twilio/messages';
import { checkDestination, requireForeign } from './destination';
import { channelTypeOf, type FlexWorkspace } from './flex';
import type { Copy } from './recipient';
import type { TaskFields } from './task';

/** A first message and the conversation that is to begin with it. */
export interface OutboundPlan {
  channel: string;
  /** The customer as Twilio's participants have one. */
  customer: { address: Address } | { identity: string };
  /** Ours; undefined for chat, where there is none. */
  proxyAddress: string | undefined;
  /** TaskRouter's, `WS…`. */
  workspaceSid: string;
  interaction: InteractionRequest;
  message: OutgoingMessage;
  /** What happens where the two have an open conversation: it is refused, or written into. */
  onActive: 'refuse' | 'reuse';
}

/** Twilio's limits, in characters. */
const limits = { body: 1_600, subject: 256, variable: 1_600, variables: 100 };

/** Who starts a conversation. */
export interface OutboundWorker {
  /** TaskRouter's, `WK…`. */
  sid: string;
  /** In conversations: the author of the message. */
  identity: string;
  /** As the routing data names workers, often an e-mail address. */
  name: string;
}

interface ContentFields {
  body?: string | undefined;
  contentSid?: string | undefined;
  contentVariables?: unknown;
  subject?: string | undefined;
}

/**
 * @returns the channel of this name
 * @throws Unprocessable for Google Business Messages, which is no more; InvalidEvent for what never was one
 */
export function readChannel(name: string): ChannelType {
  if (name === 'gbm') {
    const message = 'Google ended Google Business Messages on 31 July 2024: choose another channel.';
    throw new Unprocessable('channel_ended', message);
  }
  const channel = channelTypeOf(name);
  if (channel) return channel;
  throw new InvalidEvent('channel', 'must be one of: sms, whatsapp, chat, email, messenger');
}

/**
 * Reads what a first message holds, and checks it against the channel's limits.
 *
 * @throws InvalidEvent naming the field that is missing, too much or too long
 * @see https://www.twilio.com/docs/conversations/api/conversation-message-resource
 */
export function readContent(fields: ContentFields, channel: ChannelType): MessageContent {
  const { body, contentSid, subject } = fields;
  if (!body && !contentSid) throw new InvalidEvent('body', 'is missing: give it or contentSid');
  requireVisible('body', body);
  if (body && contentSid) throw new InvalidEvent('body', 'must not be given beside contentSid');
  if (contentSid && !/^HX[0-9a-fA-F]{32}$/.test(contentSid)) {
    throw new InvalidEvent('contentSid', 'must be HX and 32 hexadecimal digits');
  }
  requireAtMost('body', body, limits.body);
  if (channel === 'email' && !subject) throw new InvalidEvent('subject', 'is missing: an e-mail has one');
  if (channel !== 'email' && subject) throw new InvalidEvent('subject', 'is for e-mail alone');
  requireVisible('subject', subject);
  requireAtMost('subject', subject, limits.subject);
  if (subject && /[\r\n]/.test(subject)) throw new InvalidEvent('subject', 'must be a single line');
  const variables = readVariables(fields.contentVariables, channel);
  if (variables && !contentSid) throw new InvalidEvent('contentVariables', 'needs a contentSid');
  return {
    ...(body && { body }),
    ...(contentSid && { contentSid }),
    ...(variables && { contentVariables: JSON.stringify(variables) }),
    ...(subject && { subject }),
  };
}

/** @returns the variables in order of their names; undefined when there are none */
function readVariables(given: unknown, channel: ChannelType): Record<string, string> | undefined {
  if (given === undefined || given === '') return undefined;
  const wrong = (problem: string): InvalidEvent => new InvalidEvent('contentVariables', problem);
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('must be an object of texts, or that as JSON text');
  }
  const entries = Object.entries(value);
  if (entries.length > limits.variables) throw wrong(`must be at most ${limits.variables}`);
  for (const [name, text] of entries) {
    if (!/^\w{1,64}$/.test(name)) throw wrong('must have names of letters, digits and _');
    if (typeof text !== 'string' || isBlank(text)) throw wrong(`must have a text for ${name}`);
    if (text.length > limits.variable)
      throw wrong(`must have at most ${limits.variable} characters for ${name}`);
    // Meta refuses these in a template's parameters, long after anybody could see why.
    if (channel === 'whatsapp' && /[\r\n\t]| {5}/.test(text)) {
      throw wrong(`must have no line breaks, tabs or runs of spaces for ${name}: WhatsApp refuses them`);
    }
  }
  return Object.fromEntries((entries as [string, string][]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function requireVisible(field: string, text: string | undefined): void {
  if (text && isBlank(text)) throw new InvalidEvent(field, 'must hold something that can be seen');
}

function requireAtMost(field: string, text: string | undefined, most: number): void {
  if (text !== undefined && text.length > most) {
    throw new InvalidEvent(field, `must have at most ${most} characters, and has ${text.length}`);
  }
}

/** Between whom a conversation is to be. */
export interface OutboundParties {
  channel: ChannelType;
  to: Address;
  customer: Customer | undefined;
  /** An e-mail's further recipients. */
  copies: Copy[];
  worker: OutboundWorker;
  task: TaskFields;
}

/** What is configured. */
export interface OutboundConfiguration {
  routing: Routing;
  workspace: FlexWorkspace;
  env: Readonly<Record<string, unknown>>;
}

/**
 * Plans a first message: from which of our addresses, and the interaction that it begins, as the Interactions API
 * wants it for the channel.
 *
 * @returns the plan, and the rule that named our address; none for chat, which has no such address
 * @throws NotFound when the channel has no proxy address; Misconfigured when the one it has is wrong; as
 *   `checkDestination`
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions
 * @see https://www.twilio.com/docs/flex/developer/conversations/send-outbound-messages-via-sms-and-whatsapp whose
 *   samples have the `type` of SMS and WhatsApp in the channel's properties and participants, too
 */
export function planOutbound(
  parties: OutboundParties,
  content: MessageContent,
  onActive: 'refuse' | 'reuse',
  { routing, workspace, env }: OutboundConfiguration,
): { plan: OutboundPlan; rule: string | undefined } {
  const { channel, to, customer, copies, worker, task } = parties;
  checkDestination(to, customer, routing, env);
  for (const { address } of copies) requireForeign(addressKey(address, 'email') ?? address, routing, env);
  const proxy = channel === 'chat' ? undefined : chooseProxy(parties, routing, env);
  const customerName = task.customerName ?? customer?.display_name ?? to.value;
  const taskChannel = routing.flex.taskChannels[channel];
  const proxyAddress = proxy?.proxyAddress;
  const plan = {
    channel,
    customer: channel === 'chat' ? { identity: to.value } : { address: to },
    proxyAddress,
    workspaceSid: workspace.workspaceSid,
    interaction: {
      channel: {
        type: channel,
        initiated_by: 'agent',
        ...(channel !== 'chat' && {
          properties: {
            type: channel,
            ...(channel === 'email' && {
              from: proxyAddress,
              from_name: routing.flex.emailFromName ?? proxyAddress,
            }),
          },
        }),
        participants: describeParticipants(parties, proxyAddress, customerName),
      },
      routing: {
        properties: {
          workspace_sid: workspace.workspaceSid,
          workflow_sid: workspace.workflowSid,
          queue_sid: workspace.queueSid,
          worker_sid: worker.sid,
          ...(taskChannel !== undefined && { task_channel_unique_name: taskChannel }),
          ...(task.priority !== undefined && { priority: task.priority }),
          attributes: {
            ...task.attributes,
            customerName,
            customerAddress: to.value,
            ...(customer && { customer_id: customer.customer_id }),
            direction: 'outbound',
          },
        },
      },
      ...(task.interactionContextSid !== undefined && {
        interactionContextSid: task.interactionContextSid,
      }),
    },
    message: { ...content, author: worker.identity },
    onActive,
  };
  return { plan, rule: proxy?.rule };
}

/** The same rules as for `GetProxyAddress`. */
function chooseProxy(
  { channel, to, customer, worker }: OutboundParties,
  routing: Routing,
  env: Readonly<Record<string, unknown>>,
): ProxyDecision {
  const request = {
    channel,
    address: to,
    worker: worker.name,
    customerId: customer?.customer_id ?? '',
    country: customer?.country,
  };
  const decision = decideProxy(request, routing, env);
  if (decision) return decision;
  throw new NotFound('no_proxy_address', 'No proxy address is configured for this channel.');
}

function describeParticipants(
  { channel: type, to, copies }: OutboundParties,
  proxyAddress: string | undefined,
  name: string,
): object[] {
  switch (type) {
    case 'chat':
      return [{ identity: to.value }];
    case 'email':
      return [{ level: 'to', name, address: to.value }, ...copies];
    default:
      // Of Messenger, Twilio's documentation says nothing: its addresses have this form wherever else they stand.
      return [{ address: to.value, proxy_address: proxyAddress, type }];
  }
}

/** @returns a name for some texts that says nothing of them: 40 hexadecimal digits */
export function digest(...texts: string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 40);
}
