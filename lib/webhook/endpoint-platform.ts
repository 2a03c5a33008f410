import { randomUUID } from 'node:crypto';
import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import { validator } from 'twilio-flex-token-validator';
import type { Deadline } from '../deadline';
import { requestTimeoutMs, type Waiting } from '../twilio/api';
import { boundHttpClient } from '../twilio/http-client';
import { validateFlexToken } from './caller';
import { type Platform, type RuntimeContext, requireCredentials, twilioPlatform } from './platform';

/** What an endpoint takes from the place it runs in beyond what a callback takes. */
export interface EndpointPlatform extends Platform {
  /**
   * Opens Twilio Sync so that no request outlives the deadline.
   *
   * @throws Misconfigured when the account's credentials are missing
   */
  sync(context: RuntimeContext, deadline: Deadline): ServiceContext;
  /** Asks Twilio about a Flex token. @throws as `validateFlexToken` in `caller.ts` */
  validateFlexToken(context: RuntimeContext, token: string, waiting: Waiting): Promise<unknown>;
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

  validateFlexToken(context, token, waiting) {
    const { ACCOUNT_SID = '', AUTH_TOKEN = '', TWILIO_REGION = '' } = context;
    return validateFlexToken(
      waiting,
      () => validator(token, ACCOUNT_SID, AUTH_TOKEN, TWILIO_REGION.split('-')[0] || undefined),
      () => twilioPlatform.timer(requestTimeoutMs),
    );
  },

  date: () => Date.now(),
  newId: () => randomUUID(),
};
