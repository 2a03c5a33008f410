import type { ActionResult } from '../../simulator/api';
import { isRequestNamed, requestTargets } from '../../simulator/fault-targets';
import { flexFailureScenarios } from '../../simulator/scenarios/flex-failures';
import { scenarios } from '../../simulator/scenarios/list';
import type { RestRequest } from '../../simulator/twilio/http/request';
import { useLocal, webhooks } from './local-over-http';

const { running, api, workersOf } = useLocal();

describe('every scenario', () => {
  // Those of `flexFailureScenarios` end otherwise: see `flex-failures.test.ts`.
  const requested: RestRequest[] = [];
  beforeAll(() => {
    running.local.rest.onRequest(({ request }) => requested.push(request));
  });
  const others = flexFailureScenarios.map(({ name }) => name);
  it.each(scenarios.map(({ name }) => name).filter((name) => !others.includes(name)))(
    '%s ends as expected: one worker, no message lost',
    async (name) => {
      const before = running.local.parts.settings.current;
      const result = await api<ActionResult>('POST', `/api/scenarios/${name}`);
      expect(result.failures).toEqual([]);
      expect(result.ok).toBe(true);
      expect(workersOf(result.conversationSid)).toHaveLength(1);
      expect(running.conversation(result.conversationSid ?? '').messages).toHaveLength(1);
      expect(running.local.parts.settings.current).toEqual(before);
    },
  );

  it('makes no REST request for which no fault can be chosen from the list', () => {
    const unnamed = requested.filter((one) => !requestTargets.some((name) => isRequestNamed(name, one)));
    expect(requested.length).toBeGreaterThan(0);
    expect([...new Set(unnamed.map(({ method, path }) => `${method} ${path}`))]).toEqual([]);
  });

  it('fails when what it breaks does not break, or when something else does', async () => {
    const webhooks = [{ kind: 'error', on: 'onParticipantAdded', status: 502 }];
    await api('PATCH', '/api/settings', { routingMode: 'none', faults: { webhooks } });
    const { ok, failures } = await api<ActionResult>('POST', '/api/scenarios/twilio-hang');
    const faults = { webhooks: [] };
    await api('PATCH', '/api/settings', { routingMode: 'custom', faults });
    expect([ok, failures]).toEqual([
      false,
      [
        'onParticipantAdded: expected status 200, got 502',
        'this should have failed, and has not: onConversationRoute: expected status 200, got 503',
      ],
    ]);
  });

  it.each(['update', 'create'] as const)(
    'group-mms ends as expected where a worker joins by %s alone, and brackets are around our number',
    async (groupJoin) => {
      running.local.state.groupJoin = groupJoin;
      running.local.variants.brackets = true;
      const result = await api<ActionResult>('POST', '/api/scenarios/group-mms');
      running.local.state.groupJoin = 'both';
      running.local.variants.brackets = false;
      expect(result.failures).toEqual([]);
      expect(workersOf(result.conversationSid)).toHaveLength(1);
    },
  );

  it('twilio-hang breaks the contract of routing, as it promises, and in time', async () => {
    const { ok, entries } = await api<ActionResult>('POST', '/api/scenarios/twilio-hang');
    expect(ok).toBe(true);
    const routed = webhooks(entries).find(({ name }) => name === 'onConversationRoute');
    expect(routed).toMatchObject({ status: 503, errorCode: 48010, state: 'failed' });
    expect(routed?.ms).toBeLessThan(10_000);
  });
});

describe('an inbound message', () => {
  it('is on the timeline: fields, answer, time, REST calls, and the decision with its reason', async () => {
    const { entries, conversationSid } = await api<ActionResult>('POST', '/api/inbound', {
      from: '+12125550102',
      body: 'Hi',
    });
    const [add, participant, route] = webhooks(entries);
    expect(add).toMatchObject({
      name: 'onConversationAdd',
      status: 200,
      limitMs: 5_000,
      problems: [],
      outcome: 'The conversation is created with these values.',
      fields: {
        EventType: 'onConversationAdd',
        'MessagingBinding.Address': '+12125550102',
        MessageBody: 'Hi',
      },
      decision: { customer: 'known' },
    });
    expect(participant).toMatchObject({
      name: 'onParticipantAdded',
      status: 200,
      decision: { participant: 'customer' },
    });
    expect(route).toMatchObject({
      name: 'onConversationRoute',
      outcome: 'Alice Adams is in the conversation.',
      decision: {
        rule: 'customer_worker',
        passedOver: [{ rule: 'customer_entry', why: 'no entry for this customer' }],
      },
    });
    const calls = entries.flatMap((entry) =>
      entry.kind === 'rest' ? [[entry.during, entry.method, entry.status]] : [],
    );
    expect(calls.filter(([during]) => during === participant?.id)).toEqual([
      [participant?.id, 'GET', 200],
      [participant?.id, 'POST', 200],
      // Whether anybody replaced the attributes meanwhile.
      [participant?.id, 'GET', 200],
    ]);
    expect(calls.filter(([during]) => during === route?.id)).toEqual([
      [route?.id, 'GET', 200],
      [route?.id, 'POST', 201],
      // Whether another delivery added somebody too.
      [route?.id, 'GET', 200],
    ]);
    const conversation = running.conversation(conversationSid ?? '');
    expect(conversation).toMatchObject({ friendlyName: 'John Fox', state: 'active' });
    expect(conversation.participants[0]?.attributes).toEqual({
      customer_id: '1002',
      display_name: 'John Fox',
      avatar: 'https://example.com/avatars/1002.png',
    });
  });

  it('goes into the open conversation, which is not routed again', async () => {
    const first = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'one' });
    const second = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'two' });
    expect(second.conversationSid).toBe(first.conversationSid);
    expect(webhooks(second.entries)).toEqual([]);
    await api('POST', `/api/conversations/${first.conversationSid}`, { state: 'closed' });
    const third = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'three' });
    expect(third.conversationSid).not.toBe(first.conversationSid);
  });

  it.each([
    ['pool', 1],
    ['none', 0],
  ])('with routing mode %s reaches %d workers, without our routing callback', async (routingMode, count) => {
    await api('PATCH', '/api/settings', { routingMode });
    const { entries, conversationSid } = await api<ActionResult>('POST', '/api/inbound', {
      from: '+12125550102',
      body: 'Hi',
    });
    await api('PATCH', '/api/settings', { routingMode: 'custom' });
    // The worker whom Twilio picks is a participant too.
    expect(webhooks(entries).map(({ name }) => name)).toEqual([
      'onConversationAdd',
      ...Array.from({ length: 1 + count }, () => 'onParticipantAdded'),
    ]);
    expect(workersOf(conversationSid)).toHaveLength(count);
  });

  it('is never lost or routed twice: three hundred from thirty customers make one conversation each', async () => {
    const senders = Array.from({ length: 30 }, (_, i) => `+1917556${String(i).padStart(4, '0')}`);
    const sent = senders.flatMap((from) =>
      Array.from({ length: 10 }, (_, i) => ({ from, body: `message ${i}` })),
    );
    const results = await Promise.all(sent.map((message) => running.local.actions.receiveInbound(message)));
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    const all = running.local.state.conversations().map(({ sid }) => running.conversation(sid));
    expect(all).toHaveLength(30);
    for (const conversation of all) {
      expect(conversation.messages.map(({ body }) => body).sort()).toEqual(
        Array.from({ length: 10 }, (_, i) => `message ${i}`),
      );
      expect(workersOf(conversation.sid)).toHaveLength(1);
    }
    const routed = webhooks(running.local.timeline.entries()).filter(
      ({ name }) => name === 'onConversationRoute',
    );
    expect(new Set(routed.map(({ conversationSid }) => conversationSid)).size).toBe(routed.length);
  }, 120_000);
});
