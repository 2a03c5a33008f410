import { spawn } from 'node:child_process';
import { once } from 'node:events';
import twilio from 'twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import type { GroupJoin } from '../../simulator/twilio/conversations/model';
import type { FrontlineAccess } from '../../simulator/twilio/frontline';
import { type RunningProxy, startProxy } from '../../simulator/twilio/http/proxy';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { TwilioOpenApi } from './openapi';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();

let now: Date;
let state: Conversations;
let rest: RestApi;
let problems: string[];
let requestIds: Set<string>;

/** The real SDK, whose requests stay in this process. */
function clientOf(token = authToken): twilio.Twilio {
  return twilio(accountSid, token, { httpClient: inProcess(rest) });
}

let client: twilio.Twilio;
beforeEach(() => {
  now = new Date('2026-01-01T00:00:00Z');
  state = new Conversations({ accountSid, authToken, now: () => now, changesPerSecond: 1_000 });
  rest = new RestApi(state);
  problems = [];
  requestIds = new Set();
  rest.onRequest(({ request, answer }) => {
    if (!answer) return;
    problems.push(...openApi.check(request, answer));
    requestIds.add(answer.headers['Twilio-Request-Id'] ?? 'none');
  });
  client = clientOf();
});
afterEach(() => expect(problems).toEqual([]));

const conversations = () => client.conversations.v1.conversations;
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (caught: { status: number; code: number; message: string }) => caught,
  );
  return error && [error.status, error.code];
};

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
    const memberships = await client.conversations.v1.participantConversations.list({
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
      400, 20001,
    ]);
    expect(await failure(participants.create({ identity: 'b', attributes: '{' }))).toEqual([400, 20001]);
    expect(await failure(participants.create({ identity: 'b'.repeat(257) }))).toEqual([400, 20001]);
    expect(await failure(participants.create({}))).toEqual([400, 50407]);
    expect(await failure(conversations()(sid).update({ attributes: json(16_385) }))).toEqual([400, 20001]);
    expect(await failure(conversations().create({ friendlyName: 'x'.repeat(257) }))).toEqual([400, 20001]);
    expect(await failure(messages.create({ body: 'x'.repeat(1_601) }))).toEqual([400, 20001]);
  });

  it('moves through its states by hand and by timers, and a closed one stays as it is', async () => {
    const { sid } = await conversations().create({ 'timers.inactive': 'PT1M', 'timers.closed': 'PT10M' });
    const stateOf = async (): Promise<string> => (await conversations()(sid).fetch()).state;
    now = new Date(now.getTime() + 59_000);
    expect(await stateOf()).toBe('active');
    now = new Date(now.getTime() + 2_000);
    expect(await stateOf()).toBe('inactive');
    await conversations()(sid).messages.create({ body: 'again' });
    expect(await stateOf()).toBe('active');
    now = new Date(now.getTime() + 601_000);
    expect(await stateOf()).toBe('closed');
    expect(await failure(conversations()(sid).messages.create({ body: 'x' }))).toEqual([400, 50377]);
    expect(await failure(conversations()(sid).update({ state: 'active' }))).toEqual([400, 50377]);
    expect(await failure(conversations().create({ 'timers.inactive': 'PT1S' }))).toEqual([400, 20001]);
    expect(await failure(conversations().create({ state: 'closed' }))).toEqual([400, 50384]);
  });

  it('accepts 30 changes a second and no more', async () => {
    state = new Conversations({ accountSid, authToken, now: () => now });
    rest = new RestApi(state);
    client = clientOf();
    const { sid } = await conversations().create({});
    for (let i = 0; i < 30; i++) await conversations()(sid).messages.create({ body: 'x' });
    expect(await failure(conversations()(sid).messages.create({ body: 'x' }))).toEqual([429, 20429]);
    now = new Date(now.getTime() + 1_000);
    await conversations()(sid).messages.create({ body: 'x' });
  });

  it('fires no webhooks unless the header asks for them', async () => {
    const origins: boolean[] = [];
    state.onChange((change) => {
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
    state.ownAddresses.add(ours).add('+16465550191');
  });

  it.each<[GroupJoin, unknown, unknown]>([
    ['update', [409, 50437], undefined],
    ['create', undefined, [400, 20001]],
    ['both', undefined, undefined],
  ])('with groupJoin %s a create gives %j, an update %j', async (groupJoin, created, updated) => {
    state.groupJoin = groupJoin;
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

describe('the account, by the unmodified SDK', () => {
  it('has services, and a conversation is the same below the default one', async () => {
    const v1 = client.conversations.v1;
    const [service] = await v1.services.list();
    const { sid } = await v1.services(service?.sid ?? '').conversations.create({ friendlyName: 'Ada' });
    expect((await conversations()(sid).fetch()).friendlyName).toBe('Ada');
    const made = await v1.services.create({ friendlyName: 'Second' });
    expect((await v1.services.list()).map((one) => one.sid)).toContain(made.sid);
  });

  it('has each conversation in one service, and the short path reaches only those of the default one', async () => {
    const v1 = client.conversations.v1;
    const own = v1.services((await v1.services.create({ friendlyName: 'Second' })).sid);
    const made = await own.conversations.create({ uniqueName: 'ada' });
    const { sid, chatServiceSid } = made;
    expect([chatServiceSid, made.url]).toEqual([
      (await own.fetch()).sid,
      `https://conversations.twilio.com/v1/Services/${chatServiceSid}/Conversations/${sid}`,
    ]);
    const worker = await own.conversations('ada').participants.create({ identity: 'alice' });
    expect(worker).toMatchObject({ chatServiceSid, conversationSid: sid });
    await own.conversations(sid).participants(worker.sid).update({ attributes: '{"a":1}' });
    await own.conversations(sid).messages.create({ author: 'alice', body: 'Hi' });
    expect((await own.conversations(sid).messages.list()).map(({ body }) => body)).toEqual(['Hi']);
    expect((await own.conversations(sid).participants.list({ pageSize: 1 })).map((one) => one.sid)).toEqual([
      worker.sid,
    ]);
    expect(
      (await own.participantConversations.list({ identity: 'alice' })).map((one) => one.conversationSid),
    ).toEqual([sid]);
    const users = [
      await own.users.create({ identity: 'alice' }),
      await v1.users.create({ identity: 'alice' }),
    ];
    expect(new Set(users.map((user) => user.chatServiceSid)).size).toBe(2);

    // The same unique name is free in the default service.
    expect((await conversations().create({ uniqueName: 'ada' })).chatServiceSid).not.toBe(chatServiceSid);
    for (const work of [
      conversations()(sid).fetch(),
      conversations()(sid).participants.list(),
      conversations()(sid).participants.create({ identity: 'bob' }),
      conversations()(sid).messages.create({ body: 'x' }),
      conversations()(sid).remove(),
      own.conversations('odd').fetch(),
      v1.services(`IS${'f'.repeat(32)}`).conversations.list(),
    ])
      expect(await failure(work)).toEqual([404, 20404]);
    expect(await v1.participantConversations.list({ identity: 'alice' })).toEqual([]);
    expect((await conversations().list()).map((one) => one.sid)).not.toContain(sid);
    expect((await own.conversations.list()).map((one) => one.sid)).toEqual([sid]);
    expect(await own.conversations(sid).remove()).toBe(true);
  });

  it('can have another service as the default one', async () => {
    const v1 = client.conversations.v1;
    const { sid } = await v1.services.create({ friendlyName: 'Second' });
    await v1.configuration().update({ defaultChatServiceSid: sid });
    const made = await conversations().create({});
    expect(made.chatServiceSid).toBe(sid);
    expect((await conversations()(made.sid).fetch()).sid).toBe(made.sid);
  });

  it('has a configuration for each service', async () => {
    const [service] = await client.conversations.v1.services.list();
    const configuration = client.conversations.v1.services(service?.sid ?? '').configuration();
    expect((await configuration.update({ reachabilityEnabled: true })).reachabilityEnabled).toBe(true);
    expect((await configuration.fetch()).reachabilityEnabled).toBe(true);
  });

  it('has users, configuration and webhooks', async () => {
    const v1 = client.conversations.v1;
    const user = await v1.users.create({ identity: 'alice@example.com', friendlyName: 'Alice' });
    expect(await failure(v1.users.create({ identity: 'alice@example.com' }))).toEqual([409, 50201]);
    expect((await v1.users(user.sid).update({ friendlyName: 'A.' })).friendlyName).toBe('A.');
    expect(await v1.users.list()).toHaveLength(1);

    const configuration = await v1.configuration().update({ defaultInactiveTimer: 'PT5M' });
    expect(configuration.defaultInactiveTimer).toBe('PT5M');
    expect((await v1.configuration().fetch()).defaultInactiveTimer).toBe('PT5M');

    const url = 'https://example.com/callbacks/conversations';
    const filters = ['onConversationAdd', 'onParticipantAdded'];
    const webhooks = await v1.configuration
      .webhooks()
      .update({ preWebhookUrl: url, postWebhookUrl: url, filters });
    expect(webhooks).toMatchObject({ preWebhookUrl: url, postWebhookUrl: url, filters, method: 'POST' });
    expect((await v1.configuration.webhooks().fetch()).filters).toEqual(filters);
    const [service] = await v1.services.list();
    const ofService = v1.services(service?.sid ?? '').configuration.webhooks();
    expect((await ofService.update({ filters })).filters).toEqual(filters);
    expect((await ofService.fetch()).filters).toEqual(filters);
  });

  it('has address configurations', async () => {
    const { addressConfigurations } = client.conversations.v1;
    const made = await addressConfigurations.create({
      type: 'sms',
      address: '+16465550190',
      'autoCreation.enabled': true,
      'autoCreation.type': 'webhook',
    });
    expect(made.autoCreation).toMatchObject({ enabled: true, type: 'webhook' });
    expect(await failure(addressConfigurations.create({ type: 'sms', address: '+16465550190' }))).toEqual([
      409, 50355,
    ]);
    const changed = await client.conversations.v1
      .addressConfigurations(made.sid)
      .update({ friendlyName: 'Main' });
    expect(changed).toMatchObject({ friendlyName: 'Main', autoCreation: { enabled: true } });
    expect(await addressConfigurations.list({ type: 'sms' })).toHaveLength(1);
    await client.conversations.v1.addressConfigurations(made.sid).remove();
    expect(await addressConfigurations.list()).toEqual([]);
  });

  it('has Frontline users with their availability', async () => {
    rest.frontline.putUser({ identity: 'alice@example.com', friendly_name: 'Alice' });
    const users = client.frontlineApi.v1.users;
    const alice = await users(encodeURIComponent('alice@example.com')).fetch();
    expect(alice).toMatchObject({ identity: 'alice@example.com', isAvailable: true, state: 'active' });
    expect((await users(alice.sid).update({ isAvailable: false })).isAvailable).toBe(false);
    expect(await failure(users('nobody').fetch())).toEqual([404, 20404]);
  });

  it.each<[FrontlineAccess, number, number]>([
    ['missing', 404, 20404],
    ['forbidden', 403, 20403],
  ])('may have no Frontline: its API is %s', async (frontline, status, code) => {
    rest.frontline.putUser({ identity: 'alice@example.com' });
    rest.frontline.access = frontline;
    const users = client.frontlineApi.v1.users;
    expect(await failure(users(encodeURIComponent('alice@example.com')).fetch())).toEqual([status, code]);
    expect(await conversations().list()).toEqual([]);
  });

  it('can answer 404 to re-adding an identity although it is done, until its user is deleted', async () => {
    const { sid } = await conversations().create({});
    const { participants } = conversations()(sid);
    const add = () => participants.create({ identity: 'alice' });
    const { sid: user } = await client.conversations.v1.users.create({ identity: 'alice' });
    state.staleIdentities.add('alice');
    await add();
    for (const error of [[404, 20404], undefined]) {
      await participants('alice').remove();
      expect(await failure(add())).toEqual(error);
      expect((await participants.list()).map(({ identity }) => identity)).toEqual(['alice']);
      if (error) await client.conversations.v1.users(user).remove();
    }
  });

  it('has conversations that are initializing for a while, in which REST changes nothing', async () => {
    const sms = { source: 'SMS', webhooks: true };
    const { sid } = state.createConversation({ initializing: { ms: 2_000 } }, sms);
    state.addParticipant(sid, { address: '+12125550101', proxyAddress: '+16465550190' }, sms);
    const add = () => conversations()(sid).participants.create({ identity: 'alice' });
    expect([(await conversations()(sid).fetch()).state, await failure(add())]).toEqual([
      'initializing',
      [409, 50386],
    ]);
    now = new Date(now.getTime() + 2_000);
    expect([(await conversations()(sid).fetch()).state, await failure(add())]).toEqual(['active', undefined]);
  });

  it('refuses wrong credentials, gives every request an id, and names what it does not simulate', async () => {
    expect(await failure(clientOf('wrong').conversations.v1.conversations.list())).toEqual([401, 20003]);
    expect(await failure(client.conversations.v1.roles.list())).toEqual([501, 20501]);
    await conversations().list();
    expect(requestIds.size).toBe(3);
    for (const id of requestIds) expect(id).toMatch(/^RQ[0-9a-f]{32}$/);
  });

  it('requires exactly one of address and identity for memberships', async () => {
    const memberships = client.conversations.v1.participantConversations;
    expect(await failure(memberships.list())).toEqual([400, 20001]);
    expect(await failure(memberships.list({ address: '+1', identity: 'a' }))).toEqual([400, 20001]);
    expect(await memberships.list({ identity: 'a' })).toEqual([]);
  });
});

describe('the proxy', () => {
  let proxy: RunningProxy;
  beforeEach(async () => {
    proxy = await startProxy(rest, { port: 0 });
  });
  afterEach(() => proxy.close());

  /** Runs a script in a process of its own, where the SDK finds the proxy by two variables. */
  async function run(script: string): Promise<string> {
    const { PATH = '' } = process.env;
    const env = { PATH, HTTP_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: proxy.caFile };
    const child = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    await once(child, 'close');
    return output.trim();
  }
  const sdk = `const client = require('twilio')('${accountSid}', '${authToken}', { timeout: 1000 });`;

  it('lets the SDK of another process reach the local Twilio, and nothing else', async () => {
    const output = await run(`${sdk}
      client.conversations.v1.conversations.create({ friendlyName: 'Åda + 1' })
        .then((one) => client.conversations.v1.conversations(one.sid).fetch())
        .then((one) => console.log(one.friendlyName));`);
    expect(output).toBe('Åda + 1');
    expect(state.conversations()).toHaveLength(1);
    expect(proxy.escapes).toEqual([]);
    const elsewhere = await run(`
      require('axios').get('https://example.com', { proxy: false, httpsAgent: require('https-proxy-agent')(process.env.HTTP_PROXY) })
        .catch((error) => console.log('refused'));`);
    expect(elsewhere).toContain('refused');
    expect(proxy.escapes).toEqual(['example.com:443']);
  });

  it('passes faults on to the SDK', async () => {
    const list = `${sdk}
      client.conversations.v1.conversations.list()
        .then((all) => console.log('got', all.length), (error) => console.log(error.status ?? error.code));`;
    rest.setFaults({ rest: '429', restTimes: 1 });
    expect(await run(list)).toBe('429');
    expect(await run(list)).toBe('got 0');
    rest.fail({ path: '/v1/Conversations' }, { reset: true }, 1);
    expect(await run(list)).toBe('ECONNRESET');
    rest.setFaults({ rest: 'hang', restTimes: 1 });
    expect(await run(list)).toBe('ECONNABORTED');
    const create = list.replace('.list()', '.create({})').replace('all.length', "'one'");
    rest.fail({ method: 'POST' }, { status: 500, code: 20500, after: true }, 1);
    expect(await run(create)).toBe('500');
    expect(state.conversations()).toHaveLength(1);
  });
});

describe("the check against Twilio's description", () => {
  const request = {
    method: 'POST',
    host: 'conversations.twilio.com',
    path: '/v1/Conversations',
    query: {},
    form: { FriendlyName: 'x' },
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
  };

  it('finds an unknown parameter, a missing field, an unknown one and a wrong type', async () => {
    const answer = await rest.handle(request);
    expect(openApi.check(request, answer)).toEqual([]);
    const { sid: _sid, ...body } = answer.body as Record<string, unknown>;
    const wrong = { ...answer, body: { ...body, friendly_name: 5, extra: 1 } };
    const found = openApi.check({ ...request, form: { FriendlyNam: 'x', State: 'odd' } }, wrong);
    expect(
      found.map((problem) => problem.replace('POST conversations.twilio.com/v1/Conversations: ', '')),
    ).toEqual([
      'form parameter FriendlyNam is unknown',
      'State  must be equal to one of the allowed values',
      '/friendly_name must be string',
      '.sid is missing',
      '.extra is unknown',
    ]);
    expect(openApi.check({ ...request, path: '/v1/Nothing' }, answer)).toHaveLength(1);
  });
});
