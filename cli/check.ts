import { join, resolve } from 'node:path';
import { compileData, formatProblems, readSources } from './data/compile';

/** `npm run check`: lists every problem of the data, or says how much there is of it. */
async function main(): Promise<void> {
  const { problems, counts } = compileData(await readSources(join(resolve(__dirname, '..'), 'assets')));
  if (problems.length > 0) {
    console.error(formatProblems(problems));
    process.exitCode = 1;
    return;
  }
  console.log(
    `The data is good: ${counts.customers} customers, ${counts.workers} workers, ${counts.templates} templates`,
  );
}

void main();
