import { compileDataInTurns, type Sources } from '../data/compile';
import { type Problem, splitCustomerPath } from '../data/problems';
import { customersFile } from './customers-file';

const customersPath = `assets/${customersFile}`;

/** The data besides the customers, as it was read. */
export type OtherSources = Omit<Sources, typeof customersFile>;

/** What is wrong with data: the errors, and the warnings. */
interface Checked {
  problems: Problem[];
  warnings: Problem[];
}

/**
 * Checks the data as any build does.
 *
 * @param path where the customers are; undefined where there are none
 * @param report is told how far it is
 */
export async function checkData(
  others: OtherSources,
  path: string | undefined,
  report?: (text: string) => void,
): Promise<Checked> {
  const customers = path === undefined ? undefined : { path };
  const { problems, warnings } = await compileDataInTurns({ ...others, [customersFile]: customers }, report);
  return { problems, warnings };
}

/** Where the customers of a draft come from. */
export interface DraftOrder {
  /** @returns the position in the file before; undefined for a new customer */
  before(position: number): number | undefined;
}

/**
 * @param found the problems of a draft
 * @returns those that the data has not had before
 */
export async function findCaused(
  found: readonly Problem[],
  { before }: DraftOrder,
  others: OtherSources,
  path: string | undefined,
  report?: (text: string) => void,
): Promise<Problem[]> {
  if (found.length === 0) return [];
  const { problems } = await checkData(others, path, report);
  // Positions change when customers are removed.
  const known = new Set(problems.map((problem) => contentOf(problem, positionOf(problem))));
  return found.filter((problem) => {
    const position = positionOf(problem);
    return !known.has(contentOf(problem, position === undefined ? undefined : before(position)));
  });
}

/** @returns the position of the customer whom a problem is about */
export function positionOf({ file, path }: Problem): number | undefined {
  return file === customersPath ? splitCustomerPath(path).position : undefined;
}

function contentOf({ file, path, problem }: Problem, customer: number | undefined): string {
  return JSON.stringify([file, splitCustomerPath(path).field, customer, problem]);
}
