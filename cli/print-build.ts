import type { BuildResult } from '../build/build-project';

/** Prints the result of a build. */
export function printBuild(result: BuildResult, ms: number): void {
  if (result.ok && result.warnings) console.warn(result.warnings);
  if (result.ok) console.log(`Built: ${result.summary} (${Math.round(ms)} ms)`);
  else console.error(`${result.report}\nNot built. Fix it and save: the next build starts automatically.`);
}
