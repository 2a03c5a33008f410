/** An event of Conversations that the local Twilio sends. */
export interface SimulatedEvent {
  name: string;
  /** Before the change, which waits for the answer; or after it. */
  when: 'pre-action' | 'post-action';
  /** What changes. */
  resource: 'conversation' | 'participant' | 'message' | 'delivery' | 'user';
  /** Which configurations can have it in their filters. */
  scopes: ('account' | 'service' | 'conversation')[];
  /** Twilio's page with its fields. */
  documentation: string;
}

const page = 'https://www.twilio.com/docs/conversations/conversations-webhooks';

/**
 * All events of Conversations: those that Twilio's OpenAPI file lists as filters of the account's webhooks. Its list for
 * a service has no events of users, and webhooks of a conversation have post-action events only.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#webhook-action-triggers
 */
export const conversationEvents: SimulatedEvent[] = [
  ...pairOf('conversation', 'onConversation'),
  event('onConversationStateUpdated', 'post-action', 'conversation'),
  ...pairOf('participant', 'onParticipant'),
  ...pairOf('message', 'onMessage'),
  event('onDeliveryUpdated', 'post-action', 'delivery'),
  event('onUserAdded', 'post-action', 'user'),
  event('onUserUpdate', 'pre-action', 'user'),
  event('onUserUpdated', 'post-action', 'user'),
];

const byName = new Map(conversationEvents.map((one) => [one.name, one]));

/** @returns whether an event of Conversations has this name */
export function isConversationEvent(name: string): boolean {
  return byName.has(name);
}

/** @returns whether Twilio waits for the answer to this event before it does what the event is about */
export function isPreAction(name: string): boolean {
  return byName.get(name)?.when === 'pre-action';
}

/** @returns the events before and after something is added, updated or removed */
function pairOf(resource: SimulatedEvent['resource'], prefix: string): SimulatedEvent[] {
  return ['Add', 'Update', 'Remove'].flatMap((verb) => [
    event(`${prefix}${verb}`, 'pre-action', resource),
    event(`${prefix}${verb}${verb.endsWith('e') ? 'd' : 'ed'}`, 'post-action', resource),
  ]);
}

function event(
  name: string,
  when: SimulatedEvent['when'],
  resource: SimulatedEvent['resource'],
): SimulatedEvent {
  const isOfConversation = when === 'post-action' && resource !== 'user' && name !== 'onConversationAdded';
  return {
    name,
    when,
    resource,
    scopes: [
      'account',
      ...(resource === 'user' ? [] : (['service'] as const)),
      ...(isOfConversation ? (['conversation'] as const) : []),
    ],
    documentation: `${page}#${name.toLowerCase()}`,
  };
}
