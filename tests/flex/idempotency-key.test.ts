import { sms } from './outbound-start';
import { apiKey, sids, VirtualFlex } from './virtual-flex';

describe('the same idempotencyKey', () => {
  const keyed = { ...sms, idempotencyKey: 'order-7' };

  it('from a server may be the header Idempotency-Key, which must not differ from the field', async () => {
    const flex = new VirtualFlex();
    const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': 'order-7' };
    const server = { ...sms, worker: 'alice@example.com' };
    const first = await flex.call(server, headers);
    expect(await flex.asServer(keyed)).toMatchObject({
      status: 201,
      body: first.body,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(await flex.call({ ...server, idempotencyKey: 'other' }, headers)).toMatchObject({
      status: 400,
      body: { message: 'idempotencyKey must be the same as the header idempotency-key' },
    });
  });

  it.each([
    ['number is written differently', { to: '+1 (212) 555-0101' }, 201],
    ['worker is named by SID', { worker: `WK${'1'.padStart(32, '0')}` }, 201],
    ['customer is named by id', { to: undefined, customerId: '1001' }, 201],
    ['text differs', { body: 'Something else' }, 422],
  ])('of a request whose %s is answered %s', async (_title, change, status) => {
    const flex = new VirtualFlex();
    await flex.asServer(keyed);
    expect(await flex.asServer({ ...keyed, ...change })).toMatchObject({ status });
    expect(flex.messages()).toHaveLength(1);
  });

  it('of an e-mail does not depend on how addresses and attributes are written', async () => {
    const flex = new VirtualFlex();
    flex.routing.flex.taskAttributes = ['orderId', 'team'];
    const email = { channel: 'email', body: 'Hello', subject: 'Hi', idempotencyKey: 'k' };
    const first = {
      ...email,
      to: 'ada@example.com',
      cc: ['a@example.com', 'b@example.com'],
      taskAttributes: { orderId: '1', team: 'x' },
    };
    const same = {
      ...email,
      to: 'Ada@Example.com',
      cc: ['B@example.com', 'a@example.com'],
      taskAttributes: { team: 'x', orderId: '1' },
    };
    const { body } = await flex.asServer(first);
    expect(await flex.asServer(same)).toMatchObject({ status: 201, body });
    expect(await flex.asServer({ ...same, cc: ['a@example.com'] })).toMatchObject({ status: 422 });
  });

  it('is replayed after asking Sync alone', async () => {
    const flex = new VirtualFlex();
    await flex.asServer(keyed);
    const before = flex.requests.length;
    await flex.asServer(keyed);
    expect(flex.requests.slice(before).map(({ method, host }) => `${method} ${host}`)).toEqual([
      'GET sync.twilio.com',
    ]);
  });

  it('gives the same interaction and one message, and says so', async () => {
    const flex = new VirtualFlex();
    const first = await flex.asAgent(keyed);
    const again = await flex.asAgent(keyed);
    expect(again).toMatchObject({
      status: 201,
      body: first.body,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect(flex.messages()).toHaveLength(1);
    expect(flex.rest.flex.interactions()).toHaveLength(1);
  });

  it('is kept for a day, under a name that says nothing', async () => {
    const flex = new VirtualFlex();
    await flex.asAgent(keyed);
    const [document] = flex.rest.sync.documents();
    expect(document?.unique_name).toMatch(/^outbound-message-[0-9a-f]{40}$/);
    expect(Math.round((Date.parse(document?.date_expires ?? '') - Date.now()) / 3_600_000)).toBe(24);
    expect(JSON.stringify(document)).not.toMatch(/order-7|2125550101|Hello|alice/);
  });

  it('for another request is refused: 422', async () => {
    const flex = new VirtualFlex();
    await flex.asAgent(keyed);
    expect(await flex.asAgent({ ...keyed, body: 'Something else' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(flex.messages()).toHaveLength(1);
  });

  it('of another agent, or of a server, is another key', async () => {
    const flex = new VirtualFlex();
    await flex.asAgent({ ...keyed, to: '+12125550141' });
    expect(await flex.asAgent({ ...keyed, to: '+12125550142' }, 'bob@example.com')).toMatchObject({
      status: 201,
    });
    expect(await flex.asServer({ ...keyed, to: '+12125550143' })).toMatchObject({ status: 201 });
  });

  it('may be used again after a refusal', async () => {
    const flex = new VirtualFlex();
    const first = await flex.asAgent(sms);
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 409, body: { code: 'conversation_open' } });
    const sid = first.body.conversationSid as string;
    flex.state.updateConversation(sid, { state: 'closed' }, { source: 'API', webhooks: false });
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 201 });
  });

  it('while the request is being carried out is answered 409 when that takes too long', async () => {
    const flex = new VirtualFlex();
    flex.never({ path: '/v1/Interactions' });
    void flex.asAgent(keyed);
    await flex.reached('/v1/Interactions');
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 409, body: { code: 'in_progress' } });
    expect(flex.clock).toBeLessThan(9_300);
  });

  it.each([
    ['creating the interaction', '/v1/Interactions', 'nothing'],
    ['sending the message', '/Messages', 'an interaction'],
  ])('after an instance that died while %s goes on with what there is', async (_title, path, left) => {
    const flex = new VirtualFlex();
    flex.never({ method: 'POST', path: new RegExp(`${path}$`) });
    void flex.asAgent(keyed);
    await flex.reached(path);
    const before = flex.rest.flex.interactions().map(({ sid }) => sid);
    expect(before).toHaveLength(left === 'nothing' ? 0 : 1);
    flex.clock = 20_000;
    // What was asked of Twilio may still come.
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 503, body: { code: 'in_doubt' } });
    flex.clock = 40_000;
    const answer = await flex.asAgent(keyed);
    expect(answer.status).toBe(201);
    expect(flex.rest.flex.interactions().map(({ sid }) => sid)).toEqual([answer.body.interactionSid]);
    if (before.length > 0) expect(before).toEqual([answer.body.interactionSid]);
    expect(flex.messages()).toHaveLength(1);
  });

  it('after an instance that died with everything done sends nothing again', async () => {
    const flex = new VirtualFlex();
    flex.rest.onRequest(({ request: { method, path } }) => {
      const isSent = method === 'POST' && path.endsWith('/Messages');
      if (isSent) flex.never({ method: 'POST', path: /Documents\/outbound/ });
    });
    void flex.asAgent(keyed);
    while (flex.messages().length === 0) await new Promise(setImmediate);
    flex.clock = 20_000;
    const answer = await flex.asAgent(keyed);
    expect(answer).toMatchObject({ status: 201, body: sids });
    expect(flex.messages().map(({ sid }) => sid)).toEqual([answer.body.messageSid]);
  });

  it('after an instance that died begins anew where the channel that it left has failed', async () => {
    const flex = new VirtualFlex();
    flex.never({ method: 'POST', path: /Messages$/ });
    void flex.asAgent(keyed);
    await flex.reached('/Messages');
    for (const one of flex.rest.flex.interactions()) one.channel.status = 'failed';
    flex.clock = 20_000;
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 503, body: { code: 'in_doubt' } });
    flex.clock = 40_000;
    const answer = await flex.asAgent(keyed);
    expect(answer.status).toBe(201);
    expect(flex.openConversations()).toEqual([answer.body.conversationSid]);
    expect(flex.messages()).toHaveLength(1);
  });

  it('is not taken over with too little time to see it through', async () => {
    const flex = new VirtualFlex();
    flex.never({ path: '/v1/Interactions' });
    void flex.asAgent(keyed);
    await flex.reached('/v1/Interactions');
    // The lease of the instance that died expires six seconds after this one begins.
    flex.clock = 9_000;
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 409, body: { code: 'in_progress' } });
    flex.clock = 60_000;
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 201 });
    expect(flex.messages()).toHaveLength(1);
  });

  it('asks for a store: without Sync nothing is done', async () => {
    const flex = new VirtualFlex();
    flex.fail({ host: 'sync.twilio.com' }, { status: 404, code: 20404 });
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 502, body: { code: 'twilio_refused' } });
    expect(flex.openConversations()).toEqual([]);
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });
});
