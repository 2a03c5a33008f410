import type { Command } from 'commander';
import type { Settings } from '../../simulator/api';
import { faults as faultsSchema } from '../../simulator/api-schemas';
import { printJson } from '../output';
import { addCommand, UsageError, wantsJson } from '../program';
import { ask, toNumber } from './ask';
import { describeFaults, type FaultOptions, faultsIn, noFaults, type SetFaults } from './faults';

interface Options extends FaultOptions {
  off?: boolean;
}

/** Its names come from the schema of the settings. */
export function addFault(simulate: Command): void {
  const faults = faultsIn(faultsSchema);
  const names = faults.map(({ name, fields }) => `  ${[name, ...fields.map((one) => `${one}=…`)].join(' ')}`);
  addCommand(simulate, 'fault', 'Turn on a fault, or list those that are on')
    .argument('[name]', 'one of those below')
    .argument('[field=value...]', 'what the fault needs to know')
    .option('--times <n>', 'how often; always if left out', toNumber)
    .option('--on <what>', 'only there, for faults that take it; all if left out')
    .option('--off', 'turn it off; without a name, turn all faults off')
    .addHelpText('after', `\nFaults:\n${names.join('\n')}`)
    .action(async (name: string | undefined, values: string[], options: Options, command: Command) => {
      const fault = faults.find((one) => one.name === name);
      if (name !== undefined && !fault) {
        throw new UsageError(
          `There is no fault ${name}; there are: ${faults.map((one) => one.name).join(', ')}`,
        );
      }
      const { faults: current } = await ask<Settings>('PATCH', '/api/settings', {});
      const change = (): SetFaults => {
        if (!fault) return options.off ? noFaults(faultsSchema) : {};
        return options.off ? fault.remove(current, options) : fault.add(current, options, values);
      };
      const changed = await ask<Settings>('PATCH', '/api/settings', { faults: change() });
      if (wantsJson(command)) printJson({ faults: changed.faults });
      else console.log(describeFaults(faults, changed.faults));
    });
}
