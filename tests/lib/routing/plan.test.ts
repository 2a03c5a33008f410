import { assign } from '../../../lib/routing/assign';
import { readInbound, writersOf } from '../../../lib/routing/inbound';
import { planRoute } from '../../../lib/routing/plan';
import { rankPool } from '../../../lib/routing/rank';
import { customer, routing } from '../../support/data';

const conversation = {
  sid: 'CH1',
  writers: ['+12125550101'],
  twilioAddress: '+16465550190',
  projectedAddress: undefined,
};

describe('who writes', () => {
  it('is the address of a conversation between two', () => {
    expect(writersOf({ 'MessagingBinding.Address': '+12125550101' })).toEqual(['+12125550101']);
  });

  it('is the author of a group MMS first, then the others', () => {
    expect(
      readInbound({
        ConversationSid: 'CH1',
        'MessagingBinding.Address': '+12125550101, +12125550102',
        'MessagingBinding.AuthorAddress': '+12125550102',
        'MessagingBinding.ProjectedAddress': '+16465550190',
      }),
    ).toEqual({
      sid: 'CH1',
      writers: ['+12125550102', '+12125550101'],
      twilioAddress: '+16465550190',
      projectedAddress: '+16465550190',
    });
  });

  it('takes the proxy address of a group for the projected one when that is missing', () => {
    expect(
      readInbound({
        ConversationSid: 'CH1',
        'MessagingBinding.Address': '+12125550101,+12125550102',
        'MessagingBinding.ProxyAddress': '+16465550190',
      }),
    ).toMatchObject({ twilioAddress: '+16465550190', projectedAddress: '+16465550190' });
  });

  it('is nobody when there is no address', () => {
    expect(writersOf({})).toEqual([]);
  });
});

describe('the plan', () => {
  it('tries the entry, the own worker, the number, the pool and the default worker, in this order', () => {
    const data = routing({
      routing: {
        numbers: { '+16465550190': ['n'] },
        pool: ['p1', 'p2'],
        defaultWorker: 'd',
      },
    });
    const known = customer({ assigned_workers: ['e'], worker: 'w' });
    const [first, second] = rankPool(['p1', 'p2'], 'CH1');
    expect(planRoute(conversation, known, data)).toEqual({
      candidates: [
        { worker: 'e', rule: 'customer_entry', evenIfUnavailable: true },
        { worker: 'w', rule: 'customer_worker', evenIfUnavailable: true },
        { worker: 'n', rule: 'number', evenIfUnavailable: true },
        { worker: first, rule: 'pool', evenIfUnavailable: true },
        { worker: second, rule: 'pool', evenIfUnavailable: true },
        { worker: 'd', rule: 'default_worker', evenIfUnavailable: true },
      ],
      passedOver: [],
    });
  });

  it('says why each rule has nobody', () => {
    expect(planRoute(conversation, undefined, routing())).toEqual({
      candidates: [],
      passedOver: [
        { rule: 'customer_entry', why: 'no entry for this customer' },
        { rule: 'customer_worker', why: 'the customer is not known' },
        { rule: 'number', why: 'no workers for this number' },
        { rule: 'pool', why: 'the pool is empty' },
        { rule: 'default_worker', why: 'there is no default worker' },
      ],
    });
  });

  it('finds an entry for an address that no customer has, on WhatsApp too', () => {
    const data = routing({ routing: { addresses: { '+12125550101': 'e' } } });
    const plan = planRoute({ ...conversation, writers: ['whatsapp:+12125550101'] }, undefined, data);
    expect(plan.candidates).toEqual([{ worker: 'e', rule: 'customer_entry', evenIfUnavailable: true }]);
  });

  it.each([
    ['assign', true],
    ['next', false],
  ] as const)('with unavailableOwner %s, owners are assigned when away: %s', (unavailableOwner, even) => {
    const data = routing({
      routing: { pool: ['p'], defaultWorker: 'd', respectAvailability: true, unavailableOwner },
    });
    const plan = planRoute(conversation, customer({ worker: 'w' }), data);
    expect(plan.candidates.map(({ worker, evenIfUnavailable }) => [worker, evenIfUnavailable])).toEqual([
      ['w', even],
      ['p', false],
      ['d', false],
    ]);
  });

  it('keeps the default worker as the last resort when the data says so', () => {
    const data = routing({
      routing: { defaultWorker: 'd', respectAvailability: true, nobodyAvailable: 'assign' },
    });
    expect(planRoute(conversation, undefined, data).candidates).toEqual([
      { worker: 'd', rule: 'default_worker', evenIfUnavailable: true },
    ]);
  });
});

describe('an assignment', () => {
  const candidate = (worker: string, evenIfUnavailable = false) =>
    ({ worker, rule: 'pool', evenIfUnavailable }) as const;
  const world = (
    away: string[],
    refused: string[] = [],
  ): Parameters<typeof assign>[1] & { asked: string[]; added: string[] } => {
    const asked: string[] = [];
    const added: string[] = [];
    return {
      asked,
      added,
      availability: async (worker) => {
        asked.push(worker);
        return away.includes(worker) ? 'unavailable' : 'available';
      },
      add: async (worker) => {
        added.push(worker);
        return refused.includes(worker) ? 'refused' : undefined;
      },
    };
  };

  it('goes to the first candidate who is available', async () => {
    const outside = world(['a']);
    const plan = { candidates: [candidate('a'), candidate('b')], passedOver: [] };
    expect(await assign(plan, outside)).toEqual({
      worker: 'b',
      rule: 'pool',
      passedOver: [{ rule: 'pool', why: 'unavailable' }],
      byChance: true,
    });
    expect(outside.added).toEqual(['b']);
  });

  it('does not ask about a candidate who gets it anyway', async () => {
    const outside = world(['a']);
    expect(
      await assign({ candidates: [candidate('a', true), candidate('b')], passedOver: [] }, outside),
    ).toEqual({
      worker: 'a',
      rule: 'pool',
      passedOver: [],
      byChance: false,
    });
    expect(outside.asked).toEqual([]);
  });

  it('passes over a candidate whom Twilio refuses, and does not try that one twice', async () => {
    const outside = world([], ['a']);
    const plan = {
      candidates: [candidate('a', true), candidate('a', true), candidate('b', true)],
      passedOver: [],
    };
    expect(await assign(plan, outside)).toEqual({
      worker: 'b',
      rule: 'pool',
      passedOver: [
        { rule: 'pool', why: 'refused' },
        { rule: 'pool', why: 'refused' },
      ],
      byChance: true,
    });
    expect(outside.added).toEqual(['a', 'b']);
  });

  it('leaves availability out of account when nobody can say', async () => {
    const outside = { ...world([]), availability: async () => 'unknown' as const };
    expect(
      await assign({ candidates: [candidate('a'), candidate('b')], passedOver: [] }, outside),
    ).toMatchObject({
      worker: 'a',
    });
  });

  it('comes to the last resort when all are away', async () => {
    const plan = { candidates: [candidate('a'), candidate('d'), candidate('d', true)], passedOver: [] };
    expect(await assign(plan, world(['a', 'd']))).toMatchObject({ worker: 'd' });
  });

  it.each([
    [[], [], 'no_candidate'],
    [['a'], [], 'nobody_available'],
    [[], ['a'], 'all_refused'],
  ])('says why nobody got it: away %j, refused %j', async (away, refused, reason) => {
    const plan = { candidates: reason === 'no_candidate' ? [] : [candidate('a')], passedOver: [] };
    expect(await assign(plan, world(away, refused))).toMatchObject({ reason });
  });

  it('asks about no more than five at once and about nobody twice', async () => {
    const workers = Array.from({ length: 12 }, (_, i) => `w${i}`);
    let current = 0;
    let most = 0;
    const asked: string[] = [];
    const outside = {
      add: async () => undefined,
      availability: async (worker: string) => {
        asked.push(worker);
        most = Math.max(most, ++current);
        await Promise.resolve();
        current--;
        return worker === 'w11' ? ('available' as const) : ('unavailable' as const);
      },
    };
    const plan = { candidates: workers.map((worker) => candidate(worker)), passedOver: [] };
    expect(await assign(plan, outside)).toMatchObject({ worker: 'w11' });
    expect([most, asked]).toEqual([5, workers]);
  });

  it('fails as adding fails, and tries nobody else', async () => {
    const outside = {
      ...world([]),
      add: async () => {
        throw new Error('unreachable');
      },
    };
    await expect(
      assign({ candidates: [candidate('a'), candidate('b')], passedOver: [] }, outside),
    ).rejects.toThrow('unreachable');
  });
});
