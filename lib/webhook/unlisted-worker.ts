import type { Worker } from '../model';
import type { HandlerContext } from './request';

/** The worker of the routing data whose identity is meant by one that is not listed. */
export interface NearestWorker {
  /** The position in `workers`. */
  index: number;
  identity: string;
  differs: 'case' | 'blanks' | 'case and blanks';
}

/**
 * Warns in the log of a worker whom the routing data does not list: to such a worker no customer belongs and no rule
 * applies, mostly because of a slip of the pen. Routing data that lists nobody lacks nobody.
 *
 * @param worker the identity that Frontline sent
 */
export async function warnOfUnlistedWorker(
  worker: string,
  { routing, addToLog, hash }: Pick<HandlerContext, 'routing' | 'addToLog' | 'hash'>,
): Promise<void> {
  // A warning must not cost the answer: who needs the data reads it again, and says what is wrong with it.
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

/** @returns the worker whose identity differs least from one that is not listed; undefined where more than that differs */
function findNearest(worker: string, workers: readonly Worker[]): NearestWorker | undefined {
  const lower = (text: string): string => text.normalize('NFC').toLowerCase();
  const bare = (text: string): string => text.replace(/\s+/g, '');
  const ways = [
    ['case', lower],
    ['blanks', bare],
    ['case and blanks', (text: string) => bare(lower(text))],
  ] as const;
  for (const [differs, normalize] of ways) {
    const index = workers.findIndex(({ identity }) => normalize(identity) === normalize(worker));
    const found = workers[index];
    if (found) return { index, identity: found.identity, differs };
  }
  return undefined;
}
