import { type Finding, finding } from '../findings';
import type { Subject, TwilioFailure } from '../subject';

/**
 * Asks for the Conversations configuration, which a standard API key may read too.
 *
 * @see https://www.twilio.com/docs/iam/api-keys/key-resource-v1
 */
export async function checkCredentials({ accountSid, client }: Subject): Promise<Finding[]> {
  try {
    await client.conversations.v1.configuration().fetch();
    return [];
  } catch (error) {
    const { status, code, message } = error as TwilioFailure;
    if (status === 401) {
      const fix =
        'compare ACCOUNT_SID and AUTH_TOKEN in .env, or the API key, with the Console: Account → API keys & tokens';
      return [
        finding('credentials_rejected', `Twilio rejects the credentials of account ${accountSid}`, fix),
      ];
    }
    if (status === 403 || status === 404) {
      const text = `Account ${accountSid} cannot use Conversations: ${status} ${code ?? ''} ${message}`;
      const fix = 'enable Conversations (classic) in the Console: Conversations → Overview';
      return [finding('conversations_unavailable', text.replace(/\s+/g, ' '), fix)];
    }
    throw error;
  }
}
