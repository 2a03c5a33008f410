import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compileData, formatProblems, readSources } from '../build/data/compile';

/** `npm run check`: lists everything that is wrong with the data, or says how much there is of it. */
async function main(strict: boolean): Promise<void> {
  const sources = await readSources(join(resolve(__dirname, '..'), 'assets'));
  const { problems, warnings, counts } = compileData(sources);
  if (problems.length > 0) console.error(formatProblems(problems));
  if (warnings.length > 0) console.error(formatProblems(warnings));
  if (problems.length > 0 || (strict && warnings.length > 0)) {
    if (problems.length === 0) console.error('--strict: a warning is an error');
    process.exitCode = 1;
    return;
  }
  console.log(
    `The data is valid: ${counts.customers} customers, ${counts.workers} workers, ${counts.templates} templates`,
  );
}

/** @returns whether warnings are errors; undefined for arguments that there are not */
function readArguments(): boolean | undefined {
  try {
    return parseArgs({ options: { strict: { type: 'boolean', default: false } } }).values.strict;
  } catch {
    return undefined;
  }
}

const strict = readArguments();
if (strict === undefined) {
  console.error('Usage: npm run check [-- --strict]   --strict: warnings are errors');
  process.exitCode = 2;
} else void main(strict);
