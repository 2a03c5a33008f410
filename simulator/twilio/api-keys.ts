import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Hono, type MiddlewareHandler } from 'hono';
import type { Conversations } from './conversations/conversations';
import { answer, type RestEnv } from './http/app';
import { refuse } from './http/error-list';
import { notFound } from './http/errors';
import { olderPage, page } from './http/paging';
import { newSid } from './http/sids';

interface ApiKey {
  sid: string;
  friendly_name: string | null;
  /** RFC 2822 */
  date_created: string;
  date_updated: string;
}

/**
 * Standard API keys.
 *
 * @see https://www.twilio.com/docs/iam/api-keys
 */
export class ApiKeys {
  readonly #accountSid: string;
  #keys = new Map<string, { key: ApiKey; secret: string }>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** @throws TwilioError 404 (unsure) for another account than this one */
  requireAccount(sid: string): void {
    if (sid !== this.#accountSid) throw notFound(`/Accounts/${sid}`);
  }

  list(): ApiKey[] {
    return [...this.#keys.values()].map(({ key }) => key);
  }

  /** @throws TwilioError 404 */
  fetch(sid: string): ApiKey {
    const found = this.#keys.get(sid);
    if (found) return found.key;
    throw notFound(`/Keys/${sid}`);
  }

  /** @returns the new key with its secret, which no later answer has */
  create(friendlyName: string | undefined): ApiKey & { secret: string } {
    const date = formatDate();
    const key: ApiKey = {
      sid: newSid('SK'),
      friendly_name: friendlyName ?? null,
      date_created: date,
      date_updated: date,
    };
    const secret = randomBytes(24).toString('base64url');
    this.#keys.set(key.sid, { key, secret });
    return { ...key, secret };
  }

  /** @throws TwilioError 404 */
  update(sid: string, friendlyName: string | undefined): ApiKey {
    const key = this.fetch(sid);
    if (friendlyName !== undefined) key.friendly_name = friendlyName;
    key.date_updated = formatDate();
    return key;
  }

  /** @throws TwilioError 404 */
  remove(sid: string): void {
    this.#keys.delete(this.fetch(sid).sid);
  }

  /** @returns whether there is such a key */
  has(sid: string, secret: string): boolean {
    const found = this.#keys.get(sid);
    return found !== undefined && isSame(found.secret, secret);
  }
}

/** Keys in the API of 2010. */
export function apiKeyRoutes(keys: ApiKeys): Hono<RestEnv> {
  const app = new Hono<RestEnv>().basePath('/Accounts/:account');
  const sidOf = (file: string): string => file.replace(/\.json$/, '');
  app.get('/Keys.json', (c) => answer(c, olderPage(c, 'keys', keys.list())));
  app.post('/Keys.json', (c) => answer(c, keys.create(c.env.form.FriendlyName), 201));
  app.get('/Keys/:file', (c) => answer(c, keys.fetch(sidOf(c.req.param('file')))));
  app.post('/Keys/:file', (c) => answer(c, keys.update(sidOf(c.req.param('file')), c.env.form.FriendlyName)));
  app.delete('/Keys/:file', (c) => {
    keys.remove(sidOf(c.req.param('file')));
    return c.body(null, 204);
  });
  return app;
}

/** The same keys in the newer API, which also has restricted ones: they are not simulated. */
export function iamKeyRoutes(keys: ApiKeys): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Keys', (c) => {
    keys.requireAccount(c.env.query.AccountSid ?? '');
    const all = keys.list().map((key) => ({ ...key, flags: [] }));
    return answer(c, page(c, 'keys', all));
  });
  app.post('/Keys', (c) => {
    const { FriendlyName, AccountSid = '' } = c.env.form;
    keys.requireAccount(AccountSid);
    return answer(c, { ...keys.create(FriendlyName), policy: null }, 201);
  });
  app.get('/Keys/:sid', (c) => answer(c, { ...keys.fetch(c.req.param('sid')), policy: null }));
  app.post('/Keys/:sid', (c) =>
    answer(c, { ...keys.update(c.req.param('sid'), c.env.form.FriendlyName), policy: null }),
  );
  app.delete('/Keys/:sid', (c) => {
    keys.remove(c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

/**
 * Lets requests with the account's auth token pass, and those with an API key, which reaches neither accounts nor keys.
 *
 * @see https://www.twilio.com/docs/iam/api-keys/keys-in-console
 * @see https://github.com/twilio/twilio-python/issues/259 for what is answered then
 */
export function authenticate(
  account: Pick<Conversations, 'accountSid' | 'authToken'>,
  keys: ApiKeys,
): MiddlewareHandler<RestEnv> {
  return async ({ env: { headers, host, path } }, next) => {
    const { accountSid, authToken } = account;
    const [user, password] = readCredentials(headers.authorization);
    const isAccount = user === accountSid && isSame(password, authToken);
    const isKey = keys.has(user, password) && !isOfAccountsOrKeys(path);
    if (!isAccount && !isKey) {
      // See `tokenRoutes`.
      const isOtherAccount =
        host === 'iam.twilio.com' && path.endsWith('/Tokens/validate') && !path.includes(`/${accountSid}/`);
      if (isOtherAccount) throw notFound(path.replace('/v1', ''));
      throw refuse(20003);
    }
    await next();
  };
}

function isOfAccountsOrKeys(path: string): boolean {
  return /^\/2010-04-01\/Accounts(\/AC\w+)?\.json$|^\/(2010-04-01\/Accounts\/AC\w+|v1)\/Keys(\/|\.|$)/.test(
    path,
  );
}

function readCredentials(authorization = ''): [user: string, password: string] {
  const text = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString();
  const at = text.indexOf(':');
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function formatDate(): string {
  return new Date().toUTCString().replace('GMT', '+0000');
}
