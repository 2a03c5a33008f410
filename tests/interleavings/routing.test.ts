import twilio from 'twilio';
import { callback as conversations } from '../../functions/callbacks/conversations.protected';
import { callback as routing } from '../../functions/callbacks/routing.protected';
import type { Routing } from '../../lib/model';
import { openTwilio } from '../../lib/twilio/api';
import { serve } from '../../lib/webhook/callback';
import type { Platform, RuntimeContext } from '../../lib/webhook/platform';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import type { RestAnswer, RestRequest } from '../../simulator/twilio/http/request';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from '../simulator/in-process';
import { customer, routing as routingData } from '../support/data';
import { fixture } from '../support/fixtures';
import { exploreOrders, sampleOrders, type Turns } from './explore';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const events = {
  between: fixture('on-conversation-route'),
  group: { ...fixture('on-conversation-route-group-mms') },
};
const sid = events.between.ConversationSid as string;
events.group.ConversationSid = sid;
const setUp = { source: 'SDK', webhooks: false };

/** What one instance of the function is built of. */
type Build = Partial<Routing['routing']> & { owner?: string };

/** What goes wrong with one request of the first instance. */
interface Trouble {
  /** The first instance's n-th request, from 0. */
  at: number;
  what: keyof typeof troubles;
}

const refusal = (status: number, code: number): RestAnswer => ({
  status,
  headers: {},
  body: { status, code, message: 'refused', more_info: '' },
});

/** How a request can go wrong; `work` is what it would have done. */
const troubles = {
  'an odd 400': (): RestAnswer => refusal(400, 50200),
  'an odd 400 after the effect': (work: () => RestAnswer): RestAnswer => {
    work();
    return refusal(400, 50200);
  },
  'a 404 after the effect': (work: () => RestAnswer): RestAnswer => {
    work();
    return refusal(404, 20404);
  },
  'a 404 without an effect': (): RestAnswer => refusal(404, 20404),
  'a success without an effect': (): RestAnswer => ({ status: 200, headers: {}, body: {} }),
  'a 500 before the effect': (): RestAnswer => refusal(500, 20500),
  'torn before the effect': (): RestAnswer => {
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET', status: 200 });
  },
  'torn after the effect': (work: () => RestAnswer): RestAnswer => {
    work();
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET', status: 200 });
  },
};

interface Setting {
  builds: Build[];
  /** Seconds that pass with each request. */
  seconds: number;
  trouble?: Trouble | undefined;
  /** A group MMS, and how a worker can join it; between two unless told. */
  group?: Conversations['groupJoin'];
  /** Who is away, by the number of the request from which on. */
  away?: Record<string, number>;
  /** Identities that are in the conversation from the start, and one that joins at any moment. */
  others?: { there: string[]; joining?: string };
}

const workers = ['alice', 'bob', 'carol', 'dave'];

/** Sets up a conversation and delivers its event to several instances at once. */
function deliver(turns: Turns, setting: Setting): (order: readonly number[]) => void {
  const { builds, seconds, trouble, group, away = {}, others = { there: [] } } = setting;
  let requests = 0;
  const now = (): Date => new Date(Date.UTC(2026, 0, 1) + Math.floor(requests * seconds) * 1_000);
  const state = new Conversations({ accountSid, authToken, now, changesPerSecond: Number.POSITIVE_INFINITY });
  const rest = new RestApi(state);
  for (const identity of workers) rest.frontline.putUser({ identity });
  state.createConversation({ sid }, setUp);
  if (group) {
    state.groupJoin = group;
    for (const address of ['+12125550101', '+12125550102']) state.addParticipant(sid, { address }, setUp);
    state.addParticipant(sid, { projectedAddress: '+16465550190' }, setUp);
  } else state.addParticipant(sid, { address: '+12125550101', proxyAddress: '+16465550190' }, setUp);
  for (const identity of others.there) state.addParticipant(sid, { identity }, setUp);

  const present = (): string[] => state.participants(sid).flatMap(({ identity }) => identity ?? []);
  const answers: { body: Record<string, unknown>; present: string[] }[] = [];

  for (const [index, build] of builds.entries()) {
    const { owner, ...rules } = build;
    const data: Record<string, object> = {
      '/customers.json': {
        customers: [
          customer({ channels: [{ type: 'sms', value: '+12125550101' }], ...(owner && { worker: owner }) }),
        ],
      },
      '/routing.json': routingData({
        workers: workers.map((identity) => ({ identity })),
        ownAddresses: ['+16465550190'],
        routing: rules,
      }),
    };
    turns.start(async (run) => {
      let mine = 0;
      const handle = async (request: RestRequest): Promise<RestAnswer> => {
        await turns.turn(run);
        requests += 1;
        for (const [identity, from] of Object.entries(away)) {
          rest.frontline.putUser({ identity, is_available: requests < from });
        }
        let answer: Promise<RestAnswer> | undefined;
        // The REST side works at once; only what it says comes later.
        const work = (): RestAnswer => {
          answer = rest.handle(request);
          return { status: 0, headers: {}, body: {} };
        };
        const goesWrong = index === 0 && trouble?.at === mine++;
        if (goesWrong) {
          const wrong = troubles[trouble.what](work);
          return wrong;
        }
        work();
        return answer as unknown as Promise<RestAnswer>;
      };
      const platform: Platform = {
        now: () => 0,
        timer: () => ({ done: new Promise(() => undefined), clear: () => undefined }),
        log: () => undefined,
        readAsset: (name) => JSON.stringify(data[name]),
        respond: (status, body) => ({ status, body }),
        twilio: (_context, deadline) =>
          openTwilio(() => twilio(accountSid, authToken, { httpClient: inProcess({ handle }) }), {
            deadline,
            sleep: async () => undefined,
            random: () => 0,
            timer: () => ({ done: new Promise(() => undefined), clear: () => undefined }),
          }),
      };
      const callback = build.on === 'onConversationAdded' ? conversations : routing;
      const event = group ? events.group : events.between;
      const fields = callback === conversations ? { ...event, EventType: 'onConversationAdded' } : event;
      await serve(callback, platform)({} as RuntimeContext, fields, (_error, payload) => {
        const { body } = payload as { body: Record<string, unknown> };
        answers.push({ body, present: present() });
      });
    });
  }
  if (others.joining !== undefined) {
    const identity = others.joining;
    turns.start(async (run) => {
      await turns.turn(run);
      state.addParticipant(sid, { identity }, setUp);
    });
  }

  return (order) => {
    // Our number stays in its group.
    if (group) {
      const projected = state.participants(sid).filter((one) => one.messaging_binding?.projected_address);
      expect({ order, projected: projected.length }).not.toEqual({ order, projected: 0 });
    }
    const outsiders = [...others.there, ...(others.joining === undefined ? [] : [others.joining])];
    const there = present();
    expect({
      order,
      workers: there.filter((identity) => workers.includes(identity)).length,
      outsiders: there.filter((identity) => outsiders.includes(identity)).sort(),
      // Whoever is named is there when the answer is given.
      absent: answers.filter(({ body, present: then }) => body.routed && !then.includes(String(body.worker))),
    }).toEqual({ order, workers: 1, outsiders: outsiders.sort(), absent: [] });
  };
}

const pools = { pool: ['alice', 'bob', 'carol'], defaultWorker: 'dave' };

/** Pairs of builds whose plans differ as much as plans can. */
const builds: Record<string, Build[]> = {
  'the same build': [pools, pools],
  'another pool': [pools, { pool: ['dave'] }],
  'another owner': [
    { ...pools, owner: 'alice' },
    { ...pools, owner: 'bob' },
  ],
  'an owner on one side only': [{ ...pools, owner: 'dave' }, pools],
  'availability on one side only': [{ ...pools, respectAvailability: true }, pools],
};
const some = Object.entries(builds);

describe('two deliveries of one event, in every order of their requests', () => {
  let total = 0;
  afterAll(() => console.info(`${total} orders of requests were tried`));
  const explore = async (setting: Setting, most?: number): Promise<void> => {
    const count = await exploreOrders((turns) => deliver(turns, setting), most);
    expect(count).toBeGreaterThan(1);
    total += count;
  };

  it.each(some.flatMap(([name, two]) => [0, 0.4, 1].map((seconds) => ({ name, two, seconds }))))(
    'end with one worker: $name, $seconds s a request',
    ({ two, seconds }) => explore({ builds: two, seconds }, 150),
  );

  it.each([0, 1])('end with one worker while a worker goes away, %d s a request', async (seconds) => {
    const respect = { ...pools, respectAvailability: true };
    for (const from of [2, 4, 6]) {
      await explore({ builds: [respect, respect], seconds, away: { alice: from, bob: from + 1 } }, 60);
    }
  });

  it.each(some)('remove nobody else: %s', async (_name, two) => {
    await explore(
      { builds: two, seconds: 0, others: { there: ['customer-in-a-chat'], joining: 'bot' } },
      100,
    );
  });

  it.each(
    some
      .slice(1, 4)
      .flatMap(([name, two]) =>
        (Object.keys(troubles) as Trouble['what'][]).map((what) => ({ name, two, what })),
      ),
  )('end with one worker after $what: $name', async ({ two, what }) => {
    for (const at of [0, 1, 2]) await explore({ builds: two, seconds: 0, trouble: { at, what } }, 30);
  });
});

describe('two deliveries for a group MMS', () => {
  const { 'another pool': pool = [], 'another owner': owner = [] } = builds;
  it.each(
    (['update', 'create', 'both'] as const).flatMap((group) =>
      [pool, owner].map((two, index) => ({ group, two, name: ['another pool', 'another owner'][index] })),
    ),
  )('end with one worker where Twilio takes $group: $name', async ({ group, two }) => {
    await exploreOrders((turns) => deliver(turns, { builds: two, seconds: 0, group }), 60);
    for (const what of ['torn after the effect', 'an odd 400', 'a success without an effect'] as const) {
      for (const at of [1, 2, 3]) {
        const setting: Setting = { builds: two, seconds: 0, group, trouble: { at, what } };
        await exploreOrders((turns) => deliver(turns, setting), 15);
        const three = { ...setting, builds: [...two, { ...pools, owner: 'carol' }] };
        await sampleOrders(30, (turns) => deliver(turns, three));
      }
    }
  });
});

describe('on an account without Frontline', () => {
  it.each(some)('two deliveries end with one worker: %s', async (_name, two) => {
    const added = two.map(({ respectAvailability: _, ...rules }) => ({
      ...rules,
      on: 'onConversationAdded' as const,
    }));
    await exploreOrders((turns) => deliver(turns, { builds: added, seconds: 0 }), 60);
  });
});

describe('three deliveries at once', () => {
  it.each(some)('end with one worker: %s', async (_name, [a, b]) => {
    const three = [a as Build, b as Build, { ...pools, owner: 'carol' }];
    await sampleOrders(60, (turns, n) => deliver(turns, { builds: three, seconds: n % 2 }));
  });
});
