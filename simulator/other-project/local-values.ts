import type { RestApi } from '../twilio/rest-api';

/** The variables in which projects usually keep what differs between accounts, besides `ACCOUNT_SID` and `AUTH_TOKEN`. */
const usual = {
  accountSid: ['TWILIO_ACCOUNT_SID'],
  authToken: ['TWILIO_AUTH_TOKEN'],
  keySid: ['TWILIO_API_KEY', 'TWILIO_API_KEY_SID'],
  keySecret: ['TWILIO_API_SECRET', 'TWILIO_API_KEY_SECRET'],
  syncServiceSid: ['SYNC_SERVICE_SID', 'TWILIO_SYNC_SERVICE_SID'],
  conversationServiceSid: [
    'CHAT_SERVICE_SID',
    'TWILIO_CHAT_SERVICE_SID',
    'CONVERSATIONS_SERVICE_SID',
    'TWILIO_CONVERSATIONS_SERVICE_SID',
  ],
};

/**
 * @param env the project's variables, which may hold a real account's credentials and SIDs
 * @returns those of them that must be the local account's instead
 */
export function localValues(
  env: Readonly<Record<string, string | undefined>>,
  rest: Pick<RestApi, 'apiKeys' | 'sync'>,
  account: { accountSid: string; authToken: string; defaultServiceSid: string },
): Record<string, string> {
  const has = (names: readonly string[]): boolean => names.some((name) => env[name] !== undefined);
  const key = has(usual.keySid) ? rest.apiKeys.create('For the functions') : undefined;
  const values: Record<keyof typeof usual, string | undefined> = {
    accountSid: account.accountSid,
    authToken: account.authToken,
    keySid: key?.sid,
    keySecret: key?.secret,
    syncServiceSid: rest.sync.serviceSid,
    conversationServiceSid: account.defaultServiceSid,
  };
  const kinds = Object.keys(usual) as (keyof typeof usual)[];
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const value = values[kind];
      if (value === undefined) return [];
      return usual[kind].filter((name) => env[name] !== undefined).map((name) => [name, value]);
    }),
  );
}
