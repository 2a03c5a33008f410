import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { page } from '../http/paging';
import { type RestRequest, readList } from '../http/request';
import { newDates } from '../http/resource';
import { newSid } from '../http/sids';
import type { ConversationsEnv } from './env';

/** What a webhook of a conversation is configured with; which fields there are depends on its target. */
export interface ScopedWebhookConfiguration {
  url?: string;
  method?: string;
  filters?: string[];
  triggers?: string[];
  flow_sid?: string;
  replay_after?: number;
}

export interface ScopedWebhook {
  sid: string;
  account_sid: string;
  conversation_sid: string;
  target: 'webhook' | 'trigger' | 'studio';
  configuration: ScopedWebhookConfiguration;
  url: string;
  date_created: string;
  date_updated: string;
}

/**
 * The events that such a webhook can have: post-action ones, of a conversation that exists already.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/address-configuration-resource WebhookFilters
 */
export const scopedEvents = [
  'onMessageAdded',
  'onMessageUpdated',
  'onMessageRemoved',
  'onConversationUpdated',
  'onConversationStateUpdated',
  'onConversationRemoved',
  'onParticipantAdded',
  'onParticipantUpdated',
  'onParticipantRemoved',
  'onDeliveryUpdated',
];

/** @see https://www.twilio.com/docs/api/errors/50361 and 50362, 50366 */
const limits = { webhooks: 5, triggers: 5, triggerLength: 248 };

/**
 * The webhooks of single conversations.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/conversation-scoped-webhook-resource
 */
export class ScopedWebhooks {
  readonly #accountSid: string;
  #webhooks = new Map<string, ScopedWebhook[]>();
  #listeners = new Set<(webhook: ScopedWebhook) => void>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** Calls the listener with each new webhook. @returns a function that removes the listener */
  onAdded(listener: (webhook: ScopedWebhook) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns the webhooks of a conversation */
  list(conversationSid: string): ScopedWebhook[] {
    return this.#webhooks.get(conversationSid) ?? [];
  }

  /** @throws TwilioError 404/50360 */
  fetch(conversationSid: string, sid: string): ScopedWebhook {
    const found = this.list(conversationSid).find((one) => one.sid === sid);
    if (found) return found;
    throw refuse(50360);
  }

  /** @throws TwilioError for a configuration that Twilio rejects, and for a sixth webhook (50361) */
  create(
    conversationSid: string,
    target: ScopedWebhook['target'],
    given: ScopedWebhookConfiguration,
  ): ScopedWebhook {
    const others = this.list(conversationSid);
    if (others.length >= limits.webhooks) {
      throw refuse(50361);
    }
    const configuration = complete(target, given);
    check(target, configuration);
    const sid = newSid('WH');
    const made: ScopedWebhook = {
      sid,
      account_sid: this.#accountSid,
      conversation_sid: conversationSid,
      target,
      configuration,
      ...newDates(),
      url: `https://conversations.twilio.com/v1/Conversations/${conversationSid}/Webhooks/${sid}`,
    };
    this.#webhooks.set(conversationSid, [...others, made]);
    for (const listener of this.#listeners) listener(made);
    return made;
  }

  /** @throws TwilioError 404, and for a configuration that Twilio rejects */
  update(conversationSid: string, sid: string, given: ScopedWebhookConfiguration): ScopedWebhook {
    const webhook = this.fetch(conversationSid, sid);
    const configuration = { ...webhook.configuration, ...given };
    check(webhook.target, configuration);
    return Object.assign(webhook, { configuration, date_updated: formatDate(new Date()) });
  }

  /** @throws TwilioError 404 */
  remove(conversationSid: string, sid: string): void {
    const webhook = this.fetch(conversationSid, sid);
    const others = this.list(conversationSid).filter((one) => one !== webhook);
    this.#webhooks.set(conversationSid, others);
  }

  /** Forgets the webhooks of a conversation. */
  removeAll(conversationSid: string): void {
    this.#webhooks.delete(conversationSid);
  }

  reset(): void {
    this.#webhooks.clear();
  }
}

/** The method is `post` by default; a studio webhook has only a flow. */
function complete(
  target: ScopedWebhook['target'],
  given: ScopedWebhookConfiguration,
): ScopedWebhookConfiguration {
  return target === 'studio' ? given : { method: 'post', ...given };
}

/** The errors 50362 to 50371 of https://www.twilio.com/docs/api/errors. */
function check(target: ScopedWebhook['target'], configuration: ScopedWebhookConfiguration): void {
  const { url, filters = [], triggers = [], flow_sid } = configuration;
  if (target === 'studio') {
    if (!/^FW[0-9a-f]{32}$/i.test(flow_sid ?? '')) throw refuse(50367);
    return;
  }
  if (!url) throw refuse(50369);
  if (target === 'webhook') {
    if (filters.length === 0) throw refuse(50370);
    if (filters.some((one) => !scopedEvents.includes(one))) throw refuse(50365);
    return;
  }
  if (triggers.length === 0) throw refuse(50371);
  if (triggers.length > limits.triggers) throw refuse(50362);
  if (triggers.some((one) => one === '' || one.length > limits.triggerLength)) {
    throw refuse(50366);
  }
}

/** The webhooks of the conversation in the path. */
export function scopedWebhookRoutes(webhooks: ScopedWebhooks): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'webhooks', webhooks.list(c.var.conversation.sid))));
  app.post('/', (c) => {
    const target = c.env.form.Target as ScopedWebhook['target'];
    return answer(c, webhooks.create(c.var.conversation.sid, target, readConfiguration(c.env)), 201);
  });
  app.get('/:sid', (c) => answer(c, webhooks.fetch(c.var.conversation.sid, c.req.param('sid'))));
  app.post('/:sid', (c) => {
    const { sid } = c.var.conversation;
    return answer(c, webhooks.update(sid, c.req.param('sid'), readConfiguration(c.env)));
  });
  app.delete('/:sid', (c) => {
    webhooks.remove(c.var.conversation.sid, c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

function readConfiguration(request: RestRequest): ScopedWebhookConfiguration {
  const { form } = request;
  const method = form['Configuration.Method']?.toLowerCase();
  const replayAfter = form['Configuration.ReplayAfter'];
  const list = (name: string): string[] | undefined =>
    form[name] === undefined ? undefined : readList(request, name);
  const filters = list('Configuration.Filters');
  const triggers = list('Configuration.Triggers');
  return {
    ...(form['Configuration.Url'] !== undefined && { url: form['Configuration.Url'] }),
    ...(method !== undefined && { method }),
    ...(filters && { filters }),
    ...(triggers && { triggers }),
    ...(form['Configuration.FlowSid'] !== undefined && { flow_sid: form['Configuration.FlowSid'] }),
    ...(replayAfter !== undefined && { replay_after: Number(replayAfter) }),
  };
}
