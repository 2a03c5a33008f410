import { type SweepRequest, sweepRequest } from '../../lib/events/sweep';
import { sweepForAWhile } from '../../lib/sweep/sweep-for-a-while';
import { type EndpointContext, serveEndpoint } from '../../lib/webhook/endpoint';

/** A cron service lets the conversations that have no worker be routed, about 8 s at a time. */
export const endpoint = {
  name: 'sweep',
  schema: sweepRequest,
  serverKey: 'SWEEP_API_KEY',
  // Even while Twilio does not answer, the platform's 10 s are far off.
  budgetMs: 8_500,
  handle: (request: SweepRequest, context: EndpointContext): Promise<object> =>
    sweepForAWhile(context, request),
};

export const handler = serveEndpoint(endpoint);
