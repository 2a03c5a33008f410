import * as v from 'valibot';
import { isClose } from '../text';

/** How much of an unknown field's name is said again, in characters. */
const shownLength = 64;

/**
 * Refuses a request with a field that it does not have: to ignore the field would be to do less than was asked for.
 *
 * @param known the fields that there are
 */
export const onlyFields = (known: readonly string[]) =>
  v.pipe(
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

/** `idempotency-key` and `Idempotency_Key` are `idempotencyKey`; else what is the same but for two letters. */
function nearest(unknown: string, known: readonly string[]): string | undefined {
  const bare = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase();
  return (
    known.find((name) => bare(name) === bare(unknown)) ??
    known.find((name) => name.length > 3 && unknown.length <= shownLength && isClose(name, unknown))
  );
}
