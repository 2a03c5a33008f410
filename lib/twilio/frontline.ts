import type { TwilioApi } from './api';

/** What Frontline's Users API says of an identity; `unknown` where it could not say. */
export type FrontlineUser = 'available' | 'unavailable' | 'no_user' | 'unknown';

/** A customer must not wait for an answer that is only nice to have, in milliseconds. */
const limitMs = 1_500;

/**
 * Asks whether an identity is a Frontline user, and takes conversations now. One try of at most 1.5 s, and never an
 * error.
 *
 * @returns `unavailable` also for a deactivated user
 * @see https://www.twilio.com/docs/frontline/api/frontline-user-resource
 */
export async function fetchFrontlineUser(api: TwilioApi, identity: string): Promise<FrontlineUser> {
  try {
    const { v1 } = api.withRequestLimit(limitMs).client.frontlineApi;
    // The SDK puts the identity into the URL as it is.
    const user = await v1.users(encodeURIComponent(identity)).fetch();
    if (typeof user.isAvailable !== 'boolean') return 'unknown';
    return user.isAvailable && user.state !== 'deactivated' ? 'available' : 'unavailable';
  } catch (error) {
    const { status, code } = error as { status?: unknown; code?: unknown };
    return status === 404 && typeof code === 'number' ? 'no_user' : 'unknown';
  }
}
