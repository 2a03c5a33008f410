import * as v from 'valibot';
import { isClose } from '../text';
import { optionalText, text } from './fields';

/** One e-mail address or several. */
const addresses = v.optional(
  v.pipe(
    v.union([v.string(), v.array(v.string())], 'must be an e-mail address, or a list of them'),
    v.transform((value) => (typeof value === 'string' ? [value] : value).filter((one) => one.trim() !== '')),
  ),
);

const fields = {
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
  contentVariables: v.optional(v.unknown()),
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
  /** Further recipients of an e-mail. */
  cc: addresses,
  bcc: addresses,
  /** What the agent sees; else the name of the customer's card, else the address. */
  customerName: optionalText,
  /** Further attributes of the task: an object, or that as JSON text. */
  taskAttributes: v.optional(v.unknown()),
  priority: v.optional(v.union([v.number(), v.string()], 'must be a whole number')),
  /** Passed on to the Interactions API. */
  interactionContextSid: optionalText,
};

/**
 * `POST /flex/outbound-message`: a conversation with a customer is to be started. As JSON or as a form.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/send-outbound-messages-via-sms-and-whatsapp
 */
export const outboundMessage = v.pipe(onlyFields([...Object.keys(fields), 'Token']), v.object(fields));

export type OutboundMessage = v.InferOutput<typeof outboundMessage>;

/** How much of an unknown field's name is said again, in characters. */
const shownLength = 64;

/**
 * Refuses a request with a field that it does not have: to ignore the field would be to do less than was asked for.
 *
 * @param known the fields that there are
 */
function onlyFields(known: readonly string[]) {
  return v.pipe(
    v.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value;
      const unknown = Object.keys(input).find((name) => !known.includes(name));
      if (unknown === undefined) return;
      const close = nearest(unknown, known);
      const help = close
        ? `did you mean ${JSON.stringify(close)}?`
        : `its fields are ${known.filter((name) => name !== 'Token').join(', ')}`;
      addIssue({
        message: `has no field ${JSON.stringify(unknown.slice(0, shownLength))}: ${help}`,
        // The name could be anything: the log says only that the request is wrong.
        path: [{ type: 'object', origin: 'key', input, key: 'request', value: undefined }],
      });
    }),
  );
}

/** `idempotency-key` and `Idempotency_Key` are `idempotencyKey`; else what is the same but for two letters. */
function nearest(unknown: string, known: readonly string[]): string | undefined {
  const bare = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase();
  return (
    known.find((name) => bare(name) === bare(unknown)) ??
    known.find((name) => name.length > 3 && unknown.length <= shownLength && isClose(name, unknown))
  );
}
