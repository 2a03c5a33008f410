import { addressKey } from '../../../lib/address';
import { routing } from '../../support/data';
import { day, ours, poolData, SweptAccount, sidOf } from './swept-account';

const mark = (rank = 0) => JSON.stringify({ added_by_routing: { rank, rule: 'pool' } });

describe('a sweep', () => {
  it('gives a conversation without a worker the one whom live routing would have chosen', async () => {
    const account = new SweptAccount();
    const sid = account.addInbound(1);
    const twin = new SweptAccount();
    twin.addInbound(1);
    await twin.routeLive(1);
    const [worker] = twin.twilio.workers(sid);
    expect(await account.outcomes()).toEqual({
      [sid]: { outcome: 'routed', why: 'no_worker', worker, rule: 'pool' },
    });
    expect(account.twilio.workers(sid)).toEqual([worker]);
    const [added] = account.twilio.participants(sid).filter(({ identity }) => identity === worker);
    expect(JSON.parse(added?.attributes ?? '')).toEqual({ added_by_routing: { rank: 0, rule: 'pool' } });
  });

  it('finds nothing to do when it is repeated', async () => {
    const account = new SweptAccount();
    const sid = account.addInbound(1);
    await account.sweep();
    const before = account.twilio.writes.length;
    expect(await account.outcomes()).toEqual({ [sid]: { outcome: 'skipped', reason: 'has_worker' } });
    expect(account.twilio.writes).toHaveLength(before);
  });

  it('leaves what is not inbound, not ours, or not without a worker', async () => {
    const account = new SweptAccount();
    const { twilio } = account;
    const expected: Record<string, object> = {};
    const expectSkipped = (sid: string, reason: string): void => {
      expected[sid] = { outcome: 'skipped', reason };
    };
    expectSkipped(account.addInbound(1, [{ identity: 'alice' }]), 'has_worker');
    // A Frontline user whom the data does not list.
    expectSkipped(account.addInbound(2, [{ identity: 'dave' }]), 'has_worker');
    const foreign = sidOf(3);
    twilio.addConversation({ sid: foreign }, [{ address: '+12125550103', proxyAddress: '+16465550199' }]);
    account.write(foreign, '+12125550103');
    expectSkipped(foreign, 'not_on_our_addresses');
    const chat = sidOf(4);
    twilio.addConversation({ sid: chat }, [{ identity: 'a-chat-customer' }]);
    account.write(chat, 'a-chat-customer');
    expectSkipped(chat, 'not_on_our_addresses');
    const outgoing = sidOf(5);
    twilio.addConversation({ sid: outgoing }, [{ address: '+12125550105', proxyAddress: ours }]);
    expectSkipped(outgoing, 'waits_for_customer');
    const answered = account.addInbound(6);
    account.write(answered, 'bob');
    expectSkipped(answered, 'waits_for_customer');
    const attributes = JSON.stringify({ flexInteractionSid: `KD${'1'.repeat(32)}` });
    expectSkipped(account.addInbound(7, [], { attributes }), 'flex_interaction');
    const inactive = account.addInbound(8);
    twilio.state.updateConversation(inactive, { state: 'inactive' }, { source: 'SDK', webhooks: false });
    expect(await account.outcomes()).toEqual(expected);
    expect(twilio.writes).toEqual([]);
  });

  it('routes what a bot or an automatic reply has answered', async () => {
    const account = new SweptAccount();
    const sid = account.addInbound(1, [{ identity: 'a-bot' }]);
    account.write(sid, 'a-bot');
    account.write(sid, ours);
    account.write(sid, 'system');
    expect(await account.outcomes()).toMatchObject({ [sid]: { outcome: 'routed' } });
    expect(account.twilio.workers(sid)).toEqual(['a-bot', expect.stringMatching(/^(alice|bob|carol)$/)]);
  });

  it('leaves what a Flex task names', async () => {
    const account = new SweptAccount();
    const { taskRouter } = account.twilio.rest;
    const worker = taskRouter.putWorker('alice');
    account.data = {
      ...account.data,
      flex: { ...account.data.flex, workspaceSid: taskRouter.workspace.workspaceSid },
    };
    const sid = account.addInbound(1);
    const {
      workspaceSid: workspace_sid,
      workflowSid: workflow_sid,
      queueSid: queue_sid,
    } = taskRouter.workspace;
    const properties = { workspace_sid, workflow_sid, queue_sid, worker_sid: worker.sid };
    taskRouter.createTask(properties, { conversationSid: sid }, worker);
    expect(await account.outcomes()).toEqual({ [sid]: { outcome: 'skipped', reason: 'flex_interaction' } });
  });

  it('leaves what was written to an address that Studio answers, as those of Flex are', async () => {
    const account = new SweptAccount();
    account.twilio.rest.account.addresses.create({
      Type: 'sms',
      Address: ours,
      'AutoCreation.Enabled': 'true',
      'AutoCreation.Type': 'studio',
      'AutoCreation.StudioFlowSid': `FW${'1'.repeat(32)}`,
    });
    const sid = account.addInbound(1);
    expect(await account.outcomes()).toEqual({ [sid]: { outcome: 'skipped', reason: 'studio_address' } });
  });

  it('routes a group MMS: its worker gets the participant of our number', async () => {
    const account = new SweptAccount();
    const sid = sidOf(1);
    account.twilio.addConversation({ sid }, [
      { address: '+12125550101' },
      { address: '+12125550102' },
      { projectedAddress: ours },
    ]);
    account.write(sid, '+12125550102');
    expect(await account.outcomes()).toMatchObject({ [sid]: { outcome: 'routed', rule: 'pool' } });
    expect(account.twilio.participants(sid)).toHaveLength(3);
    expect(account.twilio.workers(sid)).toHaveLength(1);
  });

  it('says why nobody can take a conversation', async () => {
    const account = new SweptAccount(poolData({ respectAvailability: true }));
    for (const identity of ['alice', 'bob', 'carol'])
      account.twilio.addUser({ identity, isAvailable: false });
    const sid = account.addInbound(1);
    expect(await account.outcomes()).toEqual({
      [sid]: { outcome: 'unrouted', why: 'no_worker', reason: 'nobody_available' },
    });
  });

  it('says so in a dry run, too, and who would get the others', async () => {
    const account = new SweptAccount(poolData({ respectAvailability: true }));
    for (const identity of ['alice', 'bob', 'carol'])
      account.twilio.addUser({ identity, isAvailable: identity === 'carol' });
    const sid = account.addInbound(1);
    expect(await account.outcomes({ dryRun: true })).toEqual({
      [sid]: { outcome: 'would_route', why: 'no_worker', worker: 'carol', rule: 'pool' },
    });
    account.twilio.addUser({ identity: 'carol', isAvailable: false });
    const nobody = { outcome: 'unrouted', why: 'no_worker', reason: 'nobody_available' };
    expect(await account.outcomes({ dryRun: true })).toEqual({ [sid]: nobody });
    account.data = poolData({ pool: [] });
    const none = { outcome: 'unrouted', why: 'no_worker', reason: 'no_candidate' };
    expect(await account.outcomes({ dryRun: true })).toEqual({ [sid]: none });
    expect(account.twilio.writes).toEqual([]);
  });

  it('works in the conversation service of the data', async () => {
    const serviceSid = `IS${'7'.repeat(32)}`;
    const account = new SweptAccount({ ...poolData(), conversationServiceSid: serviceSid });
    const sid = account.addInbound(1, [], { chatServiceSid: serviceSid });
    account.addInbound(2);
    expect(Object.keys(await account.outcomes())).toEqual([sid]);
    expect(account.twilio.workers(sid)).toHaveLength(1);
  });
});

describe('a conversation whose worker is deactivated', () => {
  const deactivated = (): SweptAccount => {
    const account = new SweptAccount();
    account.twilio.addUser({ identity: 'alice', state: 'deactivated' });
    return account;
  };

  it('gets another worker in place of one whom routing added', async () => {
    const account = deactivated();
    const sid = account.addInbound(1, [{ identity: 'alice', attributes: mark() }]);
    expect(await account.outcomes()).toMatchObject({
      [sid]: { outcome: 'routed', why: 'worker_deactivated' },
    });
    expect(account.twilio.workers(sid)).toEqual([expect.stringMatching(/^(bob|carol)$/)]);
  });

  it('keeps a deactivated worker whom somebody else added, beside the new one', async () => {
    const account = deactivated();
    const sid = account.addInbound(1, [{ identity: 'alice' }]);
    await account.sweep();
    expect(account.twilio.workers(sid)).toEqual(['alice', expect.stringMatching(/^(bob|carol)$/)]);
    expect(await account.outcomes()).toEqual({ [sid]: { outcome: 'skipped', reason: 'has_worker' } });
  });

  it('is left alone while another worker is in it', async () => {
    const account = deactivated();
    const sid = account.addInbound(1, [{ identity: 'alice', attributes: mark() }, { identity: 'bob' }]);
    expect(await account.outcomes()).toEqual({ [sid]: { outcome: 'skipped', reason: 'has_worker' } });
  });

  it('is reported where our number in a group is the deactivated worker', async () => {
    const account = deactivated();
    const sid = sidOf(1);
    account.twilio.addConversation({ sid }, [
      { address: '+12125550101' },
      { address: '+12125550102' },
      { projectedAddress: ours, identity: 'alice', attributes: mark(-1) },
    ]);
    account.write(sid, '+12125550101');
    expect(await account.outcomes()).toEqual({
      [sid]: { outcome: 'unrouted', why: 'worker_deactivated', reason: 'our_number_is_the_workers' },
    });
    expect(account.twilio.writes).toEqual([]);
  });

  it('is one whose worker neither Frontline nor the data knows any more, if routing added that one', async () => {
    const account = new SweptAccount();
    const gone = account.addInbound(1, [{ identity: 'zoe', attributes: mark() }]);
    const listed = account.addInbound(2, [{ identity: 'yann', attributes: mark() }]);
    account.data = { ...account.data, workers: [...account.data.workers, { identity: 'yann' }] };
    expect(await account.outcomes()).toMatchObject({
      [gone]: { outcome: 'routed', why: 'worker_deactivated' },
      [listed]: { outcome: 'skipped', reason: 'has_worker' },
    });
    expect(account.twilio.workers(gone)).toEqual([expect.stringMatching(/^(alice|bob|carol)$/)]);
  });

  it('is, without Frontline, one whose worker the data no longer lists', async () => {
    const account = new SweptAccount(poolData({ on: 'onConversationAdded' }));
    account.twilio.frontline = 'missing';
    const sid = account.addInbound(1, [{ identity: 'zoe', attributes: mark() }]);
    expect(await account.outcomes()).toMatchObject({ [sid]: { outcome: 'routed' } });
    expect(account.twilio.workers(sid)).toEqual([expect.stringMatching(/^(alice|bob|carol)$/)]);
  });
});

describe('a sweep with a limit of age', () => {
  it('closes what nobody has written in for longer, and routes the rest', async () => {
    const account = new SweptAccount();
    const dead = account.addInbound(1);
    const alive = account.addInbound(2);
    account.date += 31 * day;
    account.write(alive, '+12125550002', 29);
    expect(await account.outcomes({ closeOlderThanMs: 30 * day, dryRun: true })).toEqual({
      [dead]: { outcome: 'would_close', why: 'no_worker' },
      [alive]: { outcome: 'would_route', why: 'no_worker', worker: expect.any(String), rule: 'pool' },
    });
    expect(account.twilio.writes).toEqual([]);
    const { swept } = await account.sweep({ closeOlderThanMs: 30 * day });
    expect(swept.map(({ sid, outcome }) => [sid, outcome])).toEqual([
      [dead, 'closed'],
      [alive, 'routed'],
      [alive, 'skipped'],
    ]);
    expect(swept[1]).toMatchObject({ ageMs: 31 * day, silentMs: 29 * day });
    expect(account.twilio.state.conversation(dead).state).toBe('closed');
  });

  it('closes all of them though closing moves the others to earlier pages', async () => {
    const account = new SweptAccount();
    for (let n = 0; n < 250; n++) account.addInbound(n);
    account.date += 31 * day;
    await account.sweep({ closeOlderThanMs: 30 * day });
    const states = account.twilio.state.conversations().map(({ state }) => state);
    expect(states.filter((state) => state !== 'closed')).toEqual([]);
  });
});

describe('a thousand conversations of which a hundred are unrouted', () => {
  const count = 1_000;
  const build = (): SweptAccount => {
    const account = new SweptAccount();
    for (let n = 0; n < count; n++) account.addInbound(n, n % 10 === 3 ? [] : [{ identity: 'dave' }]);
    return account;
  };
  const expectOneWorkerEach = (account: SweptAccount): void => {
    const others = Array.from({ length: count }, (_, n) => account.twilio.workers(sidOf(n))).filter(
      (workers) => workers.length !== 1,
    );
    expect(others).toEqual([]);
  };

  it('have one worker each after a sweep that was killed in the middle and run again', async () => {
    const account = build();
    const first = await account.sweep({}, { limit: 437 });
    expect(first.swept.filter(({ outcome }) => outcome === 'routed').length).toBeLessThan(60);
    const before = account.twilio.calls.length;
    const second = await account.sweep({}, { from: first.place ?? { handled: [] } });
    const routed = [...first.swept, ...second.swept].filter(({ outcome }) => outcome === 'routed');
    expect(routed).toHaveLength(100);
    expect(second.place).toBeUndefined();
    // It goes on where it was, and does not begin anew.
    expect(second.swept.length).toBeLessThan(count - 400);
    expect(account.twilio.calls.length).toBeGreaterThan(before);
    expectOneWorkerEach(account);
  });

  it('have one worker each after two sweeps and live routing at the same time', async () => {
    const account = build();
    // The other sweep has other data, so that the two would choose differently.
    const other = poolData({ pool: ['carol', 'alice'] });
    const mine = account.data;
    let turns = 0;
    account.beforeRequest = async () => {
      for (let pause = (turns++ * 7_919) % 5; pause > 0; pause--) await new Promise(setImmediate);
    };
    const sweeps = [account.sweep()];
    account.data = other;
    sweeps.push(account.sweep());
    const live = Array.from({ length: count }, (_, n) => n).filter((n) => n % 10 === 3);
    const deliver = async (): Promise<void> => {
      for (const n of live.reverse()) await account.routeLive(n);
    };
    const [first, second] = await Promise.all([...sweeps, deliver()]);
    account.data = mine;
    expectOneWorkerEach(account);
    const routed = [first, second].flatMap((sweep) =>
      sweep?.swept.filter(({ outcome }) => outcome === 'routed'),
    );
    expect(routed.length).toBeLessThanOrEqual(100);
  });
});

describe('two sweeps at the same time', () => {
  it('count each routed conversation once', async () => {
    const account = new SweptAccount();
    const sids = Array.from({ length: 20 }, (_, n) => account.addInbound(n));
    account.beforeRequest = () => new Promise((resolve) => setImmediate(resolve));
    const sweeps = await Promise.all([account.sweep(), account.sweep()]);
    const all = sweeps.flatMap(({ swept }) => swept);
    const routed = all.filter(({ outcome }) => outcome === 'routed').map(({ sid }) => sid);
    expect(routed.sort()).toEqual(sids);
    expect(all.filter(({ outcome }) => outcome === 'skipped')).toHaveLength(20);
  });
});

describe('our own addresses', () => {
  it('are compared in any form', async () => {
    const whatsapp = `whatsapp:${ours}`;
    const account = new SweptAccount(
      routing({
        workers: [{ identity: 'alice' }],
        ownAddresses: [addressKey(ours) ?? ''],
        routing: { defaultWorker: 'alice' },
      }),
    );
    const sid = sidOf(1);
    account.twilio.addConversation({ sid }, [{ address: 'whatsapp:+12125550101', proxyAddress: whatsapp }]);
    account.write(sid, 'whatsapp:+12125550101');
    expect(await account.outcomes()).toMatchObject({ [sid]: { outcome: 'routed', worker: 'alice' } });
  });
});
