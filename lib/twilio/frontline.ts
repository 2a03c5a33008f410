import type { TwilioApi } from './api';

/** `unknown`: the Frontline Users API could not say. */
export type Availability = 'available' | 'unavailable' | 'unknown';

/**
 * Asks whether a worker takes conversations now. One try, and never an error: availability is a preference,
 * and a customer must not wait for it.
 *
 * @returns `unavailable` also for a deactivated worker and for an identity that is no Frontline user at all
 * @see https://www.twilio.com/docs/frontline/api/frontline-user-resource
 */
export async function fetchAvailability(api: TwilioApi, identity: string): Promise<Availability> {
  try {
    // The SDK puts the identity into the URL as it is.
    const user = await api.client.frontlineApi.v1.users(encodeURIComponent(identity)).fetch();
    return user.isAvailable && user.state !== 'deactivated' ? 'available' : 'unavailable';
  } catch (error) {
    return (error as { status?: unknown }).status === 404 ? 'unavailable' : 'unknown';
  }
}
