import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { Conversations } from './conversations/conversations';
import { answer, type RestEnv } from './http/app';
import { notFound } from './http/errors';
import { identityOf, type TaskRouter } from './taskrouter';

/** Twilio's answer about a Flex token. */
export interface TokenVerdict {
  valid: boolean;
  code: number;
  message: string | null;
  expiration: string | null;
  realm_user_id: string | null;
  identity: string | null;
  roles: string[] | null;
  worker_sid: string | null;
}

interface Token {
  verdict: TokenVerdict;
  accountSid: string;
  expires: number;
}

/** The tokens of Flex users. */
export class FlexTokens {
  readonly #account: Pick<Conversations, 'accountSid'>;
  readonly #taskRouter: TaskRouter;
  #tokens = new Map<string, Token>();

  constructor(account: Pick<Conversations, 'accountSid'>, taskRouter: TaskRouter) {
    this.#account = account;
    this.#taskRouter = taskRouter;
  }

  get accountSid(): string {
    return this.#account.accountSid;
  }

  /**
   * Logs a user into Flex.
   *
   * @param options.accountSid the account that the token belongs to; this account by default
   * @returns the token
   */
  issue(
    friendlyName: string,
    options: { roles?: string[]; lifeMs?: number; accountSid?: string; worker?: boolean } = {},
  ): string {
    const { roles = ['agent'], lifeMs = 3_600_000, accountSid = this.accountSid, worker = true } = options;
    const agent = this.#taskRouter.putWorker(friendlyName);
    const expires = Date.now() + lifeMs;
    const token = `local-flex-token.${randomBytes(24).toString('base64url')}`;
    const verdict: TokenVerdict = {
      valid: true,
      code: 0,
      message: null,
      expiration: new Date(expires).toISOString(),
      realm_user_id: friendlyName,
      identity: identityOf(agent),
      roles,
      worker_sid: worker ? agent.sid : null,
    };
    this.#tokens.set(token, { verdict, accountSid, expires });
    return token;
  }

  /** What Twilio answers about a token. */
  validate(text: string): TokenVerdict {
    const token = this.#tokens.get(text);
    if (!token || token.accountSid !== this.accountSid) return refusal(20101, 'Invalid Access Token');
    if (token.expires <= Date.now()) return refusal(20104, 'Access Token expired or expiration date invalid');
    return token.verdict;
  }

  reset(): void {
    this.#tokens.clear();
  }
}

/** Twilio's answer about an invalid token. */
function refusal(code: number, message: string): TokenVerdict {
  const nothing = { expiration: null, realm_user_id: null, identity: null, roles: null, worker_sid: null };
  return { valid: false, code, message, ...nothing };
}

/**
 * Validates a Flex token. None of Twilio's OpenAPI files has this operation. The request is that of
 * `twilio-flex-token-validator`. The answers are those in the tests of cweems/flex-guard (`test/support.js`): 20101
 * and `valid: false` for an invalid token, 404 and 20404 for an unknown account; a comment in techmatters/hrm's
 * `app.js` says the same about made-up credentials. The HTTP status for an invalid token is unknown: public callers
 * read `valid` from a 200.
 *
 * @see https://github.com/twilio/twilio-flex-token-validator
 */
export function tokenRoutes(tokens: FlexTokens): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.post('/Accounts/:sid/Tokens/validate', (c) => {
    const { sid } = c.req.param();
    if (sid !== tokens.accountSid) throw notFound(`/Accounts/${sid}`);
    return answer(c, tokens.validate(c.env.form.token ?? ''));
  });
  return app;
}
