import type { OutboundTwilio } from '../outbound/context';
import { type FinishedStart, finishStart, listUnfinished } from '../outbound/finish';
import type { SyncApi } from '../twilio/sync';

/** What finishing outbound starts needs. */
export interface StartsContext {
  openTwilio(): OutboundTwilio;
  openSync(): SyncApi;
  newId(): string;
  /** @returns whether there is time for another one */
  hasTime(): boolean;
}

/**
 * Finishes the outbound starts whose callers have not come back. Safe to repeat, and beside the callers.
 *
 * @returns what became of each one that there was time for, and whether that were all
 * @throws TwilioUnavailable, TwilioRefused when Sync cannot be read; Misconfigured
 */
export async function finishStarts(
  context: StartsContext,
): Promise<{ finished: FinishedStart[]; isWhole: boolean }> {
  const names = await listUnfinished(context.openSync());
  const finished: FinishedStart[] = [];
  for (const name of names) {
    if (!context.hasTime()) return { finished, isWhole: false };
    const { openTwilio, openSync, newId } = context;
    finished.push(await finishStart(openTwilio(), openSync(), name, newId()));
  }
  return { finished, isWhole: true };
}
