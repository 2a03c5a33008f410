import { Hono } from 'hono';
import { answer, type RestEnv } from './http/app';
import { refuse } from './http/error-list';
import { notFound } from './http/errors';
import { readBoolean } from './http/resource';
import { newSid } from './http/sids';

/**
 * Whether the account has Frontline, which Twilio has not sold to new accounts since February 2023. What the API answers
 * without Frontline is not documented: 404/20404 (`missing`) or 403/20403 (`forbidden`).
 */
export type FrontlineAccess = 'available' | 'missing' | 'forbidden';

/** A Frontline user, as served. */
export interface FrontlineUser {
  sid: string;
  identity: string;
  friendly_name: string;
  avatar: string | null;
  state: 'active' | 'deactivated';
  is_available: boolean;
  url: string;
}

/**
 * Frontline's users.
 *
 * @see https://www.twilio.com/docs/frontline/api/frontline-user-resource
 */
export class Frontline {
  access: FrontlineAccess = 'available';
  #users = new Map<string, FrontlineUser>();
  #listeners = new Set<() => void>();

  users(): FrontlineUser[] {
    return [...this.#users.values()];
  }

  /** @throws TwilioError 404 */
  user(sidOrIdentity: string): FrontlineUser {
    const user = this.users().find(
      ({ sid, identity }) => sid === sidOrIdentity || identity === sidOrIdentity,
    );
    if (user) return user;
    throw notFound(`/Users/${sidOrIdentity}`);
  }

  /** Changes a user, or creates it. */
  putUser(given: Omit<Partial<FrontlineUser>, 'url'> & { identity: string }): FrontlineUser {
    const before = this.#users.get(given.identity);
    const sid = given.sid ?? before?.sid ?? newSid('US');
    const user: FrontlineUser = {
      friendly_name: given.identity,
      avatar: null,
      state: 'active',
      is_available: true,
      ...before,
      ...given,
      sid,
      url: `https://frontline-api.twilio.com/v1/Users/${sid}`,
    };
    this.#users.set(user.identity, user);
    for (const listener of this.#listeners) listener();
    return user;
  }

  removeUser(identity: string): void {
    this.#users.delete(identity);
    for (const listener of this.#listeners) listener();
  }

  /** @throws TwilioError on an account without Frontline */
  requireAccess(path: string): void {
    if (this.access === 'missing') throw notFound(path);
    if (this.access === 'forbidden') throw refuse(20403);
  }

  /** @returns a function that removes the listener */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Frontline's users. */
export function frontlineRoutes(frontline: Frontline): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.use(async ({ env }, next) => {
    frontline.requireAccess(env.path);
    await next();
  });
  app.get('/Users/:sid', (c) => answer(c, frontline.user(c.req.param('sid'))));
  app.post('/Users/:sid', (c) => {
    const { identity } = frontline.user(c.req.param('sid'));
    const { FriendlyName, Avatar, State, IsAvailable } = c.env.form;
    const user = frontline.putUser({
      identity,
      ...(FriendlyName !== undefined && { friendly_name: FriendlyName }),
      ...(Avatar !== undefined && { avatar: Avatar }),
      ...(State !== undefined && { state: State as FrontlineUser['state'] }),
      ...(IsAvailable !== undefined && { is_available: readBoolean(IsAvailable) ?? false }),
    });
    return answer(c, user);
  });
  return app;
}
