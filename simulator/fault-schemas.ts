import * as v from 'valibot';
import { requestPattern, webhookTargets } from './fault-targets';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60_000));
const errorStatus = v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599));
const done = v.exactOptional(v.boolean());

/** How often a fault happens; always if everything is left out. */
const often = {
  /** It is off after so many. */
  times: v.exactOptional(count),
  /** Only each so many-th, e.g. 3 for the third, the sixth, … */
  every: v.exactOptional(count),
  /** Only by chance; the same ones each time. */
  probability: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** A different seed gives different ones. */
  seed: v.exactOptional(v.pipe(v.number(), v.integer())),
};

const request = {
  ...often,
  /** `all`, or a method and a path without version, account and service, e.g. `GET /Users/*`. */
  on: v.union(
    [v.literal('all'), v.pipe(v.string(), v.regex(requestPattern))],
    'must be all, or a method and a path such as GET /Conversations/*/Participants',
  ),
};

/**
 * What goes wrong with REST requests of our functions. With `done`, the request is carried out all the same.
 *
 * - `error`: another status, with Twilio's code for it (20429 for 429) and, if wanted, Retry-After in seconds
 * - `cut`: the connection is closed halfway through the body
 * - `drip`: the answer comes byte by byte, one each `ms`
 * - `reset`: the connection is reset
 * - `hang`: no answer
 * - `late`: the real answer comes `ms` later
 */
export const requestFault = v.variant('kind', [
  v.strictObject({
    kind: v.literal('error'),
    ...request,
    status: errorStatus,
    code: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(10_000), v.maxValue(99_999))),
    retryAfter: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    done,
  }),
  v.strictObject({ kind: v.literal('cut'), ...request, done }),
  v.strictObject({ kind: v.literal('drip'), ...request, ms: milliseconds }),
  v.strictObject({ kind: v.literal('reset'), ...request, done }),
  v.strictObject({ kind: v.literal('hang'), ...request, done }),
  v.strictObject({ kind: v.literal('late'), ...request, ms: milliseconds }),
]);

const webhook = { ...often, on: v.picklist(['all', ...webhookTargets]) };

/**
 * What goes wrong with our webhooks and callbacks on their way to Twilio.
 *
 * - `error`: another status, and no function has run; with `done`, one has
 * - `slow`: the function's answer comes `ms` later, or too late for Twilio
 * - `down`: the connection is refused
 * - `notJson`: the function's answer has another body
 * - `cut`: the connection is closed halfway through the body of the function's answer
 */
export const webhookFault = v.variant('kind', [
  v.strictObject({ kind: v.literal('error'), ...webhook, status: errorStatus, done }),
  v.strictObject({ kind: v.literal('slow'), ...webhook, ms: milliseconds }),
  v.strictObject({ kind: v.literal('down'), ...webhook }),
  v.strictObject({ kind: v.literal('notJson'), ...webhook }),
  v.strictObject({ kind: v.literal('cut'), ...webhook }),
]);
