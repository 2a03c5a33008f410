import { failure, useRestApi } from './rest-api';

const api = useRestApi();
const { conversations } = api;
const [ada, ours] = ['+12125550101', '+16465550190'];

type V1 = typeof api.client.conversations.v1;
type Service = ReturnType<V1['services']>;

/** The default service, and another one: the same resources lie below both. */
const services: [string, () => Promise<Service>][] = [
  ['the default service', async () => api.client.conversations.v1 as unknown as Service],
  [
    'another service',
    async () => {
      const { v1 } = api.client.conversations;
      return v1.services((await v1.services.create({ friendlyName: 'Second' })).sid);
    },
  ],
];

describe.each(services)('in %s, by the unmodified SDK', (_title, serviceOf) => {
  it('roles are made, changed, given and removed', async () => {
    const service = await serviceOf();
    const standard = await service.roles.list();
    expect(standard.map(({ friendlyName, type }) => [friendlyName, type])).toEqual([
      ['channel user', 'conversation'],
      ['guest', 'conversation'],
      ['channel admin', 'conversation'],
      ['service user', 'service'],
      ['service admin', 'service'],
    ]);
    const given = {
      friendlyName: 'Reader',
      type: 'conversation',
      permission: ['sendMessage', 'leaveConversation'],
    };
    const role = await service.roles.create(given as never);
    const { sid } = await service.conversations.create({});
    const { participants } = service.conversations(sid);
    expect(await participants.create({ identity: 'alice', roleSid: role.sid })).toMatchObject({
      roleSid: role.sid,
    });
    const changed = await service.roles(role.sid).update({ permission: ['sendMessage'] });
    expect([changed.friendlyName, changed.permissions]).toEqual(['Reader', ['sendMessage']]);
    expect(await service.roles(role.sid).remove()).toBe(true);
    expect(await failure(service.roles(role.sid).fetch())).toEqual([404, 20404]);
    expect(await failure(participants.create({ identity: 'bob', roleSid: role.sid }))).toEqual([400, 50109]);
  });

  it('a user’s conversations are listed, read, muted and left', async () => {
    const service = await serviceOf();
    const user = await service.users.create({ identity: 'alice' });
    const { sid } = await service.conversations.create({ friendlyName: 'Ada' });
    const other = await service.conversations.create({});
    await service.conversations(sid).participants.create({ identity: 'alice' });
    for (const body of ['one', 'two', 'three']) await service.conversations(sid).messages.create({ body });
    const own = service.users('alice').userConversations;
    const [listed] = await own.list();
    expect(listed).toMatchObject({ conversationSid: sid, userSid: user.sid, unreadMessagesCount: null });
    expect(await own(sid).update({ lastReadMessageIndex: 0, notificationLevel: 'muted' })).toMatchObject({
      unreadMessagesCount: 2,
      lastReadMessageIndex: 0,
      notificationLevel: 'muted',
    });
    expect(await own(sid).fetch()).toMatchObject({ friendlyName: 'Ada', notificationLevel: 'muted' });
    expect(await failure(own(other.sid).fetch())).toEqual([404, 20404]);
    expect(await own(sid).remove()).toBe(true);
    expect(await service.conversations(sid).participants.list()).toEqual([]);
  });

  it('a conversation is made with its participants', async () => {
    const service = await serviceOf();
    const participant = [
      JSON.stringify({ identity: 'alice', attributes: '{"a":1}' }),
      JSON.stringify({ messaging_binding: { address: ada, proxy_address: ours } }),
    ];
    const { sid } = await service.conversationWithParticipants.create({ friendlyName: 'Ada', participant });
    const people = await service.conversations(sid).participants.list();
    expect(
      people.map(({ identity, attributes, messagingBinding }) => [identity, attributes, messagingBinding]),
    ).toEqual([
      ['alice', '{"a":1}', null],
      [null, '{}', { type: 'sms', address: ada, proxy_address: ours }],
    ]);
    expect((await service.conversationWithParticipants.create({ friendlyName: 'Alone' })).friendlyName).toBe(
      'Alone',
    );
  });

  it('a receipt of a message that was not delivered is fetched', async () => {
    const service = await serviceOf();
    const { sid } = await service.conversations.create({});
    const whatsApp = [`whatsapp:${ada}`, `whatsapp:${ours}`];
    await service.conversations(sid).participants.create({
      'messagingBinding.address': whatsApp[0] ?? '',
      'messagingBinding.proxyAddress': whatsApp[1] ?? '',
    });
    const message = await service.conversations(sid).messages.create({ body: 'Too late' });
    const { deliveryReceipts } = service.conversations(sid).messages(message.sid);
    const [receipt] = await deliveryReceipts.list();
    expect(await deliveryReceipts(receipt?.sid ?? '').fetch()).toMatchObject({
      status: 'failed',
      errorCode: 63016,
    });
    expect(await failure(deliveryReceipts(`DY${'0'.repeat(32)}`).fetch())).toEqual([404, 20404]);
  });
});

describe('push notifications, by the unmodified SDK', () => {
  it('have credentials, whose keys are not answered', async () => {
    const { credentials } = api.client.conversations.v1;
    const made = await credentials.create({ type: 'fcm', friendlyName: 'One', secret: 'secret' });
    expect(made).toMatchObject({ type: 'fcm', friendlyName: 'One', sandbox: 'false' });
    const one = api.client.conversations.v1.credentials(made.sid);
    expect(await one.update({ sandbox: true })).toMatchObject({ friendlyName: 'One', sandbox: 'true' });
    expect((await credentials.list()).map(({ sid }) => sid)).toEqual([made.sid]);
    expect(await one.remove()).toBe(true);
    expect(await failure(one.fetch())).toEqual([404, 20404]);
  });

  it('have texts for each service, and no bindings', async () => {
    const [service] = await api.client.conversations.v1.services.list();
    const below = api.client.conversations.v1.services(service?.sid ?? '');
    const changed = await below.configuration.notifications().update({
      logEnabled: true,
      'newMessage.enabled': true,
      'newMessage.template': 'Hi',
      'newMessage.withMedia.enabled': true,
    });
    expect(changed.logEnabled).toBe(true);
    expect((await below.configuration.notifications().fetch()).newMessage).toEqual({
      enabled: true,
      template: 'Hi',
      sound: '',
      badge_count_enabled: false,
      with_media: { enabled: true, template: '' },
    });
    expect(await below.bindings.list({ bindingType: ['fcm'] })).toEqual([]);
    const binding = below.bindings(`BS${'0'.repeat(32)}`);
    for (const work of [binding.fetch(), binding.remove()]) expect(await failure(work)).toEqual([404, 20404]);
  });
});

describe('what a request gives is kept, by the unmodified SDK:', () => {
  it('the dates of what was imported', async () => {
    const [dateCreated, dateUpdated] = [new Date('2020-01-01T00:00:00Z'), new Date('2021-01-01T00:00:00Z')];
    const made = await conversations().create({ dateCreated, dateUpdated });
    expect(made).toMatchObject({ dateCreated, dateUpdated });
    const { messages, participants } = conversations()(made.sid);
    expect(await messages.create({ body: 'Hi', dateCreated, dateUpdated })).toMatchObject({
      dateCreated,
      dateUpdated,
    });
    expect(await participants.create({ identity: 'a', dateCreated, dateUpdated })).toMatchObject({
      dateCreated,
      dateUpdated,
    });
  });

  it('what a participant has read', async () => {
    const { sid } = await conversations().create({});
    await conversations()(sid).participants.create({ identity: 'alice' });
    const alice = conversations()(sid).participants('alice');
    const lastReadTimestamp = '2026-01-01T00:00:00Z';
    const read = { lastReadMessageIndex: 3, lastReadTimestamp };
    expect(await alice.update(read)).toMatchObject(read);
    expect(await alice.fetch()).toMatchObject(read);
  });

  it('the filters and the retries of autocreation', async () => {
    const { addressConfigurations } = api.client.conversations.v1;
    const made = await addressConfigurations.create({
      type: 'sms',
      address: ours,
      'autoCreation.enabled': true,
      'autoCreation.type': 'webhook',
      'autoCreation.webhookUrl': 'https://example.com/hook',
      'autoCreation.webhookFilters': ['onMessageAdded', 'onParticipantAdded'],
      'autoCreation.studioRetryCount': 2,
    });
    expect(made.autoCreation).toMatchObject({
      webhook_filters: ['onMessageAdded', 'onParticipantAdded'],
      studio_retry_count: 2,
    });
  });

  it('the context of an interaction, and only tasks that match every filter', async () => {
    const { workspaceSid, workflowSid, queueSid } = api.rest.taskRouter.workspace;
    const worker = api.rest.taskRouter.putWorker('alice');
    const interactionContextSid = `HQ${'1'.repeat(32)}`;
    const made = await api.client.flexApi.v1.interaction.create({
      channel: { type: 'sms', initiated_by: 'agent', participants: [{ address: ada, proxy_address: ours }] },
      routing: {
        properties: {
          workspace_sid: workspaceSid,
          workflow_sid: workflowSid,
          queue_sid: queueSid,
          worker_sid: worker.sid,
        },
      },
      interactionContextSid,
    });
    expect(made.interactionContextSid).toBe(interactionContextSid);
    const { tasks, workers } = api.client.taskrouter.v1.workspaces(workspaceSid);
    const count = async (filter: object) => (await tasks.list(filter)).length;
    const matching = {
      workflowSid,
      taskQueueSid: queueSid,
      routingTarget: worker.sid,
      priority: 0,
      workflowName: 'Assign to Anyone',
    };
    expect(await count(matching)).toBe(1);
    expect(await count({ assignmentStatus: ['canceled', 'pending'] })).toBe(1);
    for (const other of [
      { assignmentStatus: ['canceled'] },
      { workflowSid: `WW${'9'.repeat(32)}` },
      { taskQueueName: 'Nobody' },
      { routingTarget: 'nobody' },
      { priority: 5 },
    ])
      expect(await count({ ...matching, ...other })).toBe(0);
    expect(await workers.list({ available: 'false' })).toEqual([]);
    expect(await workers.list({ activityName: 'Available' })).toHaveLength(1);
    expect(await failure(tasks.list({ ordering: 'Priority:desc' }))).toEqual([501, 20501]);
    expect(await failure(tasks.list({ evaluateTaskAttributes: 'a > 5' }))).toEqual([501, 20501]);
  });
});
