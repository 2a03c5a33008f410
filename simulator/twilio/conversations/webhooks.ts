import { Hono } from 'hono';
import { answer } from '../http/app';
import { refuse } from '../http/error-list';
import { isUrl } from '../http/parameter-values';
import type { RestRequest } from '../http/request';
import { assignGiven } from '../http/resource';
import type { ConversationsEnv } from './env';
import { readFilters } from './webhook-filters';

const base = 'https://conversations.twilio.com/v1';

type Form = Record<string, string>;

export interface WebhooksResource {
  account_sid: string;
  method: string;
  filters: string[];
  pre_webhook_url: string | null;
  post_webhook_url: string | null;
  url: string;
  /** For the account's webhooks only. */
  target?: string;
  /** For a service's webhooks only. */
  chat_service_sid?: string;
}

/**
 * Which webhooks Conversations sends, and where: for the account and for each service.
 *
 * @see https://www.twilio.com/docs/conversations/api/configuration-webhook-resource
 */
export class Webhooks {
  readonly #accountSid: string;
  #account: WebhooksResource;
  #services = new Map<string, WebhooksResource>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
    this.#account = this.#newAccountWebhooks();
  }

  fetch(): WebhooksResource {
    return this.#account;
  }

  update(form: Form, filters?: string[]): WebhooksResource {
    return assignGiven(change(this.#account, form, filters), { target: form.Target });
  }

  ofService(serviceSid: string): WebhooksResource {
    const known = this.#services.get(serviceSid);
    if (known) return known;
    const url = `${base}/Services/${serviceSid}/Configuration/Webhooks`;
    const made = { ...this.#newWebhooks(url), chat_service_sid: serviceSid };
    this.#services.set(serviceSid, made);
    return made;
  }

  updateService(serviceSid: string, form: Form, filters?: string[]): WebhooksResource {
    return change(this.ofService(serviceSid), form, filters);
  }

  /** Forgets the webhooks of a service. */
  removeService(serviceSid: string): void {
    this.#services.delete(serviceSid);
  }

  /** Takes all webhooks away. */
  reset(): void {
    this.#account = this.#newAccountWebhooks();
    this.#services.clear();
  }

  #newAccountWebhooks(): WebhooksResource {
    return { ...this.#newWebhooks(`${base}/Configuration/Webhooks`), target: 'webhook' };
  }

  #newWebhooks(url: string): WebhooksResource {
    return {
      account_sid: this.#accountSid,
      method: 'POST',
      filters: [],
      pre_webhook_url: null,
      post_webhook_url: null,
      url,
    };
  }
}

function change(webhooks: WebhooksResource, form: Form, filters: string[] | undefined): WebhooksResource {
  const { Method: method, PreWebhookUrl: pre, PostWebhookUrl: post } = form;
  if (method !== undefined && !['GET', 'POST'].includes(method))
    throw refuse(50055, 'Method must be GET or POST');
  if (pre && !isUrl(pre)) throw refuse(50077);
  if (post && !isUrl(post)) throw refuse(50078);
  return assignGiven(webhooks, {
    method,
    filters,
    pre_webhook_url: readUrl(pre),
    post_webhook_url: readUrl(post),
  });
}

/** An empty text clears a URL. */
function readUrl(given: string | undefined): string | null | undefined {
  return given === '' ? null : given;
}

/** The account's webhooks, and those of each service. */
export function webhookRoutes(webhooks: Webhooks): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/Configuration/Webhooks', (c) => answer(c, webhooks.fetch()));
  app.post('/Configuration/Webhooks', (c) => answer(c, webhooks.update(c.env.form, filtersOf(c.env))));
  app.get('/Services/:service/Configuration/Webhooks', (c) =>
    answer(c, webhooks.ofService(c.req.param('service'))),
  );
  app.post('/Services/:service/Configuration/Webhooks', (c) =>
    answer(c, webhooks.updateService(c.req.param('service'), c.env.form, filtersOf(c.env))),
  );
  return app;
}

function filtersOf(request: RestRequest): string[] | undefined {
  return request.form.Filters === undefined ? undefined : readFilters(request, 'Filters');
}
