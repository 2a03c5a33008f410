import { createHash } from 'node:crypto';
import { compareText } from '../text';

/**
 * Ranks workers for one conversation by rendezvous hashing: the same conversation gets the same ranking every time,
 * conversations spread evenly, and when a worker leaves the pool, only that worker's conversations move.
 *
 * @param workers identities, in any order
 * @param key what the ranking is for: the conversation's SID
 * @returns the identities, first choice first
 */
export function rankPool(workers: readonly string[], key: string): string[] {
  return workers
    .map((worker) => ({ worker, weight: weigh(worker, key) }))
    .sort((a, b) => compareText(b.weight, a.weight) || compareText(a.worker, b.worker))
    .map(({ worker }) => worker);
}

function weigh(worker: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([worker, key]))
    .digest('hex');
}
