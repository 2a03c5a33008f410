import type { BuildResult } from '../build/build-project';
import { pointToPlaces } from './point-to-places';

/** Prints the result of a build. */
export function printBuild(result: BuildResult, ms: number): void {
  printReport(result);
  if (result.ok) console.log(`Built: ${result.summary} (${Math.round(ms)} ms)`);
  else console.error('Not built. Fix it and save: the next build starts automatically.');
}

/** Prints the problems or the warnings of a build, and which command shows their places. */
export function printReport(result: BuildResult): void {
  const report = result.ok ? result.warnings : result.report;
  if (report) console.error(report);
  // Where only the functions could not be bundled, the report has no warnings.
  const { problems = [] } = result;
  if (result.ok || problems.some(({ severity }) => severity === 'error')) pointToPlaces(problems);
}
