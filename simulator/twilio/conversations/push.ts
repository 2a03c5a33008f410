import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { notFound } from '../http/errors';
import { page } from '../http/paging';
import { assignGiven, filterEqual, newDates, readBoolean } from '../http/resource';
import { newSid } from '../http/sids';
import type { ConversationsEnv } from './env';

const base = 'https://conversations.twilio.com/v1';

type Form = Record<string, string>;
type Credential = ReturnType<typeof newCredential>;

/**
 * What push notifications need: the account's credentials, and each service's texts. No notification is sent, and there
 * are no bindings, which chat clients make.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/credential-resource
 * @see https://www.twilio.com/docs/conversations-classic/api/service-notification-resource
 */
export class Push {
  readonly #accountSid: string;
  #credentials = new Map<string, Credential>();
  #notifications = new Map<string, ReturnType<typeof newNotifications>>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  credentials(): Credential[] {
    return [...this.#credentials.values()];
  }

  /** @throws TwilioError 404 */
  credential(sid: string): Credential {
    const found = this.#credentials.get(sid);
    if (found) return found;
    throw notFound(`/Credentials/${sid}`);
  }

  createCredential(form: Form): Credential {
    const credential = newCredential(this.#accountSid, form);
    this.#credentials.set(credential.sid, credential);
    return credential;
  }

  /** @throws TwilioError 404 */
  updateCredential(sid: string, form: Form): Credential {
    const { Type, FriendlyName, Sandbox } = readCredential(form);
    return assignGiven(this.credential(sid), {
      type: Type,
      friendly_name: FriendlyName,
      sandbox: Sandbox,
      date_updated: formatDate(new Date()),
    });
  }

  /** @throws TwilioError 404 */
  removeCredential(sid: string): void {
    this.#credentials.delete(this.credential(sid).sid);
  }

  notifications(serviceSid: string) {
    const known = this.#notifications.get(serviceSid) ?? newNotifications(this.#accountSid, serviceSid);
    this.#notifications.set(serviceSid, known);
    return known;
  }

  updateNotifications(serviceSid: string, form: Form) {
    const known = this.notifications(serviceSid);
    assignGiven(known, { log_enabled: readBoolean(form.LogEnabled) });
    assignGiven(known.new_message, {
      ...readNotification(form, 'NewMessage'),
      badge_count_enabled: readBoolean(form['NewMessage.BadgeCountEnabled']),
    });
    assignGiven(known.new_message.with_media, {
      enabled: readBoolean(form['NewMessage.WithMedia.Enabled']),
      template: form['NewMessage.WithMedia.Template'],
    });
    assignGiven(known.added_to_conversation, readNotification(form, 'AddedToConversation'));
    assignGiven(known.removed_from_conversation, readNotification(form, 'RemovedFromConversation'));
    return known;
  }

  /** Forgets the texts of a service. */
  removeService(serviceSid: string): void {
    this.#notifications.delete(serviceSid);
  }
}

/** There are none without chat clients. */
const bindings: { binding_type: string; identity: string }[] = [];

/** The account's credentials for push notifications. */
export function credentialRoutes(push: Push): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'credentials', push.credentials())));
  app.post('/', (c) => answer(c, push.createCredential(c.env.form), 201));
  app.get('/:sid', (c) => answer(c, push.credential(c.req.param('sid'))));
  app.post('/:sid', (c) => answer(c, push.updateCredential(c.req.param('sid'), c.env.form)));
  app.delete('/:sid', (c) => {
    push.removeCredential(c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

/** A service's notifications, and its bindings: none. */
export function notificationRoutes(push: Push): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/Configuration/Notifications', (c) => answer(c, push.notifications(c.var.serviceSid)));
  app.post('/Configuration/Notifications', (c) =>
    answer(c, push.updateNotifications(c.var.serviceSid, c.env.form)),
  );
  app.get('/Bindings', (c) => {
    const { BindingType: binding_type, Identity: identity } = c.env.query;
    return answer(c, page(c, 'bindings', filterEqual(bindings, { binding_type, identity })));
  });
  for (const method of ['get', 'delete'] as const) {
    app[method]('/Bindings/:sid', (c) => {
      throw notFound(`/Bindings/${c.req.param('sid')}`);
    });
  }
  return app;
}

function readNotification(form: Form, name: string) {
  return {
    enabled: readBoolean(form[`${name}.Enabled`]),
    template: form[`${name}.Template`],
    sound: form[`${name}.Sound`],
  };
}

/** The keys are read and not kept: nothing is sent with them. */
function readCredential({ Type, FriendlyName, Sandbox, Certificate, PrivateKey, ApiKey, Secret }: Form) {
  return { Type, FriendlyName, Sandbox, keys: [Certificate, PrivateKey, ApiKey, Secret].length };
}

function newCredential(accountSid: string, form: Form) {
  const { Type, FriendlyName, Sandbox } = readCredential(form);
  const sid = newSid('CR');
  return {
    sid,
    account_sid: accountSid,
    friendly_name: FriendlyName ?? null,
    type: Type ?? '',
    sandbox: Sandbox ?? 'false',
    ...newDates(),
    url: `${base}/Credentials/${sid}`,
  };
}

function newNotifications(accountSid: string, serviceSid: string) {
  const off = () => ({ enabled: false, template: '', sound: '' });
  return {
    account_sid: accountSid,
    chat_service_sid: serviceSid,
    log_enabled: false,
    new_message: { ...off(), badge_count_enabled: false, with_media: { enabled: false, template: '' } },
    added_to_conversation: off(),
    removed_from_conversation: off(),
    url: `${base}/Services/${serviceSid}/Configuration/Notifications`,
  };
}
