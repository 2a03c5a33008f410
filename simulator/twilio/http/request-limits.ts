import type { Settings } from '../../api';
import { refuse } from './error-list';
import type { TwilioError } from './errors';
import type { RestRequest } from './request';

type Limits = Settings['limits'];
type Asked = Pick<RestRequest, 'method' | 'host' | 'path'>;

/** For so many seconds' worth of requests at once, Sync has room. */
const syncBurst = 10;

/**
 * How many REST requests Twilio lets an account make. Each limit is off unless it is set.
 *
 * - Requests at once, of the whole account: 429 with 20429. How many is documented nowhere; 100 is often named.
 *   https://www.twilio.com/docs/api/errors/20429 has the error and the header `Twilio-Concurrent-Requests`.
 * - Sync: 20 reads a second, as many writes, of one document, and as many new documents, with a burst window of 10 s: 429
 *   with 54009. https://www.twilio.com/docs/sync/limits, https://www.twilio.com/docs/api/errors/54009. It is unsure how
 *   the window counts: here ten seconds' worth is a store that fills again.
 * - Interactions of Flex: 20 requests a second to each endpoint: 429, https://www.twilio.com/docs/api/errors/45780.
 *   It is unsure which code the answer has; 45780 is that of the warning in the log.
 */
export class RequestLimits {
  current: Limits = {
    concurrentFunctions: null,
    concurrentRequests: null,
    syncPerDocument: null,
    interactionsPerSecond: null,
  };
  readonly #now: () => number;
  #underWay = 0;
  #buckets = new Map<string, Bucket>();

  /** @param now milliseconds, monotonic */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many requests are under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Begins a request, which must `leave`. @returns the error if it is over a limit: then it has not begun */
  enter(request: Asked): TwilioError | undefined {
    const { concurrentRequests, syncPerDocument, interactionsPerSecond } = this.current;
    if (this.#underWay >= (concurrentRequests ?? Number.POSITIVE_INFINITY)) return refuse(20429);
    const document = syncPerDocument === null ? undefined : syncKeyOf(request);
    if (document !== undefined && !this.#take(document, syncPerDocument ?? 0, syncBurst))
      return refuse(54009);
    const endpoint = interactionsPerSecond === null ? undefined : endpointOf(request);
    if (endpoint !== undefined && !this.#take(endpoint, interactionsPerSecond ?? 0, 1)) return refuse(20429);
    this.#underWay += 1;
    return undefined;
  }

  leave(): void {
    this.#underWay -= 1;
  }

  #take(key: string, perSecond: number, burst: number): boolean {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: perSecond * burst, at: now };
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(perSecond * burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

/** What is left to be used, and when that was reckoned. */
interface Bucket {
  tokens: number;
  at: number;
}

/** @returns what Sync counts a request as: reading or writing one document, or making a new one */
function syncKeyOf({ method, host, path }: Asked): string | undefined {
  if (host !== 'sync.twilio.com') return undefined;
  const document = /\/Documents\/([^/]+)/.exec(path)?.[1] ?? '';
  return `${method === 'GET' ? 'read' : 'write'} ${document}`;
}

/** @returns the endpoint of Interactions: the same one for all SIDs */
function endpointOf({ method, host, path }: Asked): string | undefined {
  if (host !== 'flex-api.twilio.com' || !path.startsWith('/v1/Interactions')) return undefined;
  return `${method} ${path.replaceAll(/\/[A-Z]{2}[0-9a-f]{32}/g, '/*')}`;
}
