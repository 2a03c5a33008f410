import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { notFound, TwilioError } from '../http/errors';
import { page } from '../http/paging';
import { assignGiven, newDates, readBoolean } from '../http/resource';
import { newSid } from '../http/sids';
import type { ConversationsEnv } from './env';
import { readList } from './scoped-webhooks';

type Form = Record<string, string>;

export interface AutoCreation {
  enabled: boolean;
  type: string;
  conversation_service_sid: string | null;
  webhook_url?: string;
  webhook_method?: string;
  webhook_filters?: string[];
  studio_flow_sid?: string;
  studio_retry_count?: number;
}

export interface AddressResource {
  sid: string;
  account_sid: string;
  type: string;
  address: string;
  friendly_name: string | null;
  auto_creation: AutoCreation | null;
  date_created: string;
  date_updated: string;
  url: string;
  address_country: string | null;
}

/**
 * Address configurations: whether a message to an address creates a conversation, and in which service.
 *
 * @see https://www.twilio.com/docs/conversations/api/address-configuration-resource
 */
export class Addresses {
  readonly #accountSid: string;
  #addresses = new Map<string, AddressResource>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  list(type?: string): AddressResource[] {
    return [...this.#addresses.values()].filter((one) => type === undefined || one.type === type);
  }

  /** @throws TwilioError 404 */
  fetch(sidOrAddress: string): AddressResource {
    const one = this.list().find(({ sid, address }) => sid === sidOrAddress || address === sidOrAddress);
    if (one) return one;
    throw notFound(`/Configuration/Addresses/${sidOrAddress}`);
  }

  /** @throws TwilioError 409/50355 for an address that has a configuration */
  create(form: Form, webhookFilters?: string[]): AddressResource {
    const { Type: type = '', Address: address = '' } = form;
    if (this.list(type).some((one) => one.address === address)) {
      throw new TwilioError(409, 50355, 'An address configuration for this address exists already');
    }
    const sid = newSid('IG');
    const made: AddressResource = {
      sid,
      account_sid: this.#accountSid,
      type,
      address,
      friendly_name: form.FriendlyName ?? null,
      auto_creation: readAutoCreation(form, null, webhookFilters),
      ...newDates(),
      url: `https://conversations.twilio.com/v1/Configuration/Addresses/${sid}`,
      address_country: form.AddressCountry ?? null,
    };
    this.#addresses.set(sid, made);
    return made;
  }

  /** @throws TwilioError 404 */
  update(sidOrAddress: string, form: Form, webhookFilters?: string[]): AddressResource {
    const one = this.fetch(sidOrAddress);
    return assignGiven(one, {
      friendly_name: form.FriendlyName,
      auto_creation: readAutoCreation(form, one.auto_creation, webhookFilters),
      date_updated: formatDate(new Date()),
    });
  }

  /** @throws TwilioError 404 */
  remove(sidOrAddress: string): void {
    this.#addresses.delete(this.fetch(sidOrAddress).sid);
  }
}

/** Address configurations. */
export function addressRoutes(addresses: Addresses): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'address_configurations', addresses.list(c.env.query.Type))));
  const filters = 'AutoCreation.WebhookFilters';
  app.post('/', (c) => answer(c, addresses.create(c.env.form, readList(c.env, filters)), 201));
  app.get('/:sid', (c) => answer(c, addresses.fetch(c.req.param('sid'))));
  app.post('/:sid', (c) => {
    return answer(c, addresses.update(c.req.param('sid'), c.env.form, readList(c.env, filters)));
  });
  app.delete('/:sid', (c) => {
    addresses.remove(c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

/** An empty value means the default service. */
function readServiceSid(given: string | undefined): string | null | undefined {
  return given === '' ? null : given;
}

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function readAutoCreation(
  form: Form,
  before: AutoCreation | null,
  webhookFilters: string[] | undefined,
): AutoCreation | null {
  const isGiven = Object.keys(form).some((name) => name.startsWith('AutoCreation.'));
  if (!isGiven) return before;
  const standard: AutoCreation = { enabled: false, type: 'default', conversation_service_sid: null };
  return assignGiven<AutoCreation>(
    { ...standard, ...before },
    {
      enabled: readBoolean(form['AutoCreation.Enabled']),
      type: form['AutoCreation.Type'],
      conversation_service_sid: readServiceSid(form['AutoCreation.ConversationServiceSid']),
      webhook_url: form['AutoCreation.WebhookUrl'],
      webhook_method: form['AutoCreation.WebhookMethod'],
      webhook_filters: webhookFilters,
      studio_flow_sid: form['AutoCreation.StudioFlowSid'],
      studio_retry_count: readNumber(form['AutoCreation.StudioRetryCount']),
    },
  );
}
