import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run simulated`: writes the page of the operations, events and codes of the local Twilio; run it when they change. */
export function addSimulated(program: Command): void {
  addCommand(program, 'simulated', 'Write docs/simulated.md: what the local Twilio simulates').action(
    async () => {
      const { simulatedPage } = await import('../../simulator/simulated');
      await writeFile(join(projectFolder, 'docs/simulated.md'), simulatedPage());
    },
  );
}
