import type { Worker } from '../model';
import type { HandlerContext } from './request';

/** The worker of the routing data who is probably meant by an identity that is not listed. */
export interface NearestWorker {
  /** The position in `workers`. */
  index: number;
  identity: string;
  differs: 'case' | 'blanks' | 'case and blanks';
}

/**
 * Warns in the log about a worker whom the routing data does not list. Such a worker owns no customers and no rule
 * applies, usually because of a typo. There is no warning if the routing data lists nobody.
 *
 * @param worker the identity that Frontline sent, e.g. `alice@example.com`
 */
export async function warnOfUnlistedWorker(
  worker: string,
  { routing, addToLog, hash }: Pick<HandlerContext, 'routing' | 'addToLog' | 'hash'>,
): Promise<void> {
  // A warning must not prevent the answer: the action reads the data again and reports what is wrong with it.
  const { workers } = await routing().catch(() => ({ workers: [] }));
  if (workers.length === 0 || workers.some(({ identity }) => identity === worker)) return;
  const nearest = findNearest(worker, workers);
  const facts = nearest && {
    nearest: hash(nearest.identity),
    listedAs: `workers[${nearest.index}]`,
    differs: nearest.differs,
  };
  addToLog({ unlistedWorker: hash(worker), ...facts }, 'warn');
}

/** @returns the worker whose identity differs only by case or spaces; undefined if there is none */
function findNearest(worker: string, workers: readonly Worker[]): NearestWorker | undefined {
  const lower = (text: string): string => text.normalize('NFC').toLowerCase();
  const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');
  const ways = [
    ['case', lower],
    ['blanks', withoutBlanks],
    ['case and blanks', (text: string) => withoutBlanks(lower(text))],
  ] as const;
  for (const [differs, normalize] of ways) {
    const index = workers.findIndex(({ identity }) => normalize(identity) === normalize(worker));
    const found = workers[index];
    if (found) return { index, identity: found.identity, differs };
  }
  return undefined;
}
