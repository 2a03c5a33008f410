import { Argument, type Command } from 'commander';
import { addCommand, createProgram, runProgram } from '../cli/program';

interface Options {
  quick?: true;
  json?: true;
}

/** `npm run bench [-- scale --quick --json]`: tables, or the figures as JSON. A missed target is not a failure. */
function addBench(program: Command): void {
  addCommand(program, 'bench', 'Measure the functions, the build, the console and the local Twilio')
    .addArgument(
      new Argument(
        '[what]',
        "scale: count REST requests, and run load against Twilio's limits; without it, everything else",
      ).choices(['scale']),
    )
    .option('--quick', 'Measure less, and less often')
    .option('--json', 'Print the figures as JSON')
    .action(bench);
}

async function bench(what: 'scale' | undefined, { quick, json }: Options): Promise<void> {
  const { measure } = await import('./measure');
  const report = (lines: string[]): void => {
    if (!json) console.log(lines.join('\n'));
  };
  const results = await measure(what, quick === true, report);
  if (json) console.log(JSON.stringify(results, null, 2));
}

void runProgram(createProgram([addBench]));
