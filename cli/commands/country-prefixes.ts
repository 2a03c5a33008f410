import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run country-prefixes`: writes the prefixes and the premium-rate ranges of each country's numbers; run it after an update of libphonenumber-js. */
export function addCountryPrefixes(program: Command): void {
  addCommand(
    program,
    'country-prefixes',
    'Write lib/proxy-addresses/country-prefixes.ts and lib/outbound/premium-ranges.ts from the numbering plans of libphonenumber-js',
  ).action(async () => {
    const { countryPrefixesFile } = await import('../../build/country-prefixes');
    const { premiumRangesFile } = await import('../../build/premium-ranges');
    await writeFile(join(projectFolder, 'lib/proxy-addresses/country-prefixes.ts'), countryPrefixesFile());
    await writeFile(join(projectFolder, 'lib/outbound/premium-ranges.ts'), premiumRangesFile());
  });
}
