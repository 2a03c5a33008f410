import type { FrontlineAccess } from '../../simulator/twilio/frontline';
import { failure, useRestApi } from './rest-api';

const api = useRestApi();
const { conversations } = api;

describe('the account, by the unmodified SDK', () => {
  it('has services, and a conversation is the same below the default one', async () => {
    const v1 = api.client.conversations.v1;
    const [service] = await v1.services.list();
    const { sid } = await v1.services(service?.sid ?? '').conversations.create({ friendlyName: 'Ada' });
    expect((await conversations()(sid).fetch()).friendlyName).toBe('Ada');
    const made = await v1.services.create({ friendlyName: 'Second' });
    expect((await v1.services.list()).map((one) => one.sid)).toContain(made.sid);
  });

  it('has each conversation in one service, and the short path reaches only those of the default one', async () => {
    const v1 = api.client.conversations.v1;
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
      // Alice has become a user of the service when she joined.
      await own.users('alice').fetch(),
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

  it('loses a service with its conversations, participants, users, roles and webhooks', async () => {
    const v1 = api.client.conversations.v1;
    const { sid } = await v1.services.create({ friendlyName: 'Second' });
    const own = v1.services(sid);
    const people = { address: '+12125550101', proxyAddress: '+16465550190' };
    const made = await own.conversations.create({ friendlyName: 'Ada' });
    api.state.addParticipant(made.sid, people, { source: 'SMS', webhooks: true });
    await own.conversations(made.sid).participants.create({ identity: 'alice' });
    await own.roles.create({ friendlyName: 'Reader', type: 'service', permission: ['sendMessage'] });
    await own.configuration().update({ reachabilityEnabled: true });
    await own.configuration.webhooks().update({ filters: ['onMessageAdded'] });
    await own.configuration.notifications().update({ logEnabled: true });
    const kept = await conversations().create({ friendlyName: 'Bob' });

    await own.remove();
    expect(await failure(own.conversations(made.sid).fetch())).toEqual([404, 20404]);
    expect(api.state.conversations().map((one) => one.sid)).toEqual([kept.sid]);
    // The pair is free again.
    api.state.addParticipant(kept.sid, people, { source: 'SMS', webhooks: true });
    api.rest.account.services.put(sid, 'Second again');
    expect([
      await own.conversations.list(),
      await own.users.list(),
      (await own.roles.list()).filter(({ friendlyName }) => friendlyName === 'Reader'),
      (await own.configuration().fetch()).reachabilityEnabled,
      (await own.configuration.webhooks().fetch()).filters,
      (await own.configuration.notifications().fetch()).logEnabled,
    ]).toEqual([[], [], [], false, [], false]);
  });

  it('can have another service as the default one, also for what phones bring', async () => {
    const v1 = api.client.conversations.v1;
    const { sid } = await v1.services.create({ friendlyName: 'Second' });
    const { links } = await v1.configuration().update({ defaultChatServiceSid: sid });
    expect(links.service).toBe(`https://conversations.twilio.com/v1/Services/${sid}`);
    const made = await conversations().create({});
    expect(made.chatServiceSid).toBe(sid);
    expect((await conversations()(made.sid).fetch()).sid).toBe(made.sid);
    const inbound = api.state.createConversation({}, { source: 'SMS', webhooks: true });
    expect(inbound.chat_service_sid).toBe(sid);
    const unknown = `IS${'f'.repeat(32)}`;
    await expect(v1.configuration().update({ defaultChatServiceSid: unknown })).rejects.toMatchObject({
      ...{ status: 400, code: 20001, message: `There is no conversation service ${unknown}` },
    });
    expect((await v1.configuration().fetch()).defaultChatServiceSid).toBe(sid);
  });

  it('keeps its default service until another one takes its place', async () => {
    const v1 = api.client.conversations.v1;
    const { defaultChatServiceSid: first } = await v1.configuration().fetch();
    const { sid } = await v1.services.create({ friendlyName: 'Second' });
    await expect(v1.services(first).remove()).rejects.toMatchObject({
      status: 400,
      code: 20001,
      message: `${first} is the default conversation service, which cannot be deleted: name another DefaultChatServiceSid in /v1/Configuration first`,
    });
    expect((await v1.services.list()).map((one) => one.sid)).toEqual([first, sid]);
    await v1.configuration().update({ defaultChatServiceSid: sid });
    expect(await v1.services(first).remove()).toBe(true);
    expect((await v1.services.list()).map((one) => one.sid)).toEqual([sid]);
    expect(await v1.addressConfigurations.list()).toEqual([]);
  });

  it('has a configuration for each service', async () => {
    const [service] = await api.client.conversations.v1.services.list();
    const configuration = api.client.conversations.v1.services(service?.sid ?? '').configuration();
    expect((await configuration.update({ reachabilityEnabled: true })).reachabilityEnabled).toBe(true);
    expect((await configuration.fetch()).reachabilityEnabled).toBe(true);
  });

  it('has users, configuration and webhooks', async () => {
    const v1 = api.client.conversations.v1;
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
    const { addressConfigurations } = api.client.conversations.v1;
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
    const changed = await api.client.conversations.v1
      .addressConfigurations(made.sid)
      .update({ friendlyName: 'Main' });
    expect(changed).toMatchObject({ friendlyName: 'Main', autoCreation: { enabled: true } });
    expect(await addressConfigurations.list({ type: 'sms' })).toHaveLength(1);
    await api.client.conversations.v1.addressConfigurations(made.sid).remove();
    expect(await addressConfigurations.list()).toEqual([]);
  });

  it('has Frontline users with their availability', async () => {
    api.rest.frontline.putUser({ identity: 'alice@example.com', friendly_name: 'Alice' });
    const users = api.client.frontlineApi.v1.users;
    const alice = await users(encodeURIComponent('alice@example.com')).fetch();
    expect(alice).toMatchObject({ identity: 'alice@example.com', isAvailable: true, state: 'active' });
    expect((await users(alice.sid).update({ isAvailable: false })).isAvailable).toBe(false);
    expect(await failure(users('nobody').fetch())).toEqual([404, 20404]);
  });

  it.each<[FrontlineAccess, number, number]>([
    ['missing', 404, 20404],
    ['forbidden', 403, 20403],
  ])('may have no Frontline: its API is %s', async (frontline, status, code) => {
    api.rest.frontline.putUser({ identity: 'alice@example.com' });
    api.rest.frontline.access = frontline;
    const users = api.client.frontlineApi.v1.users;
    expect(await failure(users(encodeURIComponent('alice@example.com')).fetch())).toEqual([status, code]);
    expect(await conversations().list()).toEqual([]);
  });

  it('can answer 404 to re-adding an identity although it is done, until its user is deleted', async () => {
    const { sid } = await conversations().create({});
    const { participants } = conversations()(sid);
    const add = () => participants.create({ identity: 'alice' });
    const { sid: user } = await api.client.conversations.v1.users.create({ identity: 'alice' });
    api.state.staleIdentities.add('alice');
    await add();
    for (const error of [[404, 20404], undefined]) {
      await participants('alice').remove();
      expect(await failure(add())).toEqual(error);
      expect((await participants.list()).map(({ identity }) => identity)).toEqual(['alice']);
      if (error) await api.client.conversations.v1.users(user).remove();
    }
  });

  it('has conversations that are initializing for a while, in which REST changes nothing', async () => {
    const sms = { source: 'SMS', webhooks: true };
    const { sid } = api.state.createConversation({ initializing: { ms: 2_000 } }, sms);
    api.state.addParticipant(sid, { address: '+12125550101', proxyAddress: '+16465550190' }, sms);
    const add = () => conversations()(sid).participants.create({ identity: 'alice' });
    expect([(await conversations()(sid).fetch()).state, await failure(add())]).toEqual([
      'initializing',
      [409, 50386],
    ]);
    api.now = new Date(api.now.getTime() + 2_000);
    expect([(await conversations()(sid).fetch()).state, await failure(add())]).toEqual(['active', undefined]);
  });

  it('refuses wrong credentials, gives every request an id, and names what it does not simulate', async () => {
    expect(await failure(api.clientOf('wrong').conversations.v1.conversations.list())).toEqual([401, 20003]);
    expect(await failure(api.client.flexApi.v1.flexFlow.list())).toEqual([501, 20501]);
    await conversations().list();
    expect(api.requestIds.size).toBe(3);
    for (const id of api.requestIds) expect(id).toMatch(/^RQ[0-9a-f]{32}$/);
  });

  it('requires exactly one of address and identity for memberships', async () => {
    const memberships = api.client.conversations.v1.participantConversations;
    expect(await failure(memberships.list())).toEqual([400, 20001]);
    expect(await failure(memberships.list({ address: '+1', identity: 'a' }))).toEqual([400, 50451]);
    expect(await memberships.list({ identity: 'a' })).toEqual([]);
  });
});
