import * as v from 'valibot';
import { isClose } from '../../../lib/text';
import { message } from './messages';

/** An optional field. `null` counts as left out: CRM exports have it for empty fields. */
export const optional = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value): v.InferOutput<S> | undefined => value ?? undefined),
  );

/** Replaces an invalid country: what depends on it cannot be checked, and must not be reported as well. */
export const unreadCountry = 'ZZ';

type ObjectOf<T extends v.ObjectEntries> = v.StrictObjectSchema<
  T,
  v.ErrorMessage<v.StrictObjectIssue> | undefined
>;

/** What differs between the schema that reports problems and the one that keeps the valid parts. */
export interface Shapes {
  object<T extends v.ObjectEntries>(entries: T): ObjectOf<T>;
  /** The lenient schema turns an invalid element into undefined. */
  list<S extends v.GenericSchema>(item: S): v.GenericSchema<unknown, (v.InferOutput<S> | undefined)[]>;
  /** A part that the rest of the file does not depend on. The lenient schema makes it empty when it is invalid. */
  part<S extends v.GenericSchema>(schema: S, empty: v.InferOutput<S>): S;
  /** The lenient schema turns an invalid country into `unreadCountry`. */
  country<S extends v.GenericSchema<string, string>>(schema: S): ReturnType<typeof optional<S>>;
}

/** Reports every invalid value. */
export const exact: Shapes = {
  object(entries) {
    const known = Object.keys(entries);
    const messageOf = (issue: v.StrictObjectIssue): string => {
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
    };
    return reportEachUnknown(v.strictObject(entries, messageOf), messageOf);
  },
  list: (item) => v.array(item, message('must be a list', 'write [ … ]')),
  part: (schema) => schema,
  country: optional,
};

/** valibot reports only the first unknown field of an object, and takes a list for one: this adds the others, next to it. */
function reportEachUnknown<S extends ObjectOf<v.ObjectEntries>>(
  schema: S,
  messageOf: (issue: v.StrictObjectIssue) => string,
): S {
  const run: S['~run'] = (dataset, config) => {
    const isList = Array.isArray(dataset.value);
    const checked = schema['~run'](isList ? { ...dataset, value: undefined } : dataset, config);
    const first = checked.issues?.at(-1);
    const place = first?.path?.at(-1);
    // Issues of the fields have longer paths.
    if (first?.type !== 'strict_object' || first.expected !== 'never' || first.path?.length !== 1)
      return checked;
    const input = place?.input as Record<string, unknown>;
    for (const key of Object.keys(input)) {
      if (Object.hasOwn(schema.entries, key) || key === place?.key) continue;
      const path = [{ ...place, key, value: input[key] }] as unknown as v.StrictObjectIssue['path'];
      const issue = { ...first, input: key, path } as v.StrictObjectIssue;
      checked.issues?.push({ ...issue, message: messageOf(issue) } as never);
    }
    return checked;
  };
  return { ...schema, '~run': run };
}

/**
 * Keeps the valid parts, so that references to them are checked in the same run. Invalid fields and elements are left
 * out.
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
