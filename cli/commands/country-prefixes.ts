import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run country-prefixes`: writes the prefixes of each country's numbers; run it after an update of libphonenumber-js. */
export function addCountryPrefixes(program: Command): void {
  addCommand(
    program,
    'country-prefixes',
    'Write lib/proxy-addresses/country-prefixes.ts from the numbering plans of libphonenumber-js',
  ).action(async () => {
    const { countryPrefixesFile } = await import('../../build/country-prefixes');
    await writeFile(join(projectFolder, 'lib/proxy-addresses/country-prefixes.ts'), countryPrefixesFile());
  });
}
