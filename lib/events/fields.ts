import * as v from 'valibot';

/** A required field with text. */
export const text = v.pipe(
  v.string('must be given once, as text'),
  v.check((value) => value.trim() !== '', 'must not be empty'),
);

/** An optional field with text; an empty one counts as missing. */
export const optionalText = v.optional(
  v.pipe(
    v.string('must be given once, as text'),
    v.transform((value) => (value.trim() === '' ? undefined : value)),
  ),
);

/** A Twilio SID, e.g. `CH` and 32 hexadecimal digits. It becomes part of a URL, so its characters are checked. */
export const sid = (prefix: string) =>
  v.pipe(
    v.string('must be given once, as text'),
    v.regex(new RegExp(`^${prefix}[0-9A-Za-z]{1,62}$`), `must be a SID that begins with ${prefix}`),
  );

/** The length of a page: a number from 1 to `max`. A larger one becomes `max`, and anything else `standard`. */
export const pageSize = (standard: number, max: number) =>
  v.pipe(
    v.optional(v.unknown(), ''),
    v.transform((value) => {
      const written = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
      return /^0*[1-9]\d*$/.test(written) ? Math.min(Number(written), max) : standard;
    }),
  );

/** The conversation service of an event (`IS…`); a value that is not a SID counts as missing. */
export const serviceSid = v.optional(
  v.pipe(
    v.unknown(),
    v.transform((value) =>
      typeof value === 'string' && /^IS[0-9a-fA-F]{32}$/.test(value) ? value : undefined,
    ),
  ),
);
