import * as v from 'valibot';

/** `POST /maintenance/sweep`: a cron service lets conversations without a worker be routed. */
export const sweepRequest = v.object({
  /** Closes conversations whose last message is so old, e.g. `30d`, instead of routing them. In milliseconds. */
  closeOlderThan: v.optional(
    v.pipe(
      v.string('must be given once, as text'),
      v.regex(/^[1-9]\d{0,3}d?$/, 'must be a number of days from 1 to 9999, e.g. 30d'),
      v.transform((text) => Number.parseInt(text, 10) * 24 * 60 * 60_000),
    ),
  ),
  /** The most requests to Twilio in a second; webhooks share the account's limits with them. */
  requestsPerSecond: v.optional(
    v.pipe(
      v.string('must be given once, as text'),
      v.regex(/^[1-9]\d{0,2}$/, 'must be a whole number from 1 to 999'),
      v.transform(Number),
    ),
  ),
});

export type SweepRequest = v.InferOutput<typeof sweepRequest>;
