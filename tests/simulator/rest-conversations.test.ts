import { Conversations } from '../../simulator/twilio/conversations/conversations';
import type { GroupJoin } from '../../simulator/twilio/conversations/model';
import { RestApi } from '../../simulator/twilio/rest-api';
import { accountSid, authToken, failure, useRestApi } from './rest-api';

const api = useRestApi();
const { conversations } = api;

describe('a conversation, by the unmodified SDK', () => {
  it('is created, changed, found by its unique name, listed and removed', async () => {
    const created = await conversations().create({
      friendlyName: 'Ada',
      uniqueName: 'ada',
      attributes: '{"a":1}',
    });
    expect(created).toMatchObject({
      friendlyName: 'Ada',
      uniqueName: 'ada',
      attributes: '{"a":1}',
      state: 'active',
    });
    expect(created.sid).toMatch(/^CH[0-9a-f]{32}$/);
    const updated = await conversations()(created.sid).update({ friendlyName: 'Ada L.' });
    expect(updated).toMatchObject({ friendlyName: 'Ada L.', attributes: '{"a":1}' });
    expect((await conversations()('ada').fetch()).sid).toBe(created.sid);
    expect(await failure(conversations().create({ uniqueName: 'ada' }))).toEqual([409, 50353]);
    expect((await conversations().list()).map(({ sid }) => sid)).toEqual([created.sid]);
    expect(await conversations()(created.sid).remove()).toBe(true);
    expect(await failure(conversations()(created.sid).fetch())).toEqual([404, 20404]);
  });

  it('has participants: customer and worker, the worker only once', async () => {
    const { sid } = await conversations().create({});
    const { participants } = conversations()(sid);
    const customer = await participants.create({
      'messagingBinding.address': '+12125550101',
      'messagingBinding.proxyAddress': '+16465550190',
    });
    expect(customer).toMatchObject({
      identity: null,
      messagingBinding: { type: 'sms', address: '+12125550101', proxy_address: '+16465550190' },
    });
    const worker = await participants.create({ identity: 'alice@example.com' });
    expect(await failure(participants.create({ identity: 'alice@example.com' }))).toEqual([409, 50433]);
    expect((await participants.list()).map((one) => one.sid)).toEqual([customer.sid, worker.sid]);
    expect((await conversations()(sid).participants('alice@example.com').fetch()).sid).toBe(worker.sid);
    const changed = await conversations()(sid).participants(customer.sid).update({ attributes: '{"x":"y"}' });
    expect(changed.attributes).toBe('{"x":"y"}');
    expect(await conversations()(sid).participants(worker.sid).remove()).toBe(true);
    expect(await failure(conversations()(sid).participants(worker.sid).fetch())).toEqual([404, 20404]);
  });

  it('holds a pair of addresses until it is closed', async () => {
    const pair = {
      'messagingBinding.address': '+12125550101',
      'messagingBinding.proxyAddress': '+16465550190',
    };
    const first = await conversations().create({});
    const second = await conversations().create({});
    await conversations()(first.sid).participants.create(pair);
    const refused = conversations()(second.sid).participants.create(pair);
    await expect(refused).rejects.toMatchObject({
      status: 409,
      code: 50416,
      message: expect.stringMatching(new RegExp(`${first.sid}$`)),
    });
    await conversations()(first.sid).update({ state: 'inactive' });
    expect(await failure(conversations()(second.sid).participants.create(pair))).toEqual([409, 50416]);
    await conversations()(first.sid).update({ state: 'closed' });
    await conversations()(second.sid).participants.create(pair);
    const memberships = await api.client.conversations.v1.participantConversations.list({
      address: '+12125550101',
    });
    expect(memberships.map((one) => [one.conversationSid, one.conversationState])).toEqual([
      [first.sid, 'closed'],
      [second.sid, 'active'],
    ]);
  });

  it('lists its messages in order, page by page', async () => {
    const { sid } = await conversations().create({});
    for (let i = 0; i < 7; i++) await conversations()(sid).messages.create({ author: 'a', body: `m${i}` });
    const { messages } = conversations()(sid);
    expect((await messages.list({ pageSize: 2 })).map(({ body }) => body)).toEqual([
      'm0',
      'm1',
      'm2',
      'm3',
      'm4',
      'm5',
      'm6',
    ]);
    expect((await messages.list({ order: 'desc', limit: 2, pageSize: 2 })).map(({ index }) => index)).toEqual(
      [6, 5],
    );
    const page = await messages.page({ pageSize: 3 });
    const next = await page.nextPage();
    expect(next?.instances.map(({ body }) => body)).toEqual(['m3', 'm4', 'm5']);
    const [first] = await messages.list({ limit: 1 });
    const changed = await conversations()(sid)
      .messages(first?.sid ?? '')
      .update({ body: 'new' });
    expect(changed.body).toBe('new');
    await conversations()(sid)
      .messages(first?.sid ?? '')
      .remove();
    expect(await messages.list()).toHaveLength(6);
  });

  it('refuses what is over the limits', async () => {
    const { sid } = await conversations().create({});
    const { participants, messages } = conversations()(sid);
    const json = (bytes: number): string => JSON.stringify({ x: 'x'.repeat(bytes - 8) });
    await participants.create({ identity: 'a', attributes: json(4_096) });
    expect(await failure(participants.create({ identity: 'b', attributes: json(4_097) }))).toEqual([
      400, 50303,
    ]);
    expect(await failure(participants.create({ identity: 'b', attributes: '{' }))).toEqual([400, 50304]);
    expect(await failure(participants.create({ identity: 'b'.repeat(257) }))).toEqual([400, 50207]);
    expect(await failure(participants.create({}))).toEqual([400, 50407]);
    expect(await failure(conversations()(sid).update({ attributes: json(16_385) }))).toEqual([400, 50303]);
    expect(await failure(conversations().create({ friendlyName: 'x'.repeat(257) }))).toEqual([400, 50003]);
    expect(await failure(messages.create({ body: 'x'.repeat(32 * 1024) }))).toBeUndefined();
    expect(await failure(messages.create({ body: 'x'.repeat(32 * 1024 + 1) }))).toEqual([400, 50504]);
    await participants.create({
      'messagingBinding.address': '+12125550101',
      'messagingBinding.proxyAddress': '+16465550190',
    });
    expect(await failure(messages.create({ body: 'x'.repeat(1_600) }))).toBeUndefined();
    expect(await failure(messages.create({ body: 'x'.repeat(1_601) }))).toEqual([400, 50504]);
  });

  it('moves through its states by hand and by timers, and a closed one stays as it is', async () => {
    const { sid } = await conversations().create({ 'timers.inactive': 'PT1M', 'timers.closed': 'PT10M' });
    const stateOf = async (): Promise<string> => (await conversations()(sid).fetch()).state;
    api.now = new Date(api.now.getTime() + 59_000);
    expect(await stateOf()).toBe('active');
    api.now = new Date(api.now.getTime() + 2_000);
    expect(await stateOf()).toBe('inactive');
    await conversations()(sid).messages.create({ body: 'again' });
    expect(await stateOf()).toBe('active');
    api.now = new Date(api.now.getTime() + 601_000);
    expect(await stateOf()).toBe('closed');
    expect(await failure(conversations()(sid).messages.create({ body: 'x' }))).toEqual([400, 50377]);
    expect(await failure(conversations()(sid).update({ state: 'active' }))).toEqual([400, 50377]);
    expect(await failure(conversations().create({ 'timers.inactive': 'PT1S' }))).toEqual([400, 50375]);
    expect(await failure(conversations().create({ state: 'closed' }))).toEqual([400, 50384]);
  });

  it('accepts 30 changes a second and no more', async () => {
    api.state = new Conversations({ accountSid, authToken, now: () => api.now });
    api.rest = new RestApi(api.state);
    api.client = api.clientOf();
    const { sid } = await conversations().create({});
    for (let i = 0; i < 30; i++) await conversations()(sid).messages.create({ body: 'x' });
    expect(await failure(conversations()(sid).messages.create({ body: 'x' }))).toEqual([429, 20429]);
    api.now = new Date(api.now.getTime() + 1_000);
    await conversations()(sid).messages.create({ body: 'x' });
  });

  it('fires no webhooks unless the header asks for them', async () => {
    const origins: boolean[] = [];
    api.state.onChange((change) => {
      if (change.type === 'participantAdded') origins.push(change.origin.webhooks);
    });
    const { sid } = await conversations().create({});
    await conversations()(sid).participants.create({ identity: 'a' });
    await conversations()(sid).participants.create({ identity: 'b', xTwilioWebhookEnabled: 'true' });
    expect(origins).toEqual([false, true]);
  });
});

describe('a group MMS, by the unmodified SDK', () => {
  const ours = '+16465550190';
  const people = ['+12125550101', '+12125550102'];
  let participants: ReturnType<ReturnType<typeof conversations>>['participants'];
  let projected: string;
  const join = (identity: string, given: object = { 'messagingBinding.projectedAddress': ours }) =>
    participants.create({ identity, ...given });

  /** What Twilio has made by the time it asks for a worker. */
  beforeEach(async () => {
    const { sid } = await conversations().create({});
    participants = conversations()(sid).participants;
    for (const address of people) await participants.create({ 'messagingBinding.address': address });
    projected = (await participants.create({ 'messagingBinding.projectedAddress': ours })).sid;
    api.state.ownAddresses.add(ours).add('+16465550191');
  });

  it.each<[GroupJoin, unknown, unknown]>([
    ['update', [409, 50437], undefined],
    ['create', undefined, [400, 50444]],
    ['both', undefined, undefined],
  ])('with groupJoin %s a create gives %j, an update %j', async (groupJoin, created, updated) => {
    api.state.groupJoin = groupJoin;
    expect(await failure(join('alice'))).toEqual(created);
    expect(await failure(participants(projected).update({ identity: 'bob' }))).toEqual(updated);
    expect((await participants.list()).map((one) => [one.identity, one.messagingBinding])).toEqual([
      ...people.map((address) => [null, { type: 'sms', address }]),
      [updated ? null : 'bob', { type: 'sms', projected_address: ours }],
      ...(created ? [] : [['alice', { type: 'sms', projected_address: ours }]]),
    ]);
  });

  it.each<[string, () => Promise<unknown>, unknown]>([
    ['a worker without a projected address', () => join('alice', {}), [400, 50434]],
    [
      'somebody who is in it',
      () => participants.create({ 'messagingBinding.address': '+12125550101' }),
      [409, 50437],
    ],
    [
      'our number once more',
      () => participants.create({ 'messagingBinding.projectedAddress': ours }),
      [409, 50437],
    ],
    ['our number as a person', () => participants.create({ 'messagingBinding.address': ours }), [400, 50407]],
    [
      'another number of ours as a person',
      () => participants.create({ 'messagingBinding.address': '+16465550191' }),
      [400, 50407],
    ],
    ['an identity twice', () => join('alice').then(() => join('alice')), [409, 50437]],
    [
      'an identity twice, by update',
      () => join('alice').then(() => participants(projected).update({ identity: 'alice' })),
      [409, 50437],
    ],
  ])('refuses %s', async (_title, work, error) => {
    expect(await failure(work())).toEqual(error);
  });
});
