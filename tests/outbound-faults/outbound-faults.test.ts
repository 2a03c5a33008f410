import { isOpen } from './conversations';
import {
  callers,
  explore,
  exploreFalseDenials,
  exploreKills,
  exploreLateRefusals,
  exploreRecovery,
  exploreWrites,
  spread,
} from './explore';
import { carryOut, type Judged, type Plan, report } from './run';
import { requests } from './setting';
import { World } from './world';

/*
 * What Twilio holds in the end is the judge. CI takes a part of each list, the same one each time;
 * `OUTBOUND_FAULTS=all npx jest tests/outbound-faults` takes all.
 */
const longMs = 900_000;
const persistent = [0, 2_000, 20_000, 35_000];
const { sms, chat, whatsapp, email, messenger } = requests;

let runs = 0;
let failures = 0;
const wrongs = new Map<string, number>();
afterAll(() => {
  const kinds = [...wrongs].map(([wrong, count]) => `${wrong} ${count}`).join(', ');
  process.stdout.write(`outbound faults: ${runs} runs, ${failures} failures${kinds && ` (${kinds})`}\n`);
});

/** Carries plans out; counts them; shows the first five that fail, with their requests. */
async function expectSound(plans: readonly Plan[]): Promise<void> {
  const failed = await findFailures(plans);
  runs += plans.length;
  failures += failed.length;
  for (const { problems } of failed) {
    for (const wrong of new Set(problems.map((one) => one.wrong)))
      wrongs.set(wrong, (wrongs.get(wrong) ?? 0) + 1);
  }
  expect(plans.length).toBeGreaterThan(0);
  if (failed.length === 0) return;
  throw new Error(
    `${failed.length} of ${plans.length} runs failed.\n\n${failed.slice(0, 5).map(report).join('\n\n')}`,
  );
}

async function findFailures(plans: readonly Plan[]): Promise<Judged[]> {
  const failed: Judged[] = [];
  for (const [index, plan] of plans.entries()) {
    // The platform promises nothing about what an instance does after its answer.
    const judged = await carryOut({ freezes: index % 2 === 0, ...plan });
    if (judged.problems.length > 0) failed.push(judged);
  }
  return failed;
}

/** An open conversation with the customer, who has written. */
function withOpenConversation({ twilio }: World): Set<string> {
  const conversation = twilio.conversations.add(null, '{}');
  const address = '+12125550101';
  twilio.conversations.join(conversation, null, address, '+16465550190');
  const sid = twilio.ground.newSid('IM');
  const content = { author: address, body: 'Hello?', contentSid: null, subject: null, attributes: '{}' };
  conversation.messages.push({ sid, ...content, created: twilio.ground.clock.now() });
  return new Set([conversation.sid, sid]);
}

const reuse = { request: { ...sms, onActive: 'reuse' }, before: withOpenConversation };

describe('whatever happens to one request, there is one message and one interaction, or the answer says what is open', () => {
  it.each([
    ['sms', sms, 1_600],
    ['chat', chat, 900],
    ['whatsapp', whatsapp, 400],
    ['email', email, 300],
    ['messenger', messenger, 300],
  ])(
    'in %s',
    async (_channel, request, most) => {
      await expectSound(spread(await explore('one fault', { request }, callers), most));
    },
    longMs,
  );

  it(
    'when an open conversation is used again',
    async () => {
      await expectSound(spread(await explore('reuse', reuse, callers), 500));
    },
    longMs,
  );
});

describe('an instance that dies leaves nothing that the next one does not take up', () => {
  it.each([
    ['sms', { request: sms }],
    ['chat', { request: chat }],
    ['whatsapp', { request: whatsapp }],
    ['email', { request: email }],
    ['messenger', { request: messenger }],
    ['sms into an open conversation', reuse],
  ])(
    'in %s',
    async (_title, setting) => {
      await expectSound(await exploreKills('kill', setting));
    },
    longMs,
  );

  it(
    'when a second fault meets the recovery',
    async () => {
      const plans = [
        ...(await exploreRecovery({ request: sms })),
        ...(await exploreRecovery({ request: chat })),
      ];
      await expectSound(spread(plans, 800));
    },
    longMs,
  );
});

describe('what instances and lists believe of the time does not matter', () => {
  it.each<[string, Partial<Plan>]>([
    ['instances apart by two minutes', { skew: (instance) => (instance % 2 === 0 ? 60_000 : -60_000) }],
    ['instances ahead by a minute', { skew: () => 60_000 }],
    ["Twilio's clock ahead by a minute", { nature: { aheadMs: 60_000 } }],
    ['lists that are 5 s old', { nature: { lagMs: 5_000 } }],
    [
      'lists that are 5 s old, and instances apart',
      { nature: { lagMs: 5_000 }, skew: (instance) => (instance % 2 === 0 ? -60_000 : 60_000) },
    ],
    ['lists of tasks without attributes', { nature: { taskListHasAttributes: false } }],
  ])(
    '%s',
    async (title, more) => {
      const plans = [];
      for (const request of [sms, chat]) {
        plans.push(...(await exploreWrites(title, { request }, persistent, more)));
        plans.push(...(await exploreKills(title, { request }, more)));
        const all = await explore(title, { request }, persistent);
        plans.push(...spread(all, 250).map((plan) => ({ ...plan, ...more })));
        plans.push(...(await exploreLateRefusals(title, { request }, persistent, more)));
      }
      await expectSound(spread(plans, 600));
    },
    longMs,
  );
});

describe('several calls with one key at the same time', () => {
  const apart = (ms: number) => (instance: number) => (instance % 2 === 0 ? ms : -ms);
  it.each<[string, Pick<Plan, 'request' | 'before' | 'skew' | 'nature'>]>([
    ['sms', { request: sms }],
    ['chat', { request: chat }],
    ['sms into an open conversation', reuse],
    ['sms, the second instance ahead', { request: sms, skew: apart(60_000) }],
    ['sms, the second instance behind', { request: sms, skew: apart(-60_000) }],
    [
      'sms, the second instance ahead, and lists 5 s old',
      { request: sms, skew: apart(60_000), nature: { lagMs: 5_000 } },
    ],
    [
      'chat, instances and Twilio apart',
      { request: chat, skew: apart(16_000), nature: { aheadMs: -60_000 } },
    ],
  ])(
    'in %s',
    async (_title, setting) => {
      const whom = ['two at once', 'impatient'] as const;
      const sound = whom.map((caller) => ({ name: 'several at once', ...setting, caller, faults: [] }));
      await expectSound([...sound, ...(await exploreWrites('several at once', setting, whom))]);
    },
    longMs,
  );
});

describe('a result that is there', () => {
  it.each(Object.values(requests))('is given again after asking Sync alone: $channel', async (request) => {
    const world = new World();
    const body = { ...request, idempotencyKey: 'order-7' };
    const first = await world.clock.run(world.call(body));
    const made = world.steps.length;
    const again = await world.clock.run(world.call(body));
    expect(again).toMatchObject({
      status: 201,
      body: first.body,
      headers: { 'Idempotent-Replayed': 'true' },
    });
    const asked = world.steps.slice(made);
    expect(asked.filter((step) => !/^\w+ sync\//.test(step))).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});

describe('a conversation that was open before', () => {
  it.each<[string, Partial<Plan>]>([
    ['is named, and nothing is left beside it', {}],
    ['is so too where lists do not show it yet', { nature: { lagMs: 5_000 } }],
  ])(
    '%s',
    async (name, more) => {
      const setting = { request: sms, before: withOpenConversation };
      const end = { ...more, mayRefuse: (code: string) => code === 'conversation_open' };
      const sound = persistent.map((caller) => ({ name, ...setting, caller, faults: [], ...end }));
      const writes = await exploreWrites(name, setting, persistent, end);
      await expectSound([...sound, ...writes, ...(await exploreKills(name, setting, end))]);
    },
    longMs,
  );
});

describe('an agent who is faster than the next request', () => {
  const live = (world: World) => world.twilio.liveInteractions();
  it.each<[string, Partial<Plan>]>([
    [
      'has closed the interaction',
      { between: (world) => live(world).forEach((one) => void world.twilio.flex.close(one, 'completed')) },
    ],
    [
      'has closed it, and lists do not show that yet',
      {
        nature: { lagMs: 5_000 },
        between: (world) => {
          for (const one of live(world)) world.twilio.flex.close(one, 'completed');
        },
      },
    ],
    [
      'has closed it, and the task is gone',
      {
        between: (world) => {
          for (const one of live(world)) {
            world.twilio.flex.close(one, 'completed');
            world.twilio.flex.forgetTask(one);
          }
        },
      },
    ],
    [
      'has closed the conversation',
      {
        between: ({ twilio }) => {
          for (const one of twilio.conversations.all.filter(isOpen))
            twilio.conversations.setState(one, 'closed');
        },
      },
    ],
    [
      'has deleted the conversation',
      {
        between: (world) => {
          for (const one of live(world)) one.conversation.isDeleted = true;
        },
        mayRefuse: (code) => code === 'outcome_unknown',
      },
    ],
  ])(
    '%s',
    async (title, more) => {
      const plans = [];
      for (const request of [sms, chat]) {
        plans.push(...(await exploreWrites(title, { request }, [2_000, 35_000, 'follows'], more)));
        plans.push(
          ...(await exploreKills(title, { request }, more)).filter(({ caller }) => caller !== undefined),
        );
      }
      await expectSound(spread(plans, 300));
    },
    longMs,
  );
});

describe('a message that was perhaps sent', () => {
  it(
    'is found though the task is gone by the next request',
    async () => {
      const between = ({ twilio }: World) => {
        for (const one of twilio.liveInteractions()) twilio.flex.forgetTask(one);
      };
      const plans = [];
      for (const request of Object.values(requests)) {
        const all = await exploreWrites('the task is gone', { request }, [2_000, 35_000, 'follows'], {
          between,
        });
        plans.push(...all.filter(({ faults }) => faults.some(({ step }) => step.endsWith('/Messages'))));
      }
      await expectSound(plans);
    },
    longMs,
  );
});

describe('what Twilio says that it refused, and has done all the same', () => {
  it(
    'is counted by itself, and ends in no bug',
    async () => {
      const plans = spread(await exploreFalseDenials({ request: sms }), 300);
      const failed = await findFailures(plans);
      process.stdout.write(
        `outbound faults, false refusals: ${plans.length} runs, ${failed.length} failures\n`,
      );
      const bugs = failed.filter(({ problems }) => problems.some(({ wrong }) => wrong === 'internal error'));
      expect(bugs.map(report)).toEqual([]);
    },
    longMs,
  );
});
