import { type Problem, splitCustomerPath } from '../data/problems';
import { positionOf } from './check-draft';
import type { ImportedRows, RowFinding, RowOutcome } from './import-rows';
import type { RowProblem } from './read-rows';
import type { LongList } from './spill-file';

/** What is wrong with a row. */
export interface RowReport extends RowProblem {
  line: number;
  name: string | undefined;
}

/** What the check of a draft says about rows, by their numbers. */
export type FoundByCheck = Map<number, RowFinding[]>;

/**
 * Adds problems of the draft to the rows that they come from.
 *
 * @param outcomeAt returns the outcome at a position of the draft; undefined for a customer who has not changed
 * @returns those that come from no row
 */
export function addToRows(
  problems: readonly Problem[],
  outcomeAt: (position: number) => RowOutcome | undefined,
  found: FoundByCheck,
): Problem[] {
  return problems.filter((problem) => {
    const position = positionOf(problem);
    const outcome = position === undefined ? undefined : outcomeAt(position);
    if (!outcome) return true;
    const { row, line, rowName: name } = outcome;
    const added = atField(problem);
    const before = found.get(row) ?? [];
    if (!before.some((one) => one.problem === added.problem)) {
      found.set(row, [...before, { row, line, name, ...added }]);
    }
    return false;
  });
}

/** @returns what is wrong with rows, in their order: what was found in the row first */
export function listReports(own: ImportedRows['problems'], found: FoundByCheck): LongList<RowReport> {
  const later = [...found].sort(([a], [b]) => a - b).flatMap(([, findings]) => findings);
  return {
    length: own.length + later.length,
    *[Symbol.iterator]() {
      let next = 0;
      for (const one of own) {
        for (let other = later[next]; other && other.row < one.row; other = later[next]) {
          yield toReport(other);
          next++;
        }
        yield toReport(one);
      }
      for (const other of later.slice(next)) yield toReport(other);
    },
  };
}

function toReport({ line, name, problem, fix }: RowFinding): RowReport {
  return { line, name, problem, fix };
}

function atField({ path, problem, fix }: Problem): RowProblem {
  const field = splitCustomerPath(path).field.replace(/^channels\[\d+\]\.value$/, '');
  return { problem: field === '' ? problem : `${field}: ${problem}`, fix };
}
