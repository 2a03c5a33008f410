import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run country-prefixes`: writes what the numbers of each country begin with, after libphonenumber-js was updated. */
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
