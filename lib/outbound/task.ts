import { InvalidEvent } from '../errors';
import type { Routing } from '../model';
import { byteLength, isBlank } from '../text';

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

const limits = { name: 256, value: 1_000, attributes: 2_048, priority: 2 ** 31 - 1 };

interface Given {
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
export function readTask(given: Given, routing: Routing): TaskFields {
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
  if (name.length > limits.name) {
    throw new InvalidEvent(
      'customerName',
      `must have at most ${limits.name} characters, and has ${name.length}`,
    );
  }
  if (isBlank(name)) throw new InvalidEvent('customerName', 'must hold something that can be seen');
  if (/\p{Cc}/u.test(name)) throw new InvalidEvent('customerName', 'must be a single line');
}

function readPriority(given: unknown): number | undefined {
  if (given === undefined || given === '') return undefined;
  const priority = /^\d{1,10}$/.test(String(given)) ? Number(given) : Number.NaN;
  if (priority <= limits.priority) return priority;
  throw new InvalidEvent('priority', `must be a whole number from 0 to ${limits.priority}`);
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
    const isText = typeof one === 'string' && one.length <= limits.value;
    if (!isText && typeof one !== 'boolean' && !Number.isFinite(one)) {
      throw wrong(
        `must have a text of at most ${limits.value} characters, a number or a boolean for ${name}`,
      );
    }
  }
  if (byteLength(JSON.stringify(value)) > limits.attributes) {
    throw wrong(`must have at most ${limits.attributes} bytes as JSON`);
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
