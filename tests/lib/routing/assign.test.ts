import { TwilioUnavailable } from '../../../lib/errors';
import {
  type AssignEffects,
  assign,
  type JoinOutcome,
  markAttributes,
  type RoutingMark,
} from '../../../lib/routing/assign';
import type { Participant } from '../../../lib/twilio/conversations';

/** A conversation in memory: whom routing adds is in the list, with the mark. */
class MemoryConversation implements AssignEffects {
  participants: Participant[] = [];
  readonly asked: string[] = [];
  readonly joined: string[] = [];
  readonly removed: string[] = [];

  constructor(
    readonly away: string[] = [],
    readonly refused: string[] = [],
  ) {}

  async availability(worker: string): Promise<'available' | 'unavailable' | 'unknown'> {
    this.asked.push(worker);
    return this.away.includes(worker) ? 'unavailable' : 'available';
  }

  async join(worker: string, mark: RoutingMark): Promise<JoinOutcome> {
    this.joined.push(worker);
    if (this.refused.includes(worker)) return { why: 'refused', forAll: false };
    this.put(worker, mark);
    return 'joined';
  }

  async list(): Promise<Participant[]> {
    return [...this.participants];
  }

  async remove(sid: string): Promise<void> {
    this.removed.push(...this.participants.flatMap((one) => (one.sid === sid ? [String(one.identity)] : [])));
    this.participants = this.participants.filter((one) => one.sid !== sid);
  }

  async pause(): Promise<boolean> {
    return true;
  }

  /** Somebody joins; without a mark not by routing. */
  put(identity: string, mark?: RoutingMark, createdAt = 100, sid = `MB${this.participants.length}`): void {
    const attributes = mark ? markAttributes(mark) : '{}';
    const none = { projectedAddress: undefined };
    this.participants.push({ sid, identity, attributes, createdAt, ...none });
  }
}

describe('an assignment', () => {
  const candidate = (worker: string, evenIfUnavailable = false) =>
    ({ worker, rule: 'pool', evenIfUnavailable }) as const;
  it('goes to the first candidate who is available', async () => {
    const outside = new MemoryConversation(['a']);
    const plan = { candidates: [candidate('a'), candidate('b')], passedOver: [] };
    expect(await assign(plan, outside)).toEqual({
      worker: 'b',
      rule: 'pool',
      passedOver: [{ rule: 'pool', why: 'unavailable' }],
    });
    expect(outside.joined).toEqual(['b']);
  });

  it('does not ask for the availability of a candidate who gets it anyway', async () => {
    const outside = new MemoryConversation(['a']);
    expect(
      await assign({ candidates: [candidate('a', true), candidate('b')], passedOver: [] }, outside),
    ).toEqual({
      worker: 'a',
      rule: 'pool',
      passedOver: [],
    });
    expect(outside.asked).toEqual([]);
  });

  it('passes over a candidate whom Twilio refuses, and does not try that one twice', async () => {
    const outside = new MemoryConversation([], ['a']);
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
    });
    expect(outside.joined).toEqual(['a', 'b']);
  });

  it('ignores availability when nobody knows it', async () => {
    const outside = new MemoryConversation();
    outside.availability = async () => 'unknown';
    expect(
      await assign({ candidates: [candidate('a'), candidate('b')], passedOver: [] }, outside),
    ).toMatchObject({
      worker: 'a',
    });
  });

  it('goes to the last resort when all are away', async () => {
    const plan = { candidates: [candidate('a'), candidate('d'), candidate('d', true)], passedOver: [] };
    expect(await assign(plan, new MemoryConversation(['a', 'd']))).toMatchObject({ worker: 'd' });
  });

  it.each([
    [[], [], 'no_candidate'],
    [['a'], [], 'nobody_available'],
    [[], ['a'], 'all_refused'],
  ])('names the reason why nobody got it: away %j, refused %j', async (away, refused, reason) => {
    const plan = { candidates: reason === 'no_candidate' ? [] : [candidate('a')], passedOver: [] };
    expect(await assign(plan, new MemoryConversation(away, refused))).toMatchObject({ reason });
  });

  it('asks about no more than five at once and about nobody twice', async () => {
    const workers = Array.from({ length: 12 }, (_, i) => `w${i}`);
    let current = 0;
    let most = 0;
    const asked: string[] = [];
    const outside = new MemoryConversation();
    outside.availability = async (worker) => {
      asked.push(worker);
      most = Math.max(most, ++current);
      await Promise.resolve();
      current--;
      return worker === 'w11' ? 'available' : 'unavailable';
    };
    const plan = { candidates: workers.map((worker) => candidate(worker)), passedOver: [] };
    expect(await assign(plan, outside)).toMatchObject({ worker: 'w11' });
    expect([most, asked]).toEqual([5, workers]);
  });

  it('fails when joining fails, and tries nobody else', async () => {
    const outside = new MemoryConversation();
    outside.join = async () => {
      throw new Error('unreachable');
    };
    await expect(
      assign({ candidates: [candidate('a'), candidate('b')], passedOver: [] }, outside),
    ).rejects.toThrow('unreachable');
  });

  const plan = (...workers: string[]) => ({
    candidates: workers.map((worker) => candidate(worker, true)),
    passedOver: [],
  });

  it.each([
    ['the earlier second', [1, 5, 'MBx'], [2, 0, 'MBa'], 'first'],
    ['then the better rank', [1, 5, 'MBa'], [1, 4, 'MBx'], 'second'],
    ['then the SID', [1, 0, 'MBb'], [1, 0, 'MBa'], 'second'],
  ] as const)('keeps one of those whom routing added: %s', async (_title, first, second, kept) => {
    const outside = new MemoryConversation();
    for (const [name, [at, rank, sid]] of [
      ['first', first],
      ['second', second],
    ] as const) {
      outside.put(name, { rank, rule: 'pool' }, at, sid);
    }
    outside.put('late', { rank: 0, rule: 'number' }, 3, 'MB0');
    expect(
      await assign(plan('late'), Object.assign(outside, { join: async () => 'joined' as const })),
    ).toEqual({
      worker: kept,
      rule: 'pool',
      byAnother: true,
      passedOver: [],
    });
    expect(outside.participants.map(({ identity }) => identity)).toEqual([kept]);
  });

  it('removes nobody who joined in another way', async () => {
    const outside = new MemoryConversation();
    outside.join = async (worker, mark) => {
      outside.put('customer-in-a-chat');
      outside.put('bot');
      outside.put('supervisor@example.com');
      outside.put(worker, mark);
      return 'joined';
    };
    expect(await assign(plan('a'), outside)).toEqual({ worker: 'a', rule: 'pool', passedOver: [] });
    expect(outside.removed).toEqual([]);
  });

  it('tries nobody else where a refused worker is in the conversation anyway', async () => {
    const outside = new MemoryConversation();
    outside.join = async (worker, mark) => {
      outside.put(worker, mark);
      return { why: 'refused', forAll: false };
    };
    expect(await assign(plan('a', 'b'), outside)).toEqual({ worker: 'a', rule: 'pool', passedOver: [] });
  });

  it('tries nobody else where another delivery was faster, and names its worker', async () => {
    const outside = new MemoryConversation();
    outside.join = async () => {
      outside.put('z', { rank: 7, rule: 'number' });
      return { why: 'refused', forAll: false };
    };
    expect(await assign(plan('a', 'b'), outside)).toMatchObject({ worker: 'z', rule: 'number' });
  });

  it('removes a worker again who is still there after a removal', async () => {
    const outside = new MemoryConversation();
    outside.put('late', { rank: 0, rule: 'pool' }, 200, 'MBz');
    const remove = outside.remove.bind(outside);
    let times = 0;
    outside.remove = async (sid) => {
      times += 1;
      if (times > 1) await remove(sid);
    };
    expect(await assign(plan('a'), outside)).toMatchObject({ worker: 'a' });
    expect([times, outside.participants.map(({ identity }) => identity)]).toEqual([2, ['a']]);
  });

  it('adds a worker again, then another one, where Twilio accepted the add and nobody is there', async () => {
    const outside = new MemoryConversation();
    const join = outside.join.bind(outside);
    outside.join = async (worker, mark) => {
      if (worker !== 'a') return join(worker, mark);
      outside.joined.push(worker);
      return 'joined';
    };
    expect(await assign(plan('a', 'b'), outside)).toEqual({
      worker: 'b',
      rule: 'pool',
      passedOver: [{ rule: 'pool', why: 'not there after Twilio took the worker' }],
    });
    expect(outside.joined).toEqual(['a', 'a', 'b']);
  });

  it('names the worker of another delivery where nobody is available for this one', async () => {
    const outside = new MemoryConversation(['a']);
    outside.put('z', { rank: 0, rule: 'number' });
    expect(await assign({ candidates: [candidate('a')], passedOver: [] }, outside)).toMatchObject({
      worker: 'z',
      rule: 'number',
    });
  });

  it('tries nobody else in a conversation that is closed', async () => {
    const outside = new MemoryConversation();
    outside.join = async (worker) => {
      outside.joined.push(worker);
      return { why: 'closed', forAll: true };
    };
    const before = { rule: 'number', why: 'no workers for this number' } as const;
    expect(await assign({ ...plan('a', 'b'), passedOver: [before] }, outside)).toEqual({
      reason: 'conversation_closed',
      passedOver: [before],
    });
    expect(outside.joined).toEqual(['a']);
  });

  it('names the worker who joined where the participants cannot be listed', async () => {
    const outside = new MemoryConversation();
    const failure = new TwilioUnavailable({});
    outside.list = () => Promise.reject(failure);
    expect(await assign(plan('a'), outside)).toEqual({
      worker: 'a',
      rule: 'pool',
      passedOver: [],
      unchecked: failure,
    });
  });
});
