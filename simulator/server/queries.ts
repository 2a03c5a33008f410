import * as v from 'valibot';
import { channelTypes } from '../../lib/model';

const text = v.exactOptional(v.string());
const wholeNumber = v.exactOptional(
  v.pipe(v.string(), v.regex(/^\d+$/, 'must be a whole number'), v.transform(Number)),
);
/** As a page's size of Twilio, a larger one counts as the largest. */
const limit = v.exactOptional(
  v.pipe(
    v.string(),
    v.regex(/^0*[1-9]\d*$/, 'must be a whole number from 1'),
    v.transform((value) => Math.min(Number(value), 200)),
  ),
);
/** An empty one matches all. */
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  v.exactOptional(v.picklist(['', ...names]));

/** `GET /api/customers` */
export const customersQuery = v.strictObject({
  query: text,
  worker: text,
  /** Flex has had Google Business Messages, too, on which no customer can be reached any more. */
  channel: oneOf([...channelTypes, 'gbm']),
  limit,
  after: wholeNumber,
  id: text,
  phone: text,
});

/** `GET /api/conversations` */
export const conversationsQuery = v.strictObject({
  query: text,
  state: oneOf(['initializing', 'active', 'inactive', 'closed']),
  unrouted: oneOf(['true', 'false']),
  worker: text,
  address: text,
  limit,
  before: v.exactOptional(v.pipe(v.string(), v.regex(/^[\d-]+T[\d:.]+Z CH\w+$/, 'must be next of a page'))),
});

/** `GET /api/timeline` */
export const timelineQuery = v.strictObject({
  limit,
  before: wholeNumber,
  conversation: text,
  trace: text,
  format: oneOf(['export']),
});

/** `GET /api/data/lines` */
export const linesQuery = v.strictObject({ id: text });

/** `GET /api/app/customers` */
export const appCustomersQuery = v.strictObject({
  worker: text,
  query: text,
  token: text,
  pageSize: wholeNumber,
});

/** `GET /api/app/customers/:id` */
export const appWorkerQuery = v.strictObject({ worker: text });

/** `GET /api/app/templates` */
export const appTemplatesQuery = v.strictObject({ worker: text, customerId: text, conversationSid: text });
