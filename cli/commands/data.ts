import type { Command } from 'commander';
import { addCommand } from '../program';
import { addDataCheck } from './data-check';
import { addDataExport } from './data-export';
import { addDataImport } from './data-import';
import { addDataReassign } from './data-reassign';

/** `npm run data -- …`: brings customers in and out, and changes who owns them. */
export function addData(program: Command): void {
  const data = addCommand(program, 'data', 'Import, export, check and reassign the customers in assets/')
    .option('--json', 'Print JSON')
    .addHelpText('after', '\ndocs/data.md explains each command.');
  for (const add of [addDataImport, addDataExport, addDataCheck, addDataReassign]) add(data);
}
