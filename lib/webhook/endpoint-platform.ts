import { randomUUID } from 'node:crypto';
import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import type { Deadline } from '../deadline';
import { requestTimeoutMs } from '../twilio/api';
import { boundHttpClient } from '../twilio/http-client';
import { type Platform, type RuntimeContext, requireCredentials, twilioPlatform } from './platform';

/** What an endpoint needs from the runtime beyond what a callback needs. */
export interface EndpointPlatform extends Platform {
  /**
   * Opens Twilio Sync. No request to it outlives the deadline.
   *
   * @throws Misconfigured when the account's credentials are missing
   */
  sync(context: RuntimeContext, deadline: Deadline): ServiceContext;
  /** Milliseconds since 1970. */
  date(): number;
  /** A new random name. */
  newId(): string;
}

/**
 * Twilio's Functions runtime, with Sync and Flex.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/client
 */
export const twilioEndpointPlatform: EndpointPlatform = {
  ...twilioPlatform,

  sync(context, deadline) {
    requireCredentials(context);
    const { httpClient } = context.getTwilioClient();
    const { timer } = twilioPlatform;
    return Runtime.getSync({
      httpClient: boundHttpClient(httpClient, { deadline, timer, limitMs: requestTimeoutMs }),
    });
  },

  date: () => Date.now(),
  newId: () => randomUUID(),
};
