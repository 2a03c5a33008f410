import * as v from 'valibot';
import { optionalText, text } from './fields';

/**
 * `POST /flex/outbound-message`: a conversation with a customer is to be started. As JSON or as a form.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/send-outbound-messages-via-sms-and-whatsapp
 */
export const outboundMessage = v.object({
  /** `sms`, `whatsapp`, `chat`, `email`, `messenger` */
  channel: text,
  /** The customer's address on that channel; or `customerId` */
  to: v.optional(v.string('must be given once, as text')),
  customerId: v.optional(
    v.pipe(
      v.union([v.string(), v.number()], 'must be given once, as text'),
      v.transform((value) => (String(value).trim() === '' ? undefined : String(value))),
    ),
  ),
  /** The text; or `contentSid` */
  body: optionalText,
  /** A Content template, `HX…`. */
  contentSid: optionalText,
  /** Its variables: an object of texts, or that as JSON text. */
  contentVariables: v.optional(
    v.union([v.string(), v.record(v.string(), v.unknown())], 'must be an object of texts'),
  ),
  /** Of an e-mail. */
  subject: optionalText,
  /** The caller's own name for this request: with the same one it is carried out once. */
  idempotencyKey: v.optional(
    v.pipe(
      v.string('must be given once, as text'),
      v.regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces'),
    ),
  ),
  onActive: v.optional(v.picklist(['refuse', 'reuse'], 'must be "refuse" or "reuse"'), 'refuse'),
  /** For whom a server starts it: a TaskRouter worker's SID or friendly name. A Flex user's own comes from the token. */
  worker: optionalText,
});

export type OutboundMessage = v.InferOutput<typeof outboundMessage>;
