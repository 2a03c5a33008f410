import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { sources } from './data/schema';

/** @returns the text of each file of `schemas/`, made of the schemas that check the data */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(sources).map(([name, schema]) => {
      // What is checked beyond a JSON Schema's means (URLs, languages) is left to `npm run check`.
      const json = toJsonSchema(schema, { target: 'draft-07', typeMode: 'input', errorMode: 'ignore' });
      const $schema = 'http://json-schema.org/draft-07/schema#';
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, ...json }, null, 2)}\n`];
    }),
  );
}

if (require.main === module) {
  const folder = join(resolve(__dirname, '..'), 'schemas');
  void Promise.all([...jsonSchemas()].map(([name, text]) => writeFile(join(folder, name), text)));
}
