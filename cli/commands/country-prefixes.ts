import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run country-prefixes`: writes the prefixes of each country's numbers and the numbering plans; run it after an update of libphonenumber-js. */
export function addCountryPrefixes(program: Command): void {
  addCommand(
    program,
    'country-prefixes',
    'Write lib/proxy-addresses/country-prefixes.ts and lib/outbound/numbering-plans.ts from the numbering plans of libphonenumber-js',
  ).action(async () => {
    const { countryPrefixesFile } = await import('../../build/country-prefixes');
    const { numberingPlansFile } = await import('../../build/numbering-plans');
    await writeFile(join(projectFolder, 'lib/proxy-addresses/country-prefixes.ts'), countryPrefixesFile());
    await writeFile(join(projectFolder, 'lib/outbound/numbering-plans.ts'), numberingPlansFile());
  });
}
