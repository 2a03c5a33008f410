import { InvalidEvent, Unprocessable } from '../errors';
import { type ChannelType, channelTypes, type Routing } from '../model';
import { byteLength, isBlank } from '../text';
import type { MessageContent } from '../twilio/messages';

/** Twilio's limits, in characters. */
const contentLimits = { body: 1_600, subject: 256, variable: 1_600, variables: 100 };

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
  const channel = channelTypes.find((type) => type === name);
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
  requireAtMost('body', body, contentLimits.body);
  if (channel === 'email' && !subject) throw new InvalidEvent('subject', 'is missing: an e-mail has one');
  if (channel !== 'email' && subject) throw new InvalidEvent('subject', 'is for e-mail alone');
  requireVisible('subject', subject);
  requireAtMost('subject', subject, contentLimits.subject);
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
  if (entries.length > contentLimits.variables) throw wrong(`must be at most ${contentLimits.variables}`);
  for (const [name, text] of entries) {
    if (!/^\w{1,64}$/.test(name)) throw wrong('must have names of letters, digits and _');
    if (typeof text !== 'string' || isBlank(text)) throw wrong(`must have a text for ${name}`);
    if (text.length > contentLimits.variable)
      throw wrong(`must have at most ${contentLimits.variable} characters for ${name}`);
    // Meta refuses these in a template's parameters, long after anybody could see why.
    if (channel === 'whatsapp' && /[\r\n\t]| {5}/.test(text)) {
      throw wrong(`must have no line breaks, tabs or runs of spaces for ${name}: WhatsApp refuses them`);
    }
  }
  return Object.fromEntries((entries as [string, string][]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function requireVisible(field: string, text: string | undefined): void {
  if (text && isBlank(text)) throw new InvalidEvent(field, 'must hold something that can be seen');
}

function requireAtMost(field: string, text: string | undefined, most: number): void {
  if (text !== undefined && text.length > most) {
    throw new InvalidEvent(field, `must have at most ${most} characters, and has ${text.length}`);
  }
}

/** What a request says of the task, beyond what follows from the customer and the worker. */
export interface TaskFields {
  customerName?: string;
  attributes?: Record<string, string | number | boolean>;
  priority?: number;
  /** `HQ…` */
  interactionContextSid?: string;
}

/** What this project and Flex keep in a task's attributes: no request may set it. */
export const reservedAttributes: readonly string[] = [
  'channelType',
  'conversationSid',
  'conversations',
  'customerAddress',
  'customerName',
  'customer_id',
  'customers',
  'direction',
  'flexChannelInviteSid',
  'flexInteractionChannelSid',
  'flexInteractionSid',
  'initiatedBy',
  'outbound_request',
];

const taskLimits = { name: 256, value: 1_000, attributes: 2_048, priority: 2 ** 31 - 1 };

interface TaskRequest {
  customerName?: string | undefined;
  taskAttributes?: unknown;
  priority?: unknown;
  interactionContextSid?: string | undefined;
}

/**
 * Reads what a request says of the task.
 *
 * @throws InvalidEvent naming the field that is wrong, too long, or not listed in the routing data's
 *   `flex.taskAttributes`
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions
 */
export function readTask(given: TaskRequest, routing: Routing): TaskFields {
  const { customerName, interactionContextSid } = given;
  if (customerName !== undefined) checkName(customerName);
  if (interactionContextSid !== undefined && !/^HQ[0-9a-fA-F]{32}$/.test(interactionContextSid)) {
    throw new InvalidEvent('interactionContextSid', 'must be HQ and 32 hexadecimal digits');
  }
  const attributes = readAttributes(given.taskAttributes, routing.flex.taskAttributes);
  const priority = readPriority(given.priority);
  return {
    ...(customerName !== undefined && { customerName: customerName.trim() }),
    ...(attributes && { attributes }),
    ...(priority !== undefined && { priority }),
    ...(interactionContextSid !== undefined && { interactionContextSid }),
  };
}

function checkName(name: string): void {
  if (name.length > taskLimits.name) {
    throw new InvalidEvent(
      'customerName',
      `must have at most ${taskLimits.name} characters, and has ${name.length}`,
    );
  }
  if (isBlank(name)) throw new InvalidEvent('customerName', 'must hold something that can be seen');
  if (/\p{Cc}/u.test(name)) throw new InvalidEvent('customerName', 'must be a single line');
}

function readPriority(given: unknown): number | undefined {
  if (given === undefined || given === '') return undefined;
  const priority = /^\d{1,10}$/.test(String(given)) ? Number(given) : Number.NaN;
  if (priority <= taskLimits.priority) return priority;
  throw new InvalidEvent('priority', `must be a whole number from 0 to ${taskLimits.priority}`);
}

function readAttributes(given: unknown, listed: readonly string[]): TaskFields['attributes'] {
  if (given === undefined || given === '') return undefined;
  const wrong = (problem: string): InvalidEvent => new InvalidEvent('taskAttributes', problem);
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('must be an object, or that as JSON text');
  }
  for (const [name, one] of Object.entries(value)) {
    if (!listed.includes(name)) {
      const names = listed.length > 0 ? listed.join(', ') : 'none';
      throw wrong(`must have only names that flex.taskAttributes lists: ${names}`);
    }
    const isText = typeof one === 'string' && one.length <= taskLimits.value;
    if (!isText && typeof one !== 'boolean' && !Number.isFinite(one)) {
      throw wrong(
        `must have a text of at most ${taskLimits.value} characters, a number or a boolean for ${name}`,
      );
    }
  }
  if (byteLength(JSON.stringify(value)) > taskLimits.attributes) {
    throw wrong(`must have at most ${taskLimits.attributes} bytes as JSON`);
  }
  return Object.keys(value).length > 0 ? (value as TaskFields['attributes']) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
