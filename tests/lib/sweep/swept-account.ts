import twilioSdk from 'twilio';
import { readEventAddress } from '../../../lib/address';
import { AssetCustomers } from '../../../lib/customers/asset-customers';
import type { Customer, Routing } from '../../../lib/model';
import { type RoutingContext, routeConversation } from '../../../lib/routing/route-conversation';
import type { SweepOptions, SweptConversation } from '../../../lib/sweep/sweep-conversation';
import { Sweeper } from '../../../lib/sweep/sweep-conversation';
import { firstPlace, type SweepPlace, sweepPages } from '../../../lib/sweep/sweep-pages';
import { openTwilio, type TwilioApi } from '../../../lib/twilio/api';
import type { RestAnswer, RestRequest } from '../../../simulator/twilio/http/request';
import { inProcess } from '../../simulator/in-process';
import { routing } from '../../support/data';
import { accountSid, authToken, type ConversationSetup, FakeTwilio } from '../../support/fake-twilio';

export const ours = '+16465550190';
export const day = 24 * 60 * 60_000;

/** The data of the tests: a pool of three, and our number. */
export function poolData(given: Partial<Routing['routing']> = {}): Routing {
  return routing({
    workers: ['alice', 'bob', 'carol'].map((identity) => ({ identity })),
    ownAddresses: [ours],
    routing: { pool: ['alice', 'bob', 'carol'], ...given },
  });
}

/** @returns the n-th SID */
export const sidOf = (n: number): string => `CH${String(n).padStart(32, '0')}`;

/** @returns the n-th customer's number */
const customerOf = (n: number): string => `+1212555${String(n).padStart(4, '0')}`;

/** An account that is swept, without time: a pause is over at once. */
export class SweptAccount {
  date = Date.UTC(2026, 0, 31);
  readonly twilio = new FakeTwilio(() => new Date(this.date));
  data: Routing;
  customers: Customer[] = [];
  /** Called before each request is carried out; a test lets things happen meanwhile. */
  beforeRequest: (request: RestRequest) => void | Promise<void> = () => undefined;
  readonly #client = twilioSdk(accountSid, authToken, {
    httpClient: inProcess({
      handle: async (request): Promise<RestAnswer> => {
        await this.beforeRequest(request);
        return this.twilio.handle(request) as Promise<RestAnswer>;
      },
    }),
  });

  constructor(data: Routing = poolData()) {
    this.data = data;
    for (const identity of ['alice', 'bob', 'carol', 'dave']) this.twilio.addUser({ identity });
  }

  open = (): TwilioApi => {
    let remaining = 20_000;
    return openTwilio(() => this.#client, {
      deadline: { remaining: () => remaining },
      sleep: async (ms) => {
        remaining -= ms;
      },
      random: () => 0,
      timer: () => ({ done: new Promise(() => undefined), clear: () => undefined }),
    });
  };

  /** Makes a conversation in which a customer has written. */
  addInbound(
    n: number,
    workers: { identity: string; attributes?: string }[] = [],
    more: Partial<ConversationSetup> = {},
  ): string {
    const sid = sidOf(n);
    this.twilio.addConversation({ sid, ...more }, [
      { address: customerOf(n), proxyAddress: ours },
      ...workers,
    ]);
    this.write(sid, customerOf(n));
    return sid;
  }

  /** Writes into a conversation, some days ago. */
  write(sid: string, author: string, daysAgo = 0): void {
    const before = this.date;
    this.date -= daysAgo * day;
    this.twilio.state.addMessage(sid, { author, body: 'Hello' }, { source: 'SDK', webhooks: false });
    this.date = before;
  }

  /**
   * Sweeps, and keeps what happened in the order of happening.
   *
   * @param limit after how many conversations it is killed
   */
  async sweep(
    options: SweepOptions = {},
    {
      from = firstPlace,
      limit = Number.POSITIVE_INFINITY,
      requestsPerSecond = 20,
    }: { from?: SweepPlace; limit?: number; requestsPerSecond?: number } = {},
  ): Promise<{ swept: SweptConversation[]; place: SweepPlace | undefined }> {
    const context = {
      customers: async () => new AssetCustomers(this.customers),
      routing: this.data,
      openTwilio: this.open,
      now: () => this.date,
    };
    const swept: SweptConversation[] = [];
    let place: SweepPlace | undefined;
    const left = await sweepPages(new Sweeper(context, options), context, from, {
      onSwept: (one, now) => {
        swept.push(one);
        place = structuredClone(now);
      },
      hasTime: () => swept.length < limit,
      requestsPerSecond,
    });
    return { swept, place: left && place };
  }

  /** What became of the conversations that were not skipped, by SID. */
  async outcomes(options: SweepOptions = {}): Promise<Record<string, Partial<SweptConversation>>> {
    const { swept } = await this.sweep(options);
    return Object.fromEntries(swept.map(({ sid, ageMs: _age, silentMs: _silent, ...rest }) => [sid, rest]));
  }

  /** Routes a conversation as a webhook does. */
  async routeLive(n: number): Promise<void> {
    const context: RoutingContext = {
      customers: async () => new AssetCustomers(this.customers),
      routing: async () => this.data,
      twilio: this.open,
      hash: (identity) => identity,
      addToLog: () => undefined,
    };
    const event = {
      ConversationSid: sidOf(n),
      'MessagingBinding.Address': [readEventAddress(customerOf(n))],
      'MessagingBinding.ProxyAddress': readEventAddress(ours),
    };
    await routeConversation(event, context);
  }
}
