import type { Account } from '../twilio/conversations/account';
import { isPreAction } from '../twilio/conversations/event-list';
import type { ScopedWebhook } from '../twilio/conversations/scoped-webhooks';
import type { WebhooksResource } from '../twilio/conversations/webhooks';
import { isCarrier } from '../twilio/http/request';
import type { ConversationEvent } from './events';

/** Where a webhook goes. */
export interface Target {
  scope: 'account' | 'service' | 'conversation';
  url: string;
  method: 'GET' | 'POST';
}

/**
 * @returns everybody who gets an event: the account's webhook, the service's, then those of the conversation. It is
 *   unsure which of the first two Twilio asks first.
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#configuring-webhook-targets-and-filtering
 */
export function targetsOf(event: ConversationEvent, account: Account): Target[] {
  const { name, serviceSid, conversationSid, origin } = event;
  const targets = [targetOf('account', name, account.webhooks.fetch())];
  // Measured on a live account: a service's webhook had no messages of carriers, the account's had them.
  if (!(name === 'onMessageAdded' && isCarrier(origin))) {
    targets.push(targetOf('service', name, account.webhooks.ofService(serviceSid)));
  }
  const scoped = conversationSid === undefined ? [] : account.scopedWebhooks.list(conversationSid);
  for (const webhook of scoped) targets.push(scopedTargetOf(webhook, event));
  return targets.filter((target) => target !== undefined);
}

function targetOf(
  scope: 'account' | 'service',
  name: string,
  { filters, method, pre_webhook_url, post_webhook_url }: WebhooksResource,
): Target | undefined {
  const url = isPreAction(name) ? pre_webhook_url : post_webhook_url;
  if (!url || !filters.includes(name)) return undefined;
  return { scope, url, method: method === 'GET' ? 'GET' : 'POST' };
}

/**
 * A trigger fires for a message with one of its keywords. How Twilio compares is not documented: here the message
 * contains it, in whatever case.
 *
 * @returns where a webhook of a conversation sends an event; undefined if it does not
 */
export function scopedTargetOf(
  { target, configuration }: Pick<ScopedWebhook, 'target' | 'configuration'>,
  { name, fields }: Pick<ConversationEvent, 'name' | 'fields'>,
): Target | undefined {
  const { url, method, filters = [], triggers = [] } = configuration;
  if (url === undefined || target === 'studio' || isPreAction(name)) return undefined;
  const body = (fields.Body ?? '').toLowerCase();
  const fires =
    target === 'webhook'
      ? filters.includes(name)
      : name === 'onMessageAdded' && triggers.some((one) => body.includes(one.toLowerCase()));
  return fires
    ? { scope: 'conversation', url, method: method?.toUpperCase() === 'GET' ? 'GET' : 'POST' }
    : undefined;
}
