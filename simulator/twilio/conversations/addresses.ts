import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { invalid, notFound } from '../http/errors';
import { page } from '../http/paging';
import { isUrl } from '../http/parameter-values';
import { assignGiven, newDates, readBoolean } from '../http/resource';
import { newSid } from '../http/sids';
import { isValidAddress, requireOurs } from './bindings';
import type { Conversations } from './conversations';
import type { ConversationsEnv } from './env';
import { readFilters } from './webhook-filters';

type Form = Record<string, string>;
type Lists = Record<string, string[]>;

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
  readonly #ownAddresses: Set<string>;
  #addresses = new Map<string, AddressResource>();

  /** @param ownAddresses the account's, with the channel's prefix; the pages of Messenger come to them */
  constructor({ accountSid, ownAddresses }: Pick<Conversations, 'accountSid' | 'ownAddresses'>) {
    this.#accountSid = accountSid;
    this.#ownAddresses = ownAddresses;
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

  /**
   * Twilio's page on the resource says that the address must belong to the account, and has no code for one that does not:
   * that it is the one for proxy addresses is unsure.
   *
   * @throws TwilioError 409/50355 for an address that has a configuration; 400/50413 or 50415 for one that is not ours
   */
  create(form: Form, lists?: Lists): AddressResource {
    const { Type: type = '', Address: address = '' } = form;
    requireAddress(type, address);
    // Nothing else in the account names its pages.
    if (type === 'messenger' && this.#ownAddresses.size > 0) this.#ownAddresses.add(address);
    if (type === 'sms' || type === 'whatsapp') requireOurs(address, this.#ownAddresses);
    if (this.list(type).some((one) => one.address === address)) {
      throw refuse(50355);
    }
    const sid = newSid('IG');
    const made: AddressResource = {
      sid,
      account_sid: this.#accountSid,
      type,
      address,
      friendly_name: form.FriendlyName ?? null,
      auto_creation: readAutoCreation({ form, lists }, null),
      ...newDates(),
      url: `https://conversations.twilio.com/v1/Configuration/Addresses/${sid}`,
      address_country: form.AddressCountry ?? null,
    };
    this.#addresses.set(sid, made);
    return made;
  }

  /** @throws TwilioError 404 */
  update(sidOrAddress: string, form: Form, lists?: Lists): AddressResource {
    const one = this.fetch(sidOrAddress);
    return assignGiven(one, {
      friendly_name: form.FriendlyName,
      auto_creation: readAutoCreation({ form, lists }, one.auto_creation),
      date_updated: formatDate(new Date()),
    });
  }

  /** @throws TwilioError 404 */
  remove(sidOrAddress: string): void {
    this.#addresses.delete(this.fetch(sidOrAddress).sid);
  }

  /** Forgets all address configurations. */
  reset(): void {
    this.#addresses.clear();
  }
}

/** Address configurations. */
export function addressRoutes(addresses: Addresses): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'address_configurations', addresses.list(c.env.query.Type))));
  app.post('/', (c) => answer(c, addresses.create(c.env.form, c.env.lists), 201));
  app.get('/:sid', (c) => answer(c, addresses.fetch(c.req.param('sid'))));
  app.post('/:sid', (c) => answer(c, addresses.update(c.req.param('sid'), c.env.form, c.env.lists)));
  app.delete('/:sid', (c) => {
    addresses.remove(c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

/** @throws TwilioError 400/20001, as Twilio documents no code for it */
function requireAddress(type: string, address: string): void {
  if (!isValidAddress(type, address)) throw invalid(`${address} is not a valid Address of Type ${type}`);
}

/** An empty value means the default service. */
function readServiceSid(given: string | undefined): string | null | undefined {
  return given === '' ? null : given;
}

function readAutoCreation(
  { form, lists }: { form: Form; lists: Lists | undefined },
  before: AutoCreation | null,
): AutoCreation | null {
  const name = 'AutoCreation.WebhookFilters';
  const filters = form[name] === undefined ? undefined : readFilters({ form, ...(lists && { lists }) }, name);
  const { 'AutoCreation.WebhookUrl': url, 'AutoCreation.StudioRetryCount': retries } = form;
  if (url && !isUrl(url)) throw invalid('AutoCreation.WebhookUrl must be a URL with http or https');
  const given: { [K in keyof AutoCreation]?: AutoCreation[K] | undefined } = {
    enabled: readBoolean(form['AutoCreation.Enabled']),
    type: form['AutoCreation.Type'],
    conversation_service_sid: readServiceSid(form['AutoCreation.ConversationServiceSid']),
    webhook_url: url,
    webhook_method: form['AutoCreation.WebhookMethod']?.toLowerCase(),
    studio_flow_sid: form['AutoCreation.StudioFlowSid'],
    webhook_filters: filters,
    studio_retry_count: retries === undefined ? undefined : Number(retries),
  };
  if (Object.values(given).every((value) => value === undefined)) return before;
  const standard: AutoCreation = { enabled: false, type: 'default', conversation_service_sid: null };
  return assignGiven<AutoCreation>({ ...standard, ...before }, given);
}
