import type { RequestClient } from 'twilio';
import type { TwilioApi } from './api';
import { RequestFailure, withHttpClient } from './http-client';

/** How long everybody waits after Twilio has said that there are too many requests, in milliseconds. */
const tooManyMs = 1_000;

/** Spreads requests over time, so that webhooks, which share the account's limits with them, are not held up. */
export class Pace {
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  readonly #gapMs: number;
  #next = Number.NEGATIVE_INFINITY;

  /** @param perSecond the most requests that begin in a second */
  constructor(perSecond: number, { now, sleep }: { now(): number; sleep(ms: number): Promise<unknown> }) {
    this.#now = now;
    this.#sleep = sleep;
    this.#gapMs = 1_000 / perSecond;
  }

  /**
   * @returns an API whose requests wait for their turn, and longer after a 429
   * @see https://www.twilio.com/docs/api/errors/20429
   */
  over(api: TwilioApi): TwilioApi {
    const { httpClient } = api.client;
    const request: RequestClient['request'] = async (options) => {
      await this.#turn();
      try {
        return await httpClient.request(options);
      } catch (error) {
        if (error instanceof RequestFailure && error.status === 429) this.#holdUp(error.retryAfterMs);
        throw error;
      }
    };
    const paced = Object.assign(Object.create(httpClient) as RequestClient, { request });
    return {
      ...api,
      client: withHttpClient(api.client, paced),
      withRequestLimit: (ms) => this.over(api.withRequestLimit(ms)),
    };
  }

  async #turn(): Promise<void> {
    const now = this.#now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#gapMs;
    if (at > now) await this.#sleep(at - now);
  }

  #holdUp(ms = tooManyMs): void {
    this.#next = Math.max(this.#next, this.#now() + ms);
  }
}
