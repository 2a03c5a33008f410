import { toJsonSchema } from '@valibot/to-json-schema';
import { sources } from './schema/sources';

/** @returns the text of each file of `schemas/`, made of the schemas that check the data */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(sources).map(([name, schema]) => {
      // What is checked beyond a JSON Schema's means (URLs, languages) is left to `npm run check`.
      const json = toJsonSchema(schema, { target: 'draft-07', typeMode: 'input', errorMode: 'ignore' });
      const $schema = 'http://json-schema.org/draft-07/schema#';
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, ...json }, nameBeforeNull, 2)}\n`];
    }),
  );
}

/** Puts the description of a field that may be null where editors show it: beside the choice, not within. */
function nameBeforeNull(_key: string, value: unknown): unknown {
  const { anyOf, ...rest } = Object(value) as { anyOf?: { type?: string; description?: string }[] };
  const [first, second, ...more] = anyOf ?? [];
  if (!first?.description || second?.type !== 'null' || more.length > 0) return value;
  const { description, ...schema } = first;
  return { description, ...rest, anyOf: [schema, second] };
}
