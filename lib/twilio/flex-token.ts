import { TwilioRefused } from '../errors';
import { credentialsRefused, retry, type TwilioApi, unexpectedResponse } from './api';
import { parseObject, RequestFailure } from './http-client';

/**
 * Asks Twilio to validate a Flex token, with the request that `twilio-flex-token-validator` makes. That package ignores
 * the HTTP status and has no time-out, so that an outage, wrong credentials of ours and an invalid token differ only in the
 * text of a message. The SDK's client has a time limit and keeps status and code.
 *
 * @returns what Twilio says about the token; it is valid only if `valid` is true
 * @throws TwilioUnavailable when Twilio could not be asked; Misconfigured when it does not accept our credentials
 * @see https://github.com/twilio/twilio-flex-token-validator
 */
export async function validateFlexToken(api: TwilioApi, token: string): Promise<Record<string, unknown>> {
  const { client } = api;
  const uri = `https://iam.twilio.com/v1/Accounts/${client.accountSid}/Tokens/validate`;
  try {
    return await retry(api, 'validate Flex token', async () => {
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' };
      const { body } = await client.request({ method: 'post', uri, headers, data: { token } });
      const verdict = parseObject(body);
      if (!verdict) throw unexpectedResponse();
      return verdict;
    });
  } catch (error) {
    if (isAboutToken(error)) return { valid: false };
    // The path has only our account's SID: Twilio does not know the account.
    if (error instanceof TwilioRefused && error.kind === 'missing') throw credentialsRefused(error);
    // Only the token differs from other requests.
    if (error instanceof TwilioRefused) return { valid: false };
    throw error;
  }
}

/**
 * 20101 and its neighbors are about a token. As far as is known they come with status 200; with 401 they must not be
 * mistaken for an error in our own credentials.
 *
 * @see https://www.twilio.com/docs/api/errors/20101
 */
function isAboutToken(error: unknown): boolean {
  const cause = (error as Error).cause;
  if (!(cause instanceof RequestFailure)) return false;
  const { status = 0, code } = cause;
  return status < 500 && typeof code === 'number' && code > 20_100 && code < 20_200;
}
