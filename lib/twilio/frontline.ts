import { TwilioRefused } from '../errors';
import { retry, type TwilioApi, unexpectedResponse, withReserve } from './api';

/** What Frontline's Users API says about an identity; `available` is undefined if it does not say that. */
export type FrontlineUser =
  | { is: 'user'; available: boolean | undefined; deactivated: boolean }
  | { is: 'no_user' }
  /** The API could not tell. */
  | { is: 'unknown' };

/** How long a customer may wait for this, as routing also works without it; in milliseconds. */
const limits = { request: 1_500, all: 3_000 };

/**
 * Asks whether an identity is a Frontline user who is available. It never throws, and takes at most 1.5 s for one try, or
 * 3 s for several.
 *
 * @param tries `once`, or `several` if a wrong answer would be worse than the wait
 * @returns the user; a deactivated one is not available
 * @see https://www.twilio.com/docs/frontline/api/frontline-user-resource
 */
export async function fetchFrontlineUser(
  api: TwilioApi,
  identity: string,
  tries: 'once' | 'several',
): Promise<FrontlineUser> {
  // These cannot be a segment of a URL.
  if (/^\.{0,2}$/.test(identity)) return { is: 'no_user' };
  const limited = api.withRequestLimit(limits.request);
  const fetch = async (): Promise<FrontlineUser> => {
    // The SDK does not encode the identity in the URL.
    const user = await limited.client.frontlineApi.v1.users(encodeURIComponent(identity)).fetch();
    if (typeof user.sid !== 'string' && typeof user.isAvailable !== 'boolean') throw unexpectedResponse();
    const isKnown = typeof user.isAvailable === 'boolean';
    const deactivated = user.state === 'deactivated';
    return { is: 'user', available: isKnown ? user.isAvailable && !deactivated : undefined, deactivated };
  };
  const budget = tries === 'once' ? 0 : limits.all;
  const deadline = withReserve(api.deadline, Math.max(0, api.deadline.remaining() - budget));
  try {
    return await retry({ ...api, deadline }, 'fetch Frontline user', fetch);
  } catch (error) {
    return error instanceof TwilioRefused && error.kind === 'missing' ? { is: 'no_user' } : { is: 'unknown' };
  }
}
