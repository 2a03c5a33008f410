import type { Problem } from '../build/data/compile';

/**
 * Says on stderr which command shows the places of problems: nobody finds `customers[60000]` by counting.
 *
 * @param problems those that a report has listed, with their paths only
 */
export function pointToPlaces(problems: readonly Problem[] = []): void {
  if (problems.every(({ path }) => path === '')) return;
  console.error("npm run data -- check shows line, column and the customer's name");
}
