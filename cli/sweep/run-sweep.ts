import type { FinishedStart } from '../../lib/outbound/finish';
import type { SweepOptions, SweptConversation } from '../../lib/sweep/sweep-conversation';
import { formatCount } from '../format-count';
import type { PlaceFile } from './place-file';
import type { AccountSweep } from './sweep-account';

/** What `npm run sweep -- --json` prints. */
export interface SweepResult {
  /** Whether no conversation is left without a worker, and nothing failed. */
  ok: boolean;
  dryRun: boolean;
  /** Whether it went on where an earlier sweep was interrupted. */
  resumed: boolean;
  /** How many conversations were looked at. */
  checked: number;
  /** Those that were, or would be, changed, and those that could not be. */
  conversations: SweptConversation[];
  /** How many were skipped, by the reason. */
  skipped: Record<string, number>;
  /** Why no conversation was looked at. */
  notSwept?: string;
  finished: FinishedStart[];
  /** With `dryRun`: how many outbound starts are unfinished. */
  unfinished?: number;
  startsProblem?: string;
}

/** How the sweep of an account goes. */
export interface SweepRun extends SweepOptions {
  /** Why conversations are not to be routed on this account, if they are not. */
  notSwept?: string | undefined;
  placeFile: PlaceFile;
  /** Says how far it is. */
  report(text: string): void;
}

/**
 * Sweeps an account: its conversations, and its unfinished outbound starts.
 *
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured; the next sweep goes on where this one stopped
 */
export async function runSweep(account: AccountSweep, run: SweepRun): Promise<SweepResult> {
  const { dryRun = false, notSwept, placeFile, report } = run;
  const place = dryRun ? undefined : placeFile.read();
  let checked = 0;
  const swept =
    notSwept !== undefined
      ? []
      : await account.sweepConversations(
          run,
          (_swept, at) => {
            if (!dryRun) placeFile.save(at);
            report(`Sweeping: ${formatCount(++checked, 'conversation')}`);
          },
          place,
        );
  report('Finishing outbound starts');
  const { problem, ...starts } = await account.finishStarts(run);
  if (!dryRun) placeFile.remove();
  const conversations = swept.filter(({ outcome }) => outcome !== 'skipped');
  return {
    ok: dryRun || !conversations.some(({ outcome }) => outcome === 'failed' || outcome === 'unrouted'),
    dryRun,
    resumed: place !== undefined,
    checked: swept.length,
    conversations,
    skipped: countReasons(swept),
    ...(notSwept !== undefined && { notSwept }),
    ...starts,
    ...(problem !== undefined && { startsProblem: problem }),
  };
}

function countReasons(swept: readonly SweptConversation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, reason = '' } of swept) {
    if (outcome === 'skipped') counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}
