import { Hono } from 'hono';
import type { ApiKeys } from './api-keys';
import type { Conversations } from './conversations/conversations';
import { answer, type RestEnv } from './http/app';

const date = new Date('2026-01-01T00:00:00Z').toUTCString().replace('GMT', '+0000');

/**
 * The account, which `twilio login` reads to check its credentials before it makes a key.
 *
 * @see https://www.twilio.com/docs/iam/api/account
 * @see https://github.com/twilio/twilio-cli/blob/main/src/commands/profiles/create.js
 */
export function accountRoutes(
  { accountSid, authToken }: Pick<Conversations, 'accountSid' | 'authToken'>,
  keys: ApiKeys,
): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Accounts/:file', (c) => {
    const sid = c.req.param('file').replace(/\.json$/, '');
    keys.requireAccount(sid);
    return answer(c, newAccount(accountSid, authToken));
  });
  return app;
}

/** Its subresources are those that are simulated. */
function newAccount(sid: string, authToken: string) {
  const uri = `/2010-04-01/Accounts/${sid}`;
  return {
    auth_token: authToken,
    date_created: date,
    date_updated: date,
    friendly_name: 'Local Twilio',
    owner_account_sid: sid,
    sid,
    status: 'active',
    subresource_uris: {
      incoming_phone_numbers: `${uri}/IncomingPhoneNumbers.json`,
      keys: `${uri}/Keys.json`,
      messages: `${uri}/Messages.json`,
      short_codes: `${uri}/SMS/ShortCodes.json`,
    },
    type: 'Full',
    uri: `${uri}.json`,
  };
}
