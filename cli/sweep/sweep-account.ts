import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Twilio } from 'twilio';
import type { CustomerDirectory } from '../../lib/customers/directory';
import { CallbackError } from '../../lib/errors';
import type { Routing } from '../../lib/model';
import type { FinishedStart } from '../../lib/outbound/finish';
import { listUnfinished } from '../../lib/outbound/finish';
import { finishStarts } from '../../lib/sweep/finish-starts';
import { Sweeper, type SweepOptions, type SweptConversation } from '../../lib/sweep/sweep-conversation';
import { firstPlace, type SweepPlace, sweepPages } from '../../lib/sweep/sweep-pages';
import { deadlineIn, openTwilio, type TwilioApi } from '../../lib/twilio/api';
import { Pace } from '../../lib/twilio/pace';
import type { SyncApi } from '../../lib/twilio/sync';
import { twilioPlatform } from '../../lib/webhook/platform';

/** What is swept, and how fast. */
export interface SweptAccount {
  client: Twilio;
  customers: CustomerDirectory;
  routing: Routing;
  workspaceSid: string | undefined;
  requestsPerSecond: number;
}

/** How long the work on one conversation or start may take, in milliseconds. */
const patienceMs = 30_000;

/** An account as a sweep of the command line uses it. */
export class AccountSweep {
  readonly #account: SweptAccount;
  readonly #pace: Pace;

  constructor(account: SweptAccount) {
    this.#account = account;
    this.#pace = new Pace(account.requestsPerSecond, { now: () => performance.now(), sleep });
  }

  /**
   * Sweeps all conversations, from a place on.
   *
   * @param onSwept called for each conversation, with the place at which it would go on now
   * @returns what became of each conversation, by SID; where some were seen twice, what was done to them
   * @throws TwilioUnavailable, TwilioRefused, Misconfigured
   */
  async sweepConversations(
    options: SweepOptions,
    onSwept: (swept: SweptConversation, place: SweepPlace) => void,
    from: SweepPlace = firstPlace,
  ): Promise<SweptConversation[]> {
    const { customers, routing, workspaceSid } = this.#account;
    const context = {
      customers: async () => customers,
      routing,
      workspaceSid,
      openTwilio: () => this.#open(),
      now: () => Date.now(),
    };
    const all = new Map<string, SweptConversation>();
    await sweepPages(new Sweeper(context, options), context, from, {
      onSwept: (swept, place) => {
        if (swept.outcome !== 'skipped' || !all.has(swept.sid)) all.set(swept.sid, swept);
        onSwept(swept, place);
      },
      hasTime: () => true,
      requestsPerSecond: this.#account.requestsPerSecond,
    });
    return [...all.values()];
  }

  /**
   * Finishes unfinished outbound starts, or with `dryRun` only lists them.
   *
   * @returns `problem` is the code of the error that kept us from it: an account may not have Sync
   */
  async finishStarts({ dryRun }: Pick<SweepOptions, 'dryRun'>): Promise<{
    unfinished?: number;
    finished: FinishedStart[];
    problem?: string;
  }> {
    try {
      if (dryRun) return { unfinished: (await listUnfinished(this.#openSync())).length, finished: [] };
      const { finished } = await finishStarts({
        openTwilio: () => {
          return { work: this.#open(), closing: this.#open(), cleanup: this.#open(), now: () => Date.now() };
        },
        openSync: () => this.#openSync(),
        newId: () => `sweep-${randomUUID()}`,
        hasTime: () => true,
      });
      return { finished };
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      return { finished: [], problem: error.code };
    }
  }

  #open(): TwilioApi {
    const deadline = deadlineIn(patienceMs, () => performance.now());
    const { timer } = twilioPlatform;
    const api = openTwilio(() => this.#account.client, { deadline, timer, sleep, random: Math.random });
    return this.#pace.over(api);
  }

  #openSync(): SyncApi {
    const { client, deadline, random } = this.#open();
    return { service: client.sync.v1.services('default'), deadline, sleep, random };
  }
}
