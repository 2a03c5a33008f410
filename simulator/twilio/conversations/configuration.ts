import { Hono } from 'hono';
import { answer } from '../http/app';
import { invalid } from '../http/errors';
import { assignGiven, readBoolean } from '../http/resource';
import { fixedSid } from '../http/sids';
import type { Conversations } from './conversations';
import type { ConversationsEnv } from './env';
import type { Services } from './services';
import { checkTimers } from './timers';

const base = 'https://conversations.twilio.com/v1';

type Form = Record<string, string>;

export interface ConfigurationResource {
  account_sid: string;
  default_chat_service_sid: string;
  default_messaging_service_sid: string;
  default_inactive_timer: string | null;
  default_closed_timer: string | null;
  url: string;
  links: Record<string, string>;
}

export interface ServiceConfigurationResource {
  chat_service_sid: string;
  default_conversation_creator_role_sid: string;
  default_conversation_role_sid: string;
  default_chat_service_role_sid: string;
  url: string;
  links: Record<string, string>;
  reachability_enabled: boolean;
}

/**
 * The configuration of the account and of its services.
 *
 * @see https://www.twilio.com/docs/conversations/api/configuration-resource
 */
export class Configuration {
  readonly #accountSid: string;
  #account: ConfigurationResource;
  #services = new Map<string, ServiceConfigurationResource>();

  constructor(accountSid: string, serviceSid: string) {
    this.#accountSid = accountSid;
    this.#account = newConfiguration(accountSid, serviceSid);
  }

  fetch(): ConfigurationResource {
    return this.#account;
  }

  update(form: Form): ConfigurationResource {
    const { DefaultChatServiceSid: serviceSid } = form;
    return assignGiven(this.#account, {
      default_chat_service_sid: serviceSid,
      links: serviceSid === undefined ? undefined : linksOf(serviceSid),
      default_messaging_service_sid: form.DefaultMessagingServiceSid,
      default_inactive_timer: form.DefaultInactiveTimer,
      default_closed_timer: form.DefaultClosedTimer,
    });
  }

  ofService(serviceSid: string): ServiceConfigurationResource {
    const known = this.#services.get(serviceSid);
    if (known) return known;
    const url = `${base}/Services/${serviceSid}/Configuration`;
    const made = {
      chat_service_sid: serviceSid,
      default_conversation_creator_role_sid: fixedSid('RL', 3),
      default_conversation_role_sid: fixedSid('RL', 1),
      default_chat_service_role_sid: fixedSid('RL', 4),
      url,
      links: { notifications: `${url}/Notifications`, webhooks: `${url}/Webhooks` },
      reachability_enabled: false,
    };
    this.#services.set(serviceSid, made);
    return made;
  }

  updateService(serviceSid: string, form: Form): ServiceConfigurationResource {
    return assignGiven(this.ofService(serviceSid), {
      default_conversation_creator_role_sid: form.DefaultConversationCreatorRoleSid,
      default_conversation_role_sid: form.DefaultConversationRoleSid,
      default_chat_service_role_sid: form.DefaultChatServiceRoleSid,
      reachability_enabled: readBoolean(form.ReachabilityEnabled),
    });
  }

  /** Forgets the configuration of a service. */
  removeService(serviceSid: string): void {
    this.#services.delete(serviceSid);
  }

  /** Makes the configuration that of a new account with this default service. */
  reset(serviceSid: string): void {
    this.#account = newConfiguration(this.#accountSid, serviceSid);
    this.#services.clear();
  }
}

function newConfiguration(accountSid: string, serviceSid: string): ConfigurationResource {
  return {
    account_sid: accountSid,
    default_chat_service_sid: serviceSid,
    default_messaging_service_sid: fixedSid('MG', 1),
    default_inactive_timer: null,
    default_closed_timer: null,
    url: `${base}/Configuration`,
    links: linksOf(serviceSid),
  };
}

function linksOf(serviceSid: string): Record<string, string> {
  return { service: `${base}/Services/${serviceSid}`, webhooks: `${base}/Configuration/Webhooks` };
}

/** The account's configuration, and that of each service. */
export function configurationRoutes(
  configuration: Configuration,
  state: Pick<Conversations, 'defaultTimers' | 'defaultServiceSid'>,
  services: Pick<Services, 'has'>,
): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/Configuration', (c) => answer(c, configuration.fetch()));
  app.post('/Configuration', (c) => {
    const { DefaultInactiveTimer: inactive, DefaultClosedTimer: closed } = c.env.form;
    const { DefaultChatServiceSid: serviceSid = state.defaultServiceSid } = c.env.form;
    // Twilio documents no code for it.
    if (!services.has(serviceSid)) throw invalid(`There is no conversation service ${serviceSid}`);
    const timers = { ...(inactive !== undefined && { inactive }), ...(closed !== undefined && { closed }) };
    checkTimers(timers);
    Object.assign(state.defaultTimers, timers);
    state.defaultServiceSid = serviceSid;
    return answer(c, configuration.update(c.env.form));
  });
  app.get('/Services/:service/Configuration', (c) =>
    answer(c, configuration.ofService(c.req.param('service'))),
  );
  app.post('/Services/:service/Configuration', (c) =>
    answer(c, configuration.updateService(c.req.param('service'), c.env.form)),
  );
  return app;
}
