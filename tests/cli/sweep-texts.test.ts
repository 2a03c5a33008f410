import { explainStop } from '../../cli/sweep/explain-stop';
import { formatSweep } from '../../cli/sweep/format-sweep';
import type { SweepResult } from '../../cli/sweep/run-sweep';
import { Misconfigured, TwilioUnavailable } from '../../lib/errors';
import { SweptAccount, sidOf } from '../lib/sweep/swept-account';

describe('what a sweep prints', () => {
  const nothing: SweepResult = {
    ok: true,
    dryRun: false,
    resumed: false,
    checked: 0,
    conversations: [],
    skipped: {},
    finished: [],
  };
  const [hour, minute] = [3_600_000, 60_000];
  const print = (result: Partial<SweepResult>): string[] =>
    formatSweep({ ...nothing, ...result }).split('\n');

  it('has a line for each conversation that is not skipped', () => {
    const common = { sid: sidOf(1), ageMs: 26 * hour, silentMs: 3 * minute };
    const worker = { worker: 'alice@example.com', rule: 'pool' };
    const times = 'created 1d ago, last message 3m ago';
    expect(
      print({
        checked: 6,
        conversations: [
          { ...common, outcome: 'would_route', ...worker, why: 'no_worker' },
          { ...common, outcome: 'routed', ...worker, why: 'worker_deactivated' },
          { ...common, outcome: 'would_close' },
          { ...common, outcome: 'closed' },
          { ...common, outcome: 'unrouted', reason: 'no_worker_available' },
          { sid: sidOf(1), ageMs: hour, outcome: 'failed', reason: 'twilio_unavailable' },
        ],
      }),
    ).toEqual([
      `${sidOf(1)} would go to alice@example.com (rule: pool); ${times}`,
      `${sidOf(1)} routed to alice@example.com (rule: pool); its worker is deactivated, ${times}`,
      `${sidOf(1)} would be closed; ${times}`,
      `${sidOf(1)} closed; ${times}`,
      `${sidOf(1)} left without a worker: no worker available; ${times}`,
      `${sidOf(1)} failed: twilio unavailable; created 1h ago`,
      '6 active conversations checked: 1 would be routed, 1 routed, 1 would be closed, 1 closed, 1 left without a worker, 1 failed',
    ]);
  });

  it('says why others are skipped, of one and of many', () => {
    const several = {
      has_worker: 40_020,
      flex_interaction: 2,
      studio_address: 2,
      waits_for_customer: 2,
      gone: 2,
    };
    expect(
      print({ checked: 40_030, skipped: { ...several, not_on_our_addresses: 2 }, unfinished: 1_500 }),
    ).toEqual([
      '40,030 active conversations checked: nothing to do (skipped: 40,020 already have a worker, 2 belong to Flex, 2 belong to a Studio flow, 2 wait for the customer, 2 were deleted meanwhile, 2 are not with a customer on your addresses)',
      '1,500 unfinished outbound starts',
    ]);
    const one = { has_worker: 1, flex_interaction: 1, studio_address: 1, waits_for_customer: 1, gone: 1 };
    expect(print({ checked: 1, skipped: { ...one, not_on_our_addresses: 1 } })).toEqual([
      '1 active conversation checked: nothing to do (skipped: 1 already has a worker, 1 belongs to Flex, 1 belongs to a Studio flow, 1 waits for the customer, 1 was deleted meanwhile, 1 is not with a customer on your addresses)',
    ]);
  });
});

describe('a sweep that stops', () => {
  const explain = async (work: Promise<unknown>): Promise<string> =>
    (explainStop(await work.catch((error: unknown) => error)) as Error).message;
  const goesOn = 'Run it again later: it goes on where it stopped.';

  it.each([
    [
      'the list of conversations',
      '/v1/Conversations',
      /^After \d+ attempts, Twilio answered 500 \(20500\) to "list conversations"\./,
    ],
    [
      'every conversation',
      '/v1/Conversations/*/Participants',
      /^Twilio answered 500 \(20500\) to "list participants"\./,
    ],
  ])('says what Twilio answered to %s', async (_title, path, answer) => {
    const account = new SweptAccount();
    for (let n = 0; n < 20; n++) account.addInbound(n);
    account.twilio.fail({ method: 'GET', path }, { status: 500, code: 20_500 });
    const text = await explain(account.sweep());
    expect([text.replace(answer, '')]).toEqual([` ${goesOn}`]);
  });

  it('quotes the message that Twilio gives', () => {
    const cause = Object.assign(new Error('Internal server error'), { status: 500, code: 20_500 });
    expect(
      (explainStop(new TwilioUnavailable({ request: 'list users', attempts: 2 }, cause)) as Error).message,
    ).toBe(`After 2 attempts, Twilio answered 500 (20500 Internal server error) to "list users". ${goesOn}`);
  });

  it('says that Twilio could not be reached only where no answer came', async () => {
    const account = new SweptAccount();
    account.beforeRequest = () => {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    };
    expect(await explain(account.sweep())).toBe(
      `Twilio could not be reached in time (ECONNRESET: no whole answer came). ${goesOn}`,
    );
  });

  it('names what is wrong in the data', () => {
    const where = { file: 'assets/routing.private.json', field: 'flex.workspaceSid', fix: 'correct it' };
    expect((explainStop(new Misconfigured('no_such_workspace', where)) as Error).message).toBe(
      `no_such_workspace: flex.workspaceSid in assets/routing.private.json: correct it. ${goesOn}`,
    );
    expect(explainStop(where)).toBe(where);
  });
});
