import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run schemas`: writes the JSON Schemas with which editors complete and check the data. */
export function addSchemas(program: Command): void {
  addCommand(program, 'schemas', 'Write schemas/*.schema.json from the schemas that check the data').action(
    async () => {
      const { jsonSchemas } = await import('../../build/data/json-schemas');
      for (const [name, text] of jsonSchemas()) await writeFile(join(projectFolder, 'schemas', name), text);
    },
  );
}
