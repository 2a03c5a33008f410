import { formatDate } from '../http/dates';
import { notFound, TwilioError } from '../http/errors';
import { page } from '../http/paging';
import { on, type RestRequest, type Route } from '../http/route';
import { fixedSid, newSid } from '../http/sids';
import type { Conversations } from './conversations';

const base = 'https://conversations.twilio.com/v1';

type Form = Record<string, string>;
type Resource = Record<string, unknown>;

/** Services, users, configuration and webhooks of the account: what is kept but drives nothing by itself. */
export class AccountResources {
  readonly #accountSid: string;
  readonly #now: () => Date;
  #services = new Map<string, Resource>();
  #users = new Map<string, Resource>();
  #addresses = new Map<string, Resource>();
  #configuration: Resource;
  #webhooks: Resource;
  #serviceWebhooks = new Map<string, Resource>();
  #serviceConfigurations = new Map<string, Resource>();

  constructor(accountSid: string, serviceSid: string, now: () => Date = () => new Date()) {
    this.#accountSid = accountSid;
    this.#now = now;
    this.putService(serviceSid, 'Default Conversations Service');
    this.#configuration = {
      account_sid: accountSid,
      default_chat_service_sid: serviceSid,
      default_messaging_service_sid: fixedSid('MG', 1),
      default_inactive_timer: null,
      default_closed_timer: null,
      url: `${base}/Configuration`,
      links: { service: `${base}/Services/${serviceSid}`, webhooks: `${base}/Configuration/Webhooks` },
    };
    this.#webhooks = {
      account_sid: accountSid,
      method: 'POST',
      filters: [],
      pre_webhook_url: null,
      post_webhook_url: null,
      target: 'webhook',
      url: `${base}/Configuration/Webhooks`,
    };
  }

  services(): Resource[] {
    return [...this.#services.values()];
  }

  service(sid: string): Resource {
    return found(this.#services, sid, '/Services');
  }

  createService(form: Form): Resource {
    return this.putService(newSid('IS'), required(form, 'FriendlyName'));
  }

  /** Makes a service that is known beforehand, if it is not there. */
  putService(sid: string, name: string): Resource {
    return this.#services.get(sid) ?? this.#makeService(sid, name);
  }

  removeService(sid: string): void {
    this.service(sid);
    this.#services.delete(sid);
  }

  /** @returns the users of one service */
  users(serviceSid: string): Resource[] {
    return [...this.#users.values()].filter((user) => user.chat_service_sid === serviceSid);
  }

  user(serviceSid: string, sidOrIdentity: string): Resource {
    const user = this.users(serviceSid).find(
      ({ sid, identity }) => sid === sidOrIdentity || identity === sidOrIdentity,
    );
    if (!user) throw notFound(`/Users/${sidOrIdentity}`);
    return user;
  }

  createUser(serviceSid: string, form: Form): Resource {
    const identity = required(form, 'Identity');
    if (this.users(serviceSid).some((user) => user.identity === identity)) {
      throw new TwilioError(409, 50201, 'User already exists');
    }
    const sid = newSid('US');
    const url = `${base}/Users/${sid}`;
    const user: Resource = {
      sid,
      account_sid: this.#accountSid,
      chat_service_sid: serviceSid,
      role_sid: form.RoleSid ?? fixedSid('RL', 1),
      identity,
      friendly_name: form.FriendlyName ?? null,
      attributes: form.Attributes ?? '{}',
      is_online: null,
      is_notifiable: null,
      ...this.#dates(),
      url,
      links: { user_conversations: `${url}/Conversations` },
    };
    this.#users.set(sid, user);
    return user;
  }

  updateUser(serviceSid: string, sidOrIdentity: string, form: Form): Resource {
    return this.#change(this.user(serviceSid, sidOrIdentity), {
      friendly_name: form.FriendlyName,
      attributes: form.Attributes,
      role_sid: form.RoleSid,
    });
  }

  /** @returns the identity of the user that is no more */
  removeUser(serviceSid: string, sidOrIdentity: string): string {
    const { sid, identity } = this.user(serviceSid, sidOrIdentity);
    this.#users.delete(String(sid));
    return String(identity);
  }

  configuration(form: Form = {}): Resource {
    return assign(this.#configuration, {
      default_chat_service_sid: form.DefaultChatServiceSid,
      default_messaging_service_sid: form.DefaultMessagingServiceSid,
      default_inactive_timer: form.DefaultInactiveTimer,
      default_closed_timer: form.DefaultClosedTimer,
    });
  }

  /** The account's webhooks; a form changes them. */
  webhooks(form: Form = {}, filters?: string[]): Resource {
    return assign(this.#webhooks, {
      method: form.Method,
      filters,
      pre_webhook_url: form.PreWebhookUrl,
      post_webhook_url: form.PostWebhookUrl,
      target: form.Target,
    });
  }

  /** A service's configuration; a form changes it. */
  serviceConfiguration(serviceSid: string, form: Form = {}): Resource {
    this.service(serviceSid);
    const url = `${base}/Services/${serviceSid}/Configuration`;
    const configuration = this.#serviceConfigurations.get(serviceSid) ?? {
      chat_service_sid: serviceSid,
      default_conversation_creator_role_sid: fixedSid('RL', 3),
      default_conversation_role_sid: fixedSid('RL', 1),
      default_chat_service_role_sid: fixedSid('RL', 4),
      url,
      links: { notifications: `${url}/Notifications`, webhooks: `${url}/Webhooks` },
      reachability_enabled: false,
    };
    this.#serviceConfigurations.set(serviceSid, configuration);
    return assign(configuration, {
      default_conversation_creator_role_sid: form.DefaultConversationCreatorRoleSid,
      default_conversation_role_sid: form.DefaultConversationRoleSid,
      default_chat_service_role_sid: form.DefaultChatServiceRoleSid,
      reachability_enabled:
        form.ReachabilityEnabled === undefined ? undefined : form.ReachabilityEnabled === 'true',
    });
  }

  /** A service's webhooks; a form changes them. */
  serviceWebhooks(serviceSid: string, form: Form = {}, filters?: string[]): Resource {
    this.service(serviceSid);
    const webhooks = this.#serviceWebhooks.get(serviceSid) ?? {
      account_sid: this.#accountSid,
      chat_service_sid: serviceSid,
      pre_webhook_url: null,
      post_webhook_url: null,
      filters: [],
      method: 'POST',
      url: `${base}/Services/${serviceSid}/Configuration/Webhooks`,
    };
    this.#serviceWebhooks.set(serviceSid, webhooks);
    return assign(webhooks, {
      method: form.Method,
      filters,
      pre_webhook_url: form.PreWebhookUrl,
      post_webhook_url: form.PostWebhookUrl,
    });
  }

  addresses(type?: string): Resource[] {
    return [...this.#addresses.values()].filter((one) => type === undefined || one.type === type);
  }

  address(sidOrAddress: string): Resource {
    const one = this.addresses().find(({ sid, address }) => sid === sidOrAddress || address === sidOrAddress);
    if (!one) throw notFound(`/Configuration/Addresses/${sidOrAddress}`);
    return one;
  }

  createAddress(form: Form): Resource {
    const type = required(form, 'Type');
    const address = required(form, 'Address');
    if (this.addresses(type).some((one) => one.address === address)) {
      throw new TwilioError(409, 50355, 'An address configuration for this address exists already');
    }
    const sid = newSid('IG');
    const made: Resource = {
      sid,
      account_sid: this.#accountSid,
      type,
      address,
      friendly_name: form.FriendlyName ?? null,
      auto_creation: autoCreation(form, null),
      ...this.#dates(),
      url: `${base}/Configuration/Addresses/${sid}`,
      address_country: form.AddressCountry ?? null,
    };
    this.#addresses.set(sid, made);
    return made;
  }

  updateAddress(sidOrAddress: string, form: Form): Resource {
    const one = this.address(sidOrAddress);
    return this.#change(one, {
      friendly_name: form.FriendlyName,
      auto_creation: autoCreation(form, one.auto_creation as Resource | null) ?? undefined,
    });
  }

  removeAddress(sidOrAddress: string): void {
    this.#addresses.delete(String(this.address(sidOrAddress).sid));
  }

  #makeService(sid: string, name: string): Resource {
    const url = `${base}/Services/${sid}`;
    const service: Resource = {
      account_sid: this.#accountSid,
      sid,
      friendly_name: name,
      ...this.#dates(),
      url,
      links: {
        conversations: `${url}/Conversations`,
        users: `${url}/Users`,
        configuration: `${url}/Configuration`,
      },
    };
    this.#services.set(sid, service);
    return service;
  }

  #dates(): Resource {
    const now = formatDate(this.#now());
    return { date_created: now, date_updated: now };
  }

  #change(resource: Resource, change: Resource): Resource {
    return assign(resource, { ...change, date_updated: formatDate(this.#now()) });
  }
}

/** Services, users, configuration and webhooks. */
export function accountRoutes(account: AccountResources, state: Conversations): Route[] {
  return [
    on('GET', '/Services', 200, ({ request }) => page(request, 'services', account.services())),
    on('POST', '/Services', 201, ({ request }) => account.createService(request.form)),
    on('GET', '/Services/:sid', 200, ({ parts: [sid = ''] }) => account.service(sid)),
    on('DELETE', '/Services/:sid', 204, ({ parts: [sid = ''] }) => {
      account.removeService(sid);
      return undefined;
    }),
    on('GET', '/Services/:sid/Configuration', 200, ({ parts: [sid = ''] }) =>
      account.serviceConfiguration(sid),
    ),
    on('POST', '/Services/:sid/Configuration', 200, ({ parts: [sid = ''], request }) =>
      account.serviceConfiguration(sid, request.form),
    ),
    on('GET', '/Services/:sid/Configuration/Webhooks', 200, ({ parts: [sid = ''] }) =>
      account.serviceWebhooks(sid),
    ),
    on('POST', '/Services/:sid/Configuration/Webhooks', 200, ({ parts: [sid = ''], request }) =>
      account.serviceWebhooks(sid, request.form, filtersOf(request)),
    ),

    on('GET', '/Users', 200, ({ request, serviceSid }) => page(request, 'users', account.users(serviceSid))),
    on('POST', '/Users', 201, ({ request, serviceSid }) => account.createUser(serviceSid, request.form)),
    on('GET', '/Users/:sid', 200, ({ parts: [sid = ''], serviceSid }) => account.user(serviceSid, sid)),
    on('POST', '/Users/:sid', 200, ({ parts: [sid = ''], request, serviceSid }) =>
      account.updateUser(serviceSid, sid, request.form),
    ),
    on('DELETE', '/Users/:sid', 204, ({ parts: [sid = ''], serviceSid }) => {
      state.staleIdentities.delete(account.removeUser(serviceSid, sid));
      return undefined;
    }),

    on('GET', '/Configuration', 200, () => account.configuration()),
    on('POST', '/Configuration', 200, ({ request }) => account.configuration(request.form)),
    on('GET', '/Configuration/Webhooks', 200, () => account.webhooks()),
    on('POST', '/Configuration/Webhooks', 200, ({ request }) =>
      account.webhooks(request.form, filtersOf(request)),
    ),
    on('GET', '/Configuration/Addresses', 200, ({ request }) =>
      page(request, 'address_configurations', account.addresses(request.query.Type)),
    ),
    on('POST', '/Configuration/Addresses', 201, ({ request }) => account.createAddress(request.form)),
    on('GET', '/Configuration/Addresses/:sid', 200, ({ parts: [sid = ''] }) => account.address(sid)),
    on('POST', '/Configuration/Addresses/:sid', 200, ({ parts: [sid = ''], request }) =>
      account.updateAddress(sid, request.form),
    ),
    on('DELETE', '/Configuration/Addresses/:sid', 204, ({ parts: [sid = ''] }) => {
      account.removeAddress(sid);
      return undefined;
    }),
  ];
}

function filtersOf({ form, lists }: RestRequest): string[] | undefined {
  return lists?.Filters ?? (form.Filters === undefined ? undefined : [form.Filters]);
}

function autoCreation(form: Form, before: Resource | null): Resource | null {
  const given = Object.keys(form).some((name) => name.startsWith('AutoCreation.'));
  if (!given) return before;
  return assign(
    { enabled: false, type: 'default', conversation_service_sid: null, ...before },
    {
      enabled:
        form['AutoCreation.Enabled'] === undefined ? undefined : form['AutoCreation.Enabled'] === 'true',
      type: form['AutoCreation.Type'],
      conversation_service_sid: form['AutoCreation.ConversationServiceSid'],
      webhook_url: form['AutoCreation.WebhookUrl'],
      webhook_method: form['AutoCreation.WebhookMethod'],
    },
  );
}

function assign(resource: Resource, change: Resource): Resource {
  for (const [name, value] of Object.entries(change)) if (value !== undefined) resource[name] = value;
  return resource;
}

function required(form: Form, name: string): string {
  const value = form[name];
  if (value) return value;
  throw new TwilioError(400, 20001, `Missing required parameter ${name} in the post body`);
}

function found(resources: Map<string, Resource>, sid: string, path: string): Resource {
  const one = resources.get(sid);
  if (one) return one;
  throw notFound(`${path}/${sid}`);
}
