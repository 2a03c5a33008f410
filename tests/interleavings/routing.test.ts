import twilioSdk from 'twilio';
import { callback as conversations } from '../../functions/callbacks/conversations.protected';
import { callback as routing } from '../../functions/callbacks/routing.protected';
import type { Routing } from '../../lib/model';
import { openTwilio } from '../../lib/twilio/api';
import { serve } from '../../lib/webhook/callback';
import { type Platform, twilioPlatform } from '../../lib/webhook/platform';
import type { GroupJoin } from '../../simulator/twilio/conversations/model';
import type { RestAnswer, RestRequest } from '../../simulator/twilio/http/request';
import { inProcess, type RestSide } from '../simulator/in-process';
import { customer, routing as routingData } from '../support/data';
import { accountSid, authToken, FakeTwilio } from '../support/fake-twilio';
import { fixture } from '../support/fixtures';
import { invoke } from '../support/invoke';
import { exploreOrders, sampleOrders, type Turns } from './explore';

// Thousands of orders each: on a busy machine that takes more than half a minute.
jest.setTimeout(180_000);

const events = {
  between: fixture('on-conversation-route'),
  group: { ...fixture('on-conversation-route-group-mms') },
};
const sid = events.between.ConversationSid as string;
events.group.ConversationSid = sid;

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
  'an unexpected 400': (): RestAnswer => refusal(400, 50200),
  'an unexpected 400 after the effect': (work: () => RestAnswer): RestAnswer => {
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
  'a reset before the effect': (): RestAnswer => {
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET', status: 200 });
  },
  'a reset after the effect': (work: () => RestAnswer): RestAnswer => {
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
  group?: GroupJoin;
  /** Who is away, by the number of the request from which on. */
  away?: Record<string, number>;
  /** Identities that are in the conversation from the start, and one that joins at any moment. */
  others?: { there: string[]; joining?: string };
}

const workers = ['alice', 'bob', 'carol', 'dave'];

const never: Platform['timer'] = () => ({ done: new Promise(() => undefined), clear: () => undefined });

/** Twilio's runtime without time: a pause is over at once, and nothing ever takes too long. */
function timeless(handle: RestSide['handle']): Platform {
  // The SDK's own HTTP library would take most of the time that these tests have.
  const client = twilioSdk(accountSid, authToken, { httpClient: inProcess({ handle }) });
  const waiting = { sleep: async () => undefined, random: () => 0, timer: never };
  return {
    ...twilioPlatform,
    now: () => 0,
    timer: never,
    twilio: (_context, deadline) => openTwilio(() => client, { ...waiting, deadline }),
  };
}

/** Sets up a conversation and delivers its event to several instances at once. */
function deliver(turns: Turns, setting: Setting): (order: readonly number[]) => void {
  const { builds, seconds, trouble, group, away = {}, others = { there: [] } } = setting;
  let requests = 0;
  const now = (): Date => new Date(Date.UTC(2026, 0, 1) + Math.floor(requests * seconds) * 1_000);
  const twilio = new FakeTwilio(now);
  for (const identity of workers) twilio.addUser({ identity });
  const members = group
    ? [{ address: '+12125550101' }, { address: '+12125550102' }, { projectedAddress: '+16465550190' }]
    : [{ address: '+12125550101', proxyAddress: '+16465550190' }];
  if (group) twilio.groupJoin = group;
  twilio.addConversation({ sid }, [...members, ...others.there.map((identity) => ({ identity }))]);

  const present = (): string[] => twilio.workers(sid);
  const answers: { body: Record<string, unknown>; present: string[] }[] = [];

  for (const [index, build] of builds.entries()) {
    const { owner, ...rules } = build;
    const card = customer({
      channels: [{ type: 'sms', value: '+12125550101' }],
      ...(owner && { worker: owner }),
    });
    const assets = {
      '/customers.json': JSON.stringify({ customers: [card] }),
      '/routing.json': JSON.stringify(
        routingData({
          workers: workers.map((identity) => ({ identity })),
          ownAddresses: ['+16465550190'],
          routing: rules,
        }),
      ),
    };
    turns.start(async (run) => {
      let mine = 0;
      const handle = async (request: RestRequest): Promise<RestAnswer> => {
        await turns.turn(run);
        requests += 1;
        for (const [identity, from] of Object.entries(away)) {
          twilio.addUser({ identity, isAvailable: requests < from });
        }
        let answer: Promise<RestAnswer> | undefined;
        // The REST side works at once; only what it says comes later.
        const work = (): RestAnswer => {
          answer = twilio.rest.handle(request);
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
      const callback = build.on === 'onConversationAdded' ? conversations : routing;
      const event = group ? events.group : events.between;
      const fields = callback === conversations ? { ...event, EventType: 'onConversationAdded' } : event;
      const { body } = await invoke(serve(callback, timeless(handle)), fields, { assets });
      answers.push({ body: body as Record<string, unknown>, present: present() });
    });
  }
  if (others.joining !== undefined) {
    const identity = others.joining;
    turns.start(async (run) => {
      await turns.turn(run);
      twilio.addParticipant(sid, { identity });
    });
  }

  return (order) => {
    // Our number stays in its group.
    if (group) {
      const projected = twilio.participants(sid).filter((one) => one.messaging_binding?.projected_address);
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
    for (const what of [
      'a reset after the effect',
      'an unexpected 400',
      'a success without an effect',
    ] as const) {
      for (const at of [1, 2, 3]) {
        const setting: Setting = { builds: two, seconds: 0, group, trouble: { at, what } };
        await exploreOrders((turns) => deliver(turns, setting), 15);
        const three = { ...setting, builds: [...two, { ...pools, owner: 'carol' }] };
        await sampleOrders(30, (turns) => deliver(turns, three));
      }
    }
  });
});

describe('two deliveries on an account without Frontline', () => {
  it.each(some)('end with one worker: %s', async (_name, two) => {
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
