import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../caller';
import { Forbidden, Misconfigured, Unauthorized } from '../errors';

/** What a request to an endpoint brings to say who sends it. */
export interface Credentials {
  /** The header `Authorization`. */
  authorization: unknown;
  /** The field `Token`: a Flex user's token. */
  token: unknown;
}

/** The key of servers. */
export interface ServerKey {
  /** The environment variable that holds it. */
  name: string;
  /** One that is too short counts as none. */
  value: unknown;
}

/** What decides whether a caller is accepted. */
export interface CallerRules {
  serverKey: ServerKey;
  /** The roles of which a Flex user must have one. */
  roles: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  /** Asks Twilio about a Flex token, as `validateFlexToken` does. */
  validate(token: string): Promise<Record<string, unknown>>;
}

/** A shorter key could be guessed; in characters. */
const leastKeyLength = 32;

/**
 * Finds out who calls: a server by its bearer key, or a Flex user by the token that Flex issued.
 *
 * @throws Unauthorized for anybody else; Forbidden for a Flex user without the role, or who is no worker;
 *   TwilioUnavailable when Twilio could not be asked; Misconfigured when it does not accept our credentials, or the
 *   servers' key could never be sent
 */
export async function identifyCaller(
  { authorization, token }: Credentials,
  rules: CallerRules,
): Promise<Caller> {
  if (typeof authorization === 'string' && authorization !== '') {
    return identifyServer(authorization, rules.serverKey);
  }
  // The token becomes part of a request: one that cannot be valid is not passed on.
  if (typeof token !== 'string' || !/^[\w.~+/=-]{1,8192}$/.test(token)) {
    throw new Unauthorized(token === undefined ? 'no_credentials' : 'malformed_token');
  }
  return readAgent(await rules.validate(token), rules);
}

/**
 * Lets in a server by its bearer key, and nobody else.
 *
 * @param authorization the header `Authorization`
 * @throws Unauthorized; Misconfigured when the key could never be sent
 */
export function identifyServer(authorization: unknown, serverKey: ServerKey): Caller {
  if (typeof authorization !== 'string' || authorization === '') throw new Unauthorized('no_credentials');
  const [, key] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (key === undefined) throw new Unauthorized('authorization_is_no_bearer');
  requireUsable(serverKey);
  const { value } = serverKey;
  if (typeof value !== 'string' || value.length < leastKeyLength) {
    throw new Unauthorized('no_api_key_configured');
  }
  if (!isSame(key, value)) throw new Unauthorized('wrong_api_key');
  return { kind: 'server' };
}

/** A key with a blank or a line break could never be sent: nobody would see why it is refused. */
function requireUsable({ name, value }: ServerKey): void {
  if (typeof value !== 'string' || /^[\x21-\x7e]*$/.test(value)) return;
  throw new Misconfigured('api_key_malformed', {
    file: '.env',
    field: name,
    fix: 'remove blanks and line breaks: a key has printable ASCII characters only',
  });
}

/** @see https://www.twilio.com/docs/flex/call-functions-from-plugins */
function readAgent(verdict: Record<string, unknown>, { roles, now }: CallerRules): Caller {
  const { valid, expiration, identity, realm_user_id, worker_sid, roles: own } = verdict;
  if (valid !== true) throw new Unauthorized('refused_token');
  if (typeof identity !== 'string' || identity === '') throw new Unauthorized('invalid_token');
  if (typeof expiration === 'string' && Date.parse(expiration) <= now)
    throw new Unauthorized('expired_token');
  const has = Array.isArray(own) && own.some((role) => roles.includes(String(role)));
  if (!has) throw new Forbidden('forbidden', 'Not allowed.', { facts: { reason: 'no_allowed_role' } });
  if (typeof worker_sid !== 'string' || !/^WK[0-9a-fA-F]{32}$/.test(worker_sid)) {
    throw new Forbidden('forbidden', 'Not allowed.', { facts: { reason: 'no_worker' } });
  }
  const name = typeof realm_user_id === 'string' && realm_user_id !== '' ? realm_user_id : identity;
  return { kind: 'agent', workerSid: worker_sid, identity, name };
}

/** Compares in constant time, so that nobody can guess the key character by character. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
