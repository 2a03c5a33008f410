import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../caller';
import { Forbidden, Unauthorized } from '../errors';
import { retry, type Waiting } from '../twilio/api';

export interface Credentials {
  /** The header `Authorization`. */
  authorization: unknown;
  /** The field `Token`: a Flex user's. */
  token: unknown;
}

export interface CallerRules {
  /** The servers' key; too short a one is none. */
  apiKey: unknown;
  /** Which of them a Flex user must have. */
  roles: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  /** Asks Twilio about a Flex token. @throws whatever `validateFlexToken` throws */
  validate(token: string): Promise<unknown>;
}

/** A key that can be guessed is no key, in characters. */
const leastKeyLength = 32;

/**
 * Finds out who calls: a server by its bearer key, or a Flex user by the token that Flex gave.
 *
 * @throws Unauthorized for anybody else; Forbidden for a Flex user without the role, or who is no worker;
 *   TwilioUnavailable when Twilio could not be asked
 */
export async function identifyCaller(
  { authorization, token }: Credentials,
  rules: CallerRules,
): Promise<Caller> {
  if (typeof authorization === 'string' && authorization !== '') {
    const [, key] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (key === undefined) throw new Unauthorized('authorization_is_no_bearer');
    if (typeof rules.apiKey !== 'string' || rules.apiKey.length < leastKeyLength) {
      throw new Unauthorized('no_api_key_configured');
    }
    if (!isSame(key, rules.apiKey)) throw new Unauthorized('wrong_api_key');
    return { kind: 'server' };
  }
  // A token is put into a request as it is: one that cannot be right is not passed on.
  if (typeof token !== 'string' || !/^[\w.~+/=-]{1,8192}$/.test(token)) {
    throw new Unauthorized(token === undefined ? 'no_credentials' : 'malformed_token');
  }
  return readAgent(await rules.validate(token), rules);
}

function readAgent(result: unknown, { roles, now }: CallerRules): Caller {
  const {
    valid,
    expiration,
    identity,
    realm_user_id,
    worker_sid,
    roles: own,
  } = (result ?? {}) as Record<string, unknown>;
  if (valid !== true || typeof identity !== 'string' || identity === '')
    throw new Unauthorized('invalid_token');
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

/** Compares in a time that depends on neither text. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/** What the validator rejects with when it got no verdict, as far as that can be told from the text. */
const noVerdict = [
  // A network error's code, or what Node.js says of one.
  /\bE(CONN[A-Z]+|NOTFOUND|TIMEDOUT|PIPE|PROTO|HOST[A-Z]+|NET[A-Z]+|AI_[A-Z]+)\b|socket hang up|TLS/,
  // An answer that is no JSON, or Twilio's words for an overload or an outage.
  /JSON|Unexpected|too many requests|internal server|unavailable|time-?out/i,
];

/** What it rejects with when Twilio does not accept the account's own credentials. */
const ownCredentials = /^Authenticat(e$|ion Error)/;

/**
 * Asks Twilio about a Flex token, again while Twilio does not answer: the validator has no time-out of its own, and
 * tells a refused token from an outage by nothing but its text.
 *
 * @param ask one question, e.g. by `twilio-flex-token-validator`; rejects with a text
 * @param timer starts the time that one question has
 * @returns what Twilio says of the token
 * @throws Unauthorized for a token that Twilio does not accept; TwilioUnavailable when it could not be asked;
 *   Misconfigured when Twilio does not accept our credentials
 * @see https://github.com/twilio/twilio-flex-token-validator
 */
export function validateFlexToken(
  waiting: Waiting,
  ask: () => Promise<unknown>,
  timer: () => { done: Promise<void>; clear(): void },
): Promise<unknown> {
  return retry(waiting, 'validate Flex token', async () => {
    const { done, clear } = timer();
    const late = done.then(() => {
      throw failed('NO_VERDICT');
    });
    try {
      return await Promise.race([ask(), late]);
    } catch (reason) {
      if (reason instanceof Error) throw failed('NO_VERDICT');
      const text = String(reason ?? '');
      if (ownCredentials.test(text)) throw failed(20003, 401);
      throw noVerdict.some((words) => words.test(text))
        ? failed('NO_VERDICT')
        : new Unauthorized('refused_token');
    } finally {
      clear();
    }
  });
}

/** An error as the SDK throws them, for `retry` to judge. */
function failed(code: number | string, status?: number): Error {
  return Object.assign(new Error('no verdict'), { code, status });
}
