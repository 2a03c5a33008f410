import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { notFound } from '../http/errors';
import { page } from '../http/paging';
import { assignGiven, newDates } from '../http/resource';
import { fixedSid, newSid } from '../http/sids';
import type { ConversationsEnv } from './env';
import { limits, requireAtMost, requireAttributes } from './limits';
import type { Roles } from './roles';

type Form = Record<string, string>;

export interface UserResource {
  sid: string;
  account_sid: string;
  chat_service_sid: string;
  role_sid: string;
  identity: string;
  friendly_name: string | null;
  attributes: string;
  is_online: boolean | null;
  is_notifiable: boolean | null;
  date_created: string;
  date_updated: string;
  url: string;
  links: Record<string, string>;
}

/**
 * The users of conversation services.
 *
 * @see https://www.twilio.com/docs/conversations/api/user-resource
 */
export class Users {
  readonly #accountSid: string;
  #users = new Map<string, UserResource>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  list(serviceSid: string): UserResource[] {
    return [...this.#users.values()].filter((user) => user.chat_service_sid === serviceSid);
  }

  /** @throws TwilioError 404 */
  fetch(serviceSid: string, sidOrIdentity: string): UserResource {
    const user = this.list(serviceSid).find(
      ({ sid, identity }) => sid === sidOrIdentity || identity === sidOrIdentity,
    );
    if (user) return user;
    throw notFound(`/Users/${sidOrIdentity}`);
  }

  /** @throws TwilioError 409/50201 for an identity that is taken */
  create(serviceSid: string, form: Form): UserResource {
    const { Identity: identity = '' } = form;
    checkUser(form);
    if (this.list(serviceSid).some((user) => user.identity === identity)) {
      throw refuse(50201);
    }
    const sid = newSid('US');
    const url = `https://conversations.twilio.com/v1/Users/${sid}`;
    const user: UserResource = {
      sid,
      account_sid: this.#accountSid,
      chat_service_sid: serviceSid,
      role_sid: form.RoleSid ?? fixedSid('RL', 4),
      identity,
      friendly_name: form.FriendlyName ?? null,
      attributes: form.Attributes ?? '{}',
      is_online: null,
      is_notifiable: null,
      ...newDates(),
      url,
      links: { user_conversations: `${url}/Conversations` },
    };
    this.#users.set(sid, user);
    return user;
  }

  /** @throws TwilioError 404 */
  update(serviceSid: string, sidOrIdentity: string, form: Form): UserResource {
    checkUser(form);
    return assignGiven(this.fetch(serviceSid, sidOrIdentity), {
      friendly_name: form.FriendlyName,
      attributes: form.Attributes,
      role_sid: form.RoleSid,
      date_updated: formatDate(new Date()),
    });
  }

  /**
   * @returns the user that was removed
   * @throws TwilioError 404
   */
  remove(serviceSid: string, sidOrIdentity: string): UserResource {
    const user = this.fetch(serviceSid, sidOrIdentity);
    this.#users.delete(user.sid);
    return user;
  }
}

/** @throws TwilioError for a user that Twilio would reject */
function checkUser({ Identity: identity, FriendlyName: name, Attributes: attributes }: Form): void {
  if (identity !== undefined && /^US[0-9a-f]{32}$/i.test(identity)) throw refuse(50206);
  requireAtMost(50207, 'Identity', identity, limits.identity);
  requireAtMost(50003, 'FriendlyName', name, limits.friendlyName);
  requireAttributes(attributes, limits.userAttributes);
}

/** @param staleIdentities see `Conversations.staleIdentities`; deleting a user removes its identity */
export function userRoutes(users: Users, roles: Roles, staleIdentities: Set<string>): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'users', users.list(c.var.serviceSid))));
  app.post('/', (c) => {
    roles.require(c.var.serviceSid, c.env.form.RoleSid, 'service');
    return answer(c, users.create(c.var.serviceSid, c.env.form), 201);
  });
  app.get('/:sid', (c) => answer(c, users.fetch(c.var.serviceSid, c.req.param('sid'))));
  app.post('/:sid', (c) => {
    roles.require(c.var.serviceSid, c.env.form.RoleSid, 'service');
    return answer(c, users.update(c.var.serviceSid, c.req.param('sid'), c.env.form));
  });
  app.delete('/:sid', (c) => {
    const { identity } = users.remove(c.var.serviceSid, c.req.param('sid'));
    staleIdentities.delete(identity);
    return c.body(null, 204);
  });
  return app;
}
