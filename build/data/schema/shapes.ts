import * as v from 'valibot';
import { message } from './messages';

/** A field that may be left out. `null` is the same: exports of CRMs hold it for what is empty. */
export const optional = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value): v.InferOutput<S> | undefined => value ?? undefined),
  );

/** Stands where a country is wrong: what depends on it cannot be judged, and is no second problem. */
export const unreadCountry = 'ZZ';

type ObjectOf<T extends v.ObjectEntries> = v.StrictObjectSchema<
  T,
  v.ErrorMessage<v.StrictObjectIssue> | undefined
>;

/** The pieces that differ between the schema that names problems and the one that saves what is good. */
export interface Shapes {
  object<T extends v.ObjectEntries>(entries: T): ObjectOf<T>;
  /** An element that is wrong comes out as undefined where it is not a problem. */
  list<S extends v.GenericSchema>(item: S): v.GenericSchema<unknown, (v.InferOutput<S> | undefined)[]>;
  /** A part without which the rest of the file still makes sense: it comes out empty where it is not a problem. */
  part<S extends v.GenericSchema>(schema: S, empty: v.InferOutput<S>): S;
  /** A country that is wrong comes out as `unreadCountry` where it is not a problem. */
  country<S extends v.GenericSchema<string, string>>(schema: S): ReturnType<typeof optional<S>>;
}

/** Every wrong value is a problem. */
export const exact: Shapes = {
  object(entries) {
    const known = Object.keys(entries);
    return v.strictObject(entries, (issue) => {
      const key = issue.path?.at(-1)?.key;
      if (issue.expected === 'never') {
        const close = known.find((field) => isClose(field, String(key)));
        return message(
          `there is no field ${JSON.stringify(key)} here`,
          close ? `did you mean ${JSON.stringify(close)}?` : `remove it; the fields are: ${known.join(', ')}`,
        );
      }
      const isField = issue.path?.at(-1)?.origin === 'key';
      if (isField && issue.received === 'undefined')
        return message('is missing', `add ${JSON.stringify(key)}`);
      return message('must be an object', `write { … } with ${known.join(', ')}`);
    });
  },
  list: (item) => v.array(item, message('must be a list', 'write [ … ]')),
  part: (schema) => schema,
  country: optional,
};

/**
 * Saves what can be saved, so that what depends on it is checked in the same go: fields and elements that are wrong
 * are left out.
 */
export const lenient: Shapes = {
  object<T extends v.ObjectEntries>(entries: T) {
    const saved = Object.entries(entries).map(([key, schema]) => [
      key,
      schema.type === 'nullish' ? v.fallback(schema as v.GenericSchema, undefined) : schema,
    ]);
    return v.object(Object.fromEntries(saved)) as unknown as ObjectOf<T>;
  },
  list: (item) => v.array(v.fallback(item as v.GenericSchema, undefined)),
  part: (schema, empty) =>
    v.fallback(v.optional(schema as v.GenericSchema, empty), empty) as unknown as typeof schema,
  country: (schema) => optional(v.fallback(schema, unreadCountry) as typeof schema),
};

/** @returns whether one text becomes the other by at most two insertions, deletions or changes of a letter */
function isClose(a: string, b: string): boolean {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase() ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return (row[b.length] ?? 9) <= 2;
}
