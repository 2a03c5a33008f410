import { toJsonSchema } from '@valibot/to-json-schema';
import { sources } from './schema/sources';

/** @returns the text of each file of `schemas/`, generated from the schemas that check the data */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(sources).map(([name, schema]) => {
      // Only `npm run check` checks what a JSON Schema cannot express (URLs, languages).
      const json = toJsonSchema(schema, { target: 'draft-07', typeMode: 'input', errorMode: 'ignore' });
      const $schema = 'http://json-schema.org/draft-07/schema#';
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, ...json }, moveDescription, 2)}\n`];
    }),
  );
}

/** Moves the description of a nullable field next to its `anyOf`, where editors show it. */
function moveDescription(_key: string, value: unknown): unknown {
  const { anyOf, ...rest } = Object(value) as { anyOf?: { type?: string; description?: string }[] };
  const [first, second, ...more] = anyOf ?? [];
  if (!first?.description || second?.type !== 'null' || more.length > 0) return value;
  const { description, ...schema } = first;
  return { description, ...rest, anyOf: [schema, second] };
}
