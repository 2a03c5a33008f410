import { conversationEvents } from './twilio/conversations/event-list';

/** The webhooks and callbacks for which a fault can be chosen. */
export const webhookTargets = [
  ...conversationEvents.map(({ name }) => name),
  'onConversationRoute',
  'GetProxyAddress',
  'GetCustomersList',
  'GetCustomerDetailsByCustomerId',
  'GetTemplatesByCustomerId',
  'outboundMessage',
  'sweep',
];

/**
 * The REST requests that our functions make, without version, account and service; `*` is a SID or a name. A fault can be
 * chosen for any other request, too.
 */
export const requestTargets = [
  'GET /Conversations',
  'GET /Conversations/*',
  'POST /Conversations/*',
  'GET /Conversations/*/Participants',
  'POST /Conversations/*/Participants',
  'GET /Conversations/*/Participants/*',
  'POST /Conversations/*/Participants/*',
  'DELETE /Conversations/*/Participants/*',
  'GET /Conversations/*/Messages',
  'POST /Conversations/*/Messages',
  'GET /ParticipantConversations',
  'GET /Configuration/Addresses',
  'GET /Users/*',
  'POST /Interactions',
  'GET /Interactions/*/Channels',
  'GET /Interactions/*/Channels/*',
  'POST /Interactions/*/Channels/*',
  'POST /Interactions/*/Channels/*/Invites',
  'GET /Workspaces',
  'GET /Workspaces/*/Workers',
  'GET /Workspaces/*/Workers/*',
  'GET /Workspaces/*/Tasks',
  'GET /Workspaces/*/Tasks/*',
  'POST /Workspaces/*/Tasks/*',
  'GET /Content/*',
  'GET /Messages.json',
  'POST /Tokens/validate',
  'GET /Documents',
  'GET /Documents/*',
  'POST /Documents',
  'POST /Documents/*',
] as const;

/** How a request is named in a fault: a method, or `*` for all, and a path. */
export const requestPattern = /^(\*|GET|POST|PUT|DELETE) (\/[\w.*-]+)+$/;

/** @returns whether a request is one that a fault names, e.g. `GET /Users/*` */
export function isRequestNamed(name: string, { method, path }: { method: string; path: string }): boolean {
  const [wanted, pattern = ''] = name.split(' ');
  if (wanted !== '*' && wanted !== method) return false;
  const literal = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+');
  return new RegExp(`^${literal}$`).test(withoutPrefix(path));
}

/** What is the same in all requests of a product is no part of an operation's name. */
function withoutPrefix(path: string): string {
  return path
    .replace(/^\/(v\d+|2010-04-01)/, '')
    .replace(/^\/(Accounts\/AC\w+|Services\/(IS\w+|default))(?=\/)/, '');
}
