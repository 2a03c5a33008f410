import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { notFound } from '../http/errors';
import { page } from '../http/paging';
import type { Origin } from '../http/request';
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

/** What changed; `origin` says whether the change triggers webhooks. */
export interface UserChange {
  type: 'userAdded' | 'userUpdated';
  user: UserResource;
  origin: Origin;
}

/**
 * The users of conversation services.
 *
 * @see https://www.twilio.com/docs/conversations/api/user-resource
 */
export class Users {
  readonly #accountSid: string;
  #users = new Map<string, UserResource>();
  #listeners = new Set<(change: UserChange) => void>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** @returns a function that removes the listener */
  onChange(listener: (change: UserChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all users. */
  reset(): void {
    this.#users.clear();
  }

  list(serviceSid: string): UserResource[] {
    return [...this.#users.values()].filter((user) => user.chat_service_sid === serviceSid);
  }

  /** @throws TwilioError 404 */
  fetch(serviceSid: string, sidOrIdentity: string): UserResource {
    const user =
      this.#find(serviceSid, sidOrIdentity) ?? this.list(serviceSid).find(({ sid }) => sid === sidOrIdentity);
    if (user) return user;
    throw notFound(`/Users/${sidOrIdentity}`);
  }

  /** Creates the user of an identity that joins a conversation of a service for the first time. */
  addMissing(serviceSid: string, identity: string, origin: Origin): void {
    if (!this.#find(serviceSid, identity)) this.create(serviceSid, { Identity: identity }, origin);
  }

  /** @throws TwilioError 409/50201 for an identity that is taken */
  create(serviceSid: string, form: Form, origin: Origin): UserResource {
    const { Identity: identity = '' } = form;
    checkUser(form);
    if (this.#find(serviceSid, identity)) {
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
    this.#users.set(keyOf(serviceSid, identity), user);
    this.#notify({ type: 'userAdded', user, origin });
    return user;
  }

  /** @throws TwilioError 404 */
  update(serviceSid: string, sidOrIdentity: string, form: Form, origin: Origin): UserResource {
    checkUser(form);
    const user = assignGiven(this.fetch(serviceSid, sidOrIdentity), {
      friendly_name: form.FriendlyName,
      attributes: form.Attributes,
      role_sid: form.RoleSid,
      date_updated: formatDate(new Date()),
    });
    this.#notify({ type: 'userUpdated', user, origin });
    return user;
  }

  /**
   * @returns the user that was removed
   * @throws TwilioError 404
   */
  remove(serviceSid: string, sidOrIdentity: string): UserResource {
    const user = this.fetch(serviceSid, sidOrIdentity);
    this.#users.delete(keyOf(serviceSid, user.identity));
    return user;
  }

  /** Forgets the users of a service. */
  removeService(serviceSid: string): void {
    for (const { identity } of this.list(serviceSid)) this.#users.delete(keyOf(serviceSid, identity));
  }

  #find(serviceSid: string, identity: string): UserResource | undefined {
    return this.#users.get(keyOf(serviceSid, identity));
  }

  #notify(change: UserChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function keyOf(serviceSid: string, identity: string): string {
  return `${serviceSid} ${identity}`;
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
    return answer(c, users.create(c.var.serviceSid, c.env.form, c.var.origin), 201);
  });
  app.get('/:sid', (c) => answer(c, users.fetch(c.var.serviceSid, c.req.param('sid'))));
  app.post('/:sid', (c) => {
    roles.require(c.var.serviceSid, c.env.form.RoleSid, 'service');
    return answer(c, users.update(c.var.serviceSid, c.req.param('sid'), c.env.form, c.var.origin));
  });
  app.delete('/:sid', (c) => {
    const { identity } = users.remove(c.var.serviceSid, c.req.param('sid'));
    staleIdentities.delete(identity);
    return c.body(null, 204);
  });
  return app;
}
