import type * as v from 'valibot';
import type { Report } from './problems';
import { splitMessage } from './schema/messages';

/**
 * Reports what a schema found.
 *
 * @param above the path of the value in the file
 */
export function reportIssues(
  issues: readonly v.BaseIssue<unknown>[],
  report: Report,
  above: readonly (string | number)[] = [],
): void {
  for (const issue of issues) {
    const { problem, fix } = splitMessage(issue.message);
    const keys = (issue.path ?? []).map(({ key }) => key as string | number);
    report([...above, ...keys], problem, fix);
  }
}
