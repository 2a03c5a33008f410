import { TwilioRefused } from '../errors';
import { credentialsRefused, retry, type TwilioApi, unexpectedResponse } from './api';
import { parseObject, RequestFailure } from './http-client';

/**
 * Asks Twilio about a Flex token, by the request that `twilio-flex-token-validator` makes. That package ignores the
 * HTTP status and has no time-out, so an outage, our own credentials and a bad token differ in nothing but the words
 * of a message; the SDK's client answers in time, goes where the other requests go, and keeps status and code.
 *
 * @returns what Twilio says of the token; it counts if `valid` is true, and only then
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
    // The path names nothing but our account: to Twilio there is none.
    if (error instanceof TwilioRefused && error.kind === 'missing') throw credentialsRefused(error);
    // Nothing but the token differs between two requests.
    if (error instanceof TwilioRefused) return { valid: false };
    throw error;
  }
}

/**
 * 20101 and its neighbors are about a token. They come with 200 as far as is known; with 401, they would else be taken
 * for our own credentials.
 *
 * @see https://www.twilio.com/docs/api/errors/20101
 */
function isAboutToken(error: unknown): boolean {
  const cause = (error as Error).cause;
  if (!(cause instanceof RequestFailure)) return false;
  const { status = 0, code } = cause;
  return status < 500 && typeof code === 'number' && code > 20_100 && code < 20_200;
}
