import type { Caller } from '../caller';
import type { OutboundContext } from './context';
import { type Attempt, withIdempotencyKey } from './idempotency';
import { digest } from './plan';

/** The first try of what nobody can try again. */
const only: Attempt = { lookFirst: false, begin: () => undefined, undone: () => undefined };

/**
 * Does some work once for all requests of one caller with the same key, by Twilio Sync; without a key, just does it.
 *
 * @param key the caller's own name for the request
 * @param fingerprint what the request is, so that one key is not used for two
 * @param work is given a tag that is the same for all requests with this key, and otherwise nobody's
 * @returns the result, and whether an earlier request brought it about
 * @throws as `withIdempotencyKey`
 */
export async function onceForKey<T extends object>(
  context: OutboundContext,
  key: string | undefined,
  fingerprint: string,
  work: (attempt: Attempt, tag: string) => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  const { caller, addToLog, newId } = context;
  if (key === undefined) return { result: await work(only, digest(newId())), replayed: false };
  const tag = digest(principalOf(caller), key);
  return withIdempotencyKey<T>(
    {
      store: context.sync(),
      waiting: context.twilio({ reserveMs: 300 }),
      name: `outbound-message-${tag}`,
      fingerprint,
      holder: newId(),
      now: context.date,
      onResultNotSaved: () => addToLog({ idempotency: 'the result could not be kept' }, 'error'),
    },
    (attempt) => work(attempt, tag),
  );
}

/** One caller's key is not another's. */
function principalOf(caller: Caller): string {
  return caller.kind === 'agent' ? caller.workerSid : 'server';
}
