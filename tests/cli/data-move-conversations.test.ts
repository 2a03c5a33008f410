import { type MoveOptions, moveOpenConversations } from '../../cli/data/move-conversations';
import { markAttributes } from '../../lib/routing/assign';
import {
  accountSid,
  authToken,
  FakeTwilio,
  faults,
  type TwilioAnswer,
  type TwilioRequest,
} from '../support/fake-twilio';
import { createGetTwilioClient } from '../support/in-process-client';

/** Something that happens right after a participant was removed. */
let afterRemoval: (() => void) | undefined;

class BusyTwilio extends FakeTwilio {
  override async handle(request: TwilioRequest): Promise<TwilioAnswer> {
    const answer = await super.handle(request);
    if (request.method === 'DELETE') afterRemoval?.();
    return answer;
  }
}

const fake = new BusyTwilio();
const client = createGetTwilioClient(fake, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken })();
const [alice, bob] = ['alice@example.com', 'bob@example.com'];
const sidOf = (n: number): string => `CH${String(n).padStart(32, '0')}`;
const customer = (n: number) => ({
  address: `+1212555${String(n).padStart(4, '0')}`,
  proxyAddress: '+16465550190',
});
const marked = markAttributes({ rank: 0, rule: 'pool' });

let pauses: number[];
const move = (options: MoveOptions = {}) =>
  moveOpenConversations(client, alice, bob, {
    sleep: async (ms) => {
      pauses.push(ms);
    },
    ...options,
  });
/** What changed something, e.g. `POST Participants`. */
const writes = (): string[] =>
  fake.writes.map(({ method, path, form }) => {
    const [, sid = '', participant] = /Conversations\/CH0*(\d+)\/Participants(\/MB\w+)?$/.exec(path) ?? [];
    const what = participant ? 'a participant' : form.Identity;
    return `${method} ${what} of ${sid}`;
  });
/** Alice's conversation with a customer, and whoever else is there. */
const addConversation = (
  n: number,
  state: 'active' | 'inactive' | 'closed' = 'active',
  others: string[] = [],
) =>
  fake.addConversation({ sid: sidOf(n), state }, [
    customer(n),
    { identity: alice, attributes: marked },
    ...others.map((identity) => ({ identity })),
  ]);

beforeEach(() => {
  fake.reset();
  pauses = [];
  afterRemoval = undefined;
});

describe('the open conversations of a worker', () => {
  it('go to another one, who joins before the old one leaves; everybody else stays', async () => {
    addConversation(1, 'active', ['bot']);
    addConversation(2, 'inactive');
    addConversation(3, 'closed');
    fake.addConversation({ sid: sidOf(4) }, [customer(4), { identity: 'carol@example.com' }]);
    fake.calls = [];

    expect(await move()).toEqual([
      { sid: sidOf(1), outcome: 'moved' },
      { sid: sidOf(2), outcome: 'moved' },
    ]);
    expect(writes()).toEqual([
      'POST bob@example.com of 1',
      'DELETE a participant of 1',
      'POST bob@example.com of 2',
      'DELETE a participant of 2',
    ]);
    expect([1, 2, 3, 4].map((n) => fake.workers(sidOf(n)))).toEqual([
      ['bot', bob],
      [bob],
      [alice],
      ['carol@example.com'],
    ]);
    // Routing removes only workers whom it has marked.
    const [, , joined] = fake.participants(sidOf(1));
    expect([joined?.identity, joined?.attributes]).toEqual([bob, '{}']);
  });

  it('are only listed in a dry run', async () => {
    addConversation(1);
    fake.calls = [];
    expect(await move({ dryRun: true })).toEqual([{ sid: sidOf(1), outcome: 'movable' }]);
    expect(writes()).toEqual([]);
  });

  it('are found on every page, and those done are counted', async () => {
    for (let n = 1; n <= 60; n++) addConversation(n);
    const counts: string[] = [];
    const moved = await move({ report: (done, all) => counts.push(`${done}/${all}`) });
    expect(moved.filter(({ outcome }) => outcome === 'moved')).toHaveLength(60);
    expect([counts[0], counts.at(-1)]).toEqual(['1/60', '60/60']);
    expect(await move()).toEqual([]);
  });

  it('are those of the given conversation service', async () => {
    const serviceSid = `IS${'1'.repeat(32)}`;
    fake.addConversation({ sid: sidOf(1), chatServiceSid: serviceSid }, [customer(1), { identity: alice }]);
    addConversation(2);
    fake.calls = [];
    expect(await move({ serviceSid })).toEqual([{ sid: sidOf(1), outcome: 'moved' }]);
    expect(fake.calls.every(({ path }) => path.startsWith(`/v1/Services/${serviceSid}/`))).toBe(true);
    expect([fake.workers(sidOf(1)), fake.workers(sidOf(2))]).toEqual([[bob], [alice]]);
  });

  it('lose the old worker alone where the new one is there already', async () => {
    addConversation(1, 'active', [bob]);
    fake.calls = [];
    expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'moved' }]);
    expect(writes()).toEqual(['DELETE a participant of 1']);
    expect(fake.workers(sidOf(1))).toEqual([bob]);
  });
});

describe('a group MMS', () => {
  const group = () =>
    fake.addConversation({ sid: sidOf(1) }, [
      { address: '+12125550101' },
      { address: '+12125550102' },
      { identity: alice, projectedAddress: '+16465550190' },
    ]);

  it.each(['update', 'create'] as const)(
    'keeps our number, on accounts where a worker joins by: %s',
    async (groupJoin) => {
      fake.groupJoin = groupJoin;
      group();
      expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'moved' }]);
      expect(fake.workers(sidOf(1))).toEqual([bob]);
      const numbers = fake
        .participants(sidOf(1))
        .map(({ messaging_binding: binding }) => binding?.projected_address);
      expect(numbers.filter(Boolean)).toEqual(['+16465550190']);
    },
  );
});

describe('when Twilio does not do what it is asked', () => {
  const post = { method: 'POST', path: /\/Participants$/ };
  const del = { method: 'DELETE', path: /\/Participants\/MB/ };

  it.each([
    ['too many requests', post, faults.tooManyRequests],
    ['a server error', post, faults.serverError],
    ['a connection that breaks', del, faults.reset],
    ['a server error for a removal', del, faults.serverError],
  ])('it is asked again, after a pause: %s', async (_title, matcher, fault) => {
    addConversation(1);
    fake.fail(matcher, fault, 3);
    expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'moved' }]);
    expect(fake.workers(sidOf(1))).toEqual([bob]);
    expect(pauses.length).toBeGreaterThanOrEqual(3);
  });

  it('the others are moved, and the next time the rest', async () => {
    for (const n of [1, 2, 3]) addConversation(n);
    const path = new RegExp(`${sidOf(2)}/Participants`);
    const refusal = { status: 400, code: 50400, message: 'Invalid' };
    const stop = fake.fail({ method: 'DELETE', path }, refusal);
    expect(await move()).toEqual([
      { sid: sidOf(1), outcome: 'moved' },
      { sid: sidOf(2), outcome: 'failed', reason: 'Twilio answered 50400' },
      { sid: sidOf(3), outcome: 'moved' },
    ]);
    expect(fake.workers(sidOf(2))).toEqual([alice, bob]);

    stop();
    fake.calls = [];
    expect(await move()).toEqual([{ sid: sidOf(2), outcome: 'moved' }]);
    expect(writes()).toEqual(['DELETE a participant of 2']);
    expect([1, 2, 3].map((n) => fake.workers(sidOf(n)))).toEqual([[bob], [bob], [bob]]);
  });

  it('nobody leaves whose successor could not join', async () => {
    addConversation(1);
    fake.fail(post, { status: 400, code: 50400, message: 'Invalid' });
    expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'failed', reason: 'Twilio answered 50400' }]);
    expect(fake.workers(sidOf(1))).toEqual([alice]);
  });

  it('a conversation that was closed in the meantime is left', async () => {
    addConversation(1);
    fake.fail(post, { status: 400, code: 50377, message: 'Conversation is closed' });
    expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'closed' }]);
    expect(fake.workers(sidOf(1))).toEqual([alice]);
  });

  it('a worker who was there before joins again, although the answer is that nobody is', async () => {
    addConversation(1, 'active', [bob]);
    const before = fake.participants(sidOf(1)).find(({ identity }) => identity === bob);
    await client.conversations.v1.conversations(sidOf(1)).participants(String(before?.sid)).remove();
    fake.staleIdentities.add(bob);
    expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'moved' }]);
    expect(fake.workers(sidOf(1))).toEqual([bob]);
  });

  it('a worker whom routing has removed at the same time joins again', async () => {
    addConversation(1);
    afterRemoval = () => {
      afterRemoval = undefined;
      const joined = fake.participants(sidOf(1)).find(({ identity }) => identity === bob);
      fake.state.removeParticipant(sidOf(1), String(joined?.sid), { source: 'SDK', webhooks: false });
    };
    expect(await move()).toEqual([{ sid: sidOf(1), outcome: 'moved' }]);
    expect(fake.workers(sidOf(1))).toEqual([bob]);
  });

  it('credentials that are refused end it', async () => {
    addConversation(1);
    fake.credentials = { ...fake.credentials, authToken: 'another' };
    await expect(move()).rejects.toMatchObject({ code: 'credentials_refused' });
  });
});
