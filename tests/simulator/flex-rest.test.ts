import twilio from 'twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { TwilioOpenApi } from './openapi';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();
const template = `HX${'1'.repeat(32)}`;

let state: Conversations;
let rest: RestApi;
let client: twilio.Twilio;
let problems: string[];
beforeEach(() => {
  state = new Conversations({ accountSid, authToken, changesPerSecond: 1_000 });
  rest = new RestApi(state);
  rest.flex.setupMs = 0;
  rest.taskRouter.putWorker('alice@example.com');
  rest.content.put({
    sid: template,
    friendlyName: 'opener',
    language: 'en',
    text: 'Hello {{1}}',
    variables: { 1: 'you' },
    whatsApp: 'approved',
  });
  problems = [];
  rest.onRequest(({ request, answer }) => {
    if (answer) problems.push(...openApi.check(request, answer));
  });
  client = twilio(accountSid, authToken, { httpClient: inProcess(rest) });
});
afterEach(() => expect(problems).toEqual([]));

const failure = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (caught: { status: number; code: number }) => caught,
  );
  return error && [error.status, error.code];
};
const routing = (more: object = {}): { properties: object } => {
  const { workspaceSid, workflowSid, queueSid } = rest.taskRouter.workspace;
  return {
    properties: {
      workspace_sid: workspaceSid,
      workflow_sid: workflowSid,
      queue_sid: queueSid,
      worker_sid: rest.taskRouter.workerNamed('alice@example.com').sid,
      task_channel_unique_name: 'sms',
      attributes: { customerName: 'Ada', tag: 'x' },
      ...more,
    },
  };
};
const sms = {
  type: 'sms',
  initiated_by: 'agent',
  participants: [{ address: '+12125550101', proxy_address: '+16465550190' }],
};

describe('an interaction, by the unmodified SDK', () => {
  it('is accepted, set up with customer, agent and task, and closed with all of them', async () => {
    const interaction = await client.flexApi.v1.interaction.create({ channel: sms, routing: routing() });
    const { properties } = interaction.routing as { properties: { sid: string; attributes: string } };
    const attributes = JSON.parse(properties.attributes) as Record<string, string>;
    const { sid: channelSid } = interaction.channel as { sid: string };
    expect(attributes).toMatchObject({
      customerName: 'Ada',
      channelType: 'sms',
      flexInteractionSid: interaction.sid,
      flexInteractionChannelSid: channelSid,
    });
    const [channel] = await client.flexApi.v1.interaction(interaction.sid).channels.list();
    expect(channel).toMatchObject({ sid: channelSid, type: 'sms', status: 'active', errorCode: null });
    const conversationSid = attributes.conversationSid ?? '';
    expect(state.participants(conversationSid).map((one) => one.identity ?? one.messaging_binding)).toEqual([
      { type: 'sms', address: '+12125550101', proxy_address: '+16465550190' },
      'alice_40example_2Ecom',
    ]);
    const { workspaceSid } = rest.taskRouter.workspace;
    const tasks = client.taskrouter.v1.workspaces(workspaceSid).tasks;
    expect(await tasks.list({ evaluateTaskAttributes: 'tag == "x"' })).toMatchObject([
      { sid: properties.sid, assignmentStatus: 'assigned' },
    ]);
    expect(await tasks.list({ evaluateTaskAttributes: 'tag == "y"' })).toEqual([]);
    expect(
      (await client.flexApi.v1.interaction(interaction.sid).channels(channelSid).invites.list()).length,
    ).toBe(1);

    const closed = await client.flexApi.v1
      .interaction(interaction.sid)
      .channels(channelSid)
      .update({ status: 'closed', routing: { status: 'closed' } });
    expect(closed.status).toBe('closed');
    expect(state.conversation(conversationSid).state).toBe('closed');
    expect((await tasks(properties.sid).fetch()).assignmentStatus).toBe('completed');
  });

  it('fails in its channel where the two have an open conversation', async () => {
    await client.flexApi.v1.interaction.create({ channel: sms, routing: routing() });
    const second = await client.flexApi.v1.interaction.create({ channel: sms, routing: routing() });
    const [channel] = await client.flexApi.v1.interaction(second.sid).channels.list();
    expect(channel).toMatchObject({ status: 'failed', errorCode: 50416 });
    expect(rest.taskRouter.tasks().map((task) => task.assignment_status)).toEqual(['assigned', 'canceled']);
    expect(state.conversations().filter((one) => one.state !== 'closed')).toHaveLength(1);
  });

  it.each([
    ['a channel that is no more', { ...sms, type: 'gbm' }, {}],
    ['no participant', { ...sms, participants: [] }, {}],
    ['a number without its prefix', { ...sms, type: 'whatsapp' }, {}],
    [
      'an e-mail without sender',
      { ...sms, type: 'email', participants: [{ level: 'to', address: 'a@b.c' }] },
      {},
    ],
    ['a workflow that is not there', sms, { workflow_sid: `WW${'9'.repeat(32)}` }],
    ['no queue', sms, { queue_sid: undefined }],
  ])('is refused with %s', async (_title, channel, properties) => {
    const created = client.flexApi.v1.interaction.create({ channel, routing: routing(properties) });
    expect(await failure(created)).toEqual([400, 20001]);
    expect(state.conversations()).toEqual([]);
  });

  it('finds workers by name and by SID', async () => {
    const { workers } = client.taskrouter.v1.workspaces(rest.taskRouter.workspace.workspaceSid);
    const [alice] = await workers.list({ friendlyName: 'alice@example.com' });
    expect(JSON.parse(alice?.attributes ?? '')).toMatchObject({
      contact_uri: 'client:alice_40example_2Ecom',
    });
    expect((await workers(alice?.sid ?? '').fetch()).friendlyName).toBe('alice@example.com');
    expect(await workers.list({ friendlyName: 'nobody' })).toEqual([]);
    expect(await failure(workers(`WK${'9'.repeat(32)}`).fetch())).toEqual([404, 20404]);
  });
});

describe('a Sync document, by the unmodified SDK', () => {
  const documents = () => client.sync.v1.services('default').documents;

  it('is created once under its name, changed by its revision, and removed', async () => {
    const made = await documents().create({ uniqueName: 'a', data: { n: 1 }, ttl: 60 });
    expect(made).toMatchObject({ uniqueName: 'a', data: { n: 1 }, revision: '0' });
    expect(made.dateExpires.getTime()).toBeGreaterThan(Date.now());
    expect(await failure(documents().create({ uniqueName: 'a', data: {} }))).toEqual([409, 54301]);
    const changed = await documents()('a').update({ data: { n: 2 }, ifMatch: '0' });
    expect(changed).toMatchObject({ data: { n: 2 }, revision: '1' });
    expect(await failure(documents()('a').update({ data: {}, ifMatch: '0' }))).toEqual([412, 54103]);
    expect((await documents().list()).map(({ sid }) => sid)).toEqual([made.sid]);
    expect(await documents()('a').remove()).toBe(true);
    expect(await failure(documents()('a').fetch())).toEqual([404, 20404]);
  });

  it('is one of many that are listed page by page, each with its data', async () => {
    const numbers = Array.from({ length: 120 }, (_one, n) => n);
    for (const n of numbers) await documents().create({ uniqueName: `outbound-message-${n}`, data: { n } });
    let requests = 0;
    rest.onRequest(() => requests++);
    const listed = await documents().list({ pageSize: 50 });
    expect(listed.map(({ data }) => data)).toEqual(numbers.map((n) => ({ n })));
    expect(listed.map(({ uniqueName }) => uniqueName)).toEqual(numbers.map((n) => `outbound-message-${n}`));
    expect(requests).toBe(3);
    expect(await documents().list({ limit: 60, pageSize: 50 })).toHaveLength(60);
  });

  it('holds 16 KiB and no more', async () => {
    expect(await failure(documents().create({ data: { text: 'x'.repeat(17_000) } }))).toEqual([413, 54006]);
  });

  it('expires when its time is over', async () => {
    const { sid } = rest.sync.create('a', {}, 0.001);
    await new Promise((done) => setTimeout(done, 5));
    expect(await failure(documents()(sid).fetch())).toEqual([404, 20404]);
  });
});

describe('messages and templates, by the unmodified SDK', () => {
  it('are read from the log of what was received, by sender, receiver and time', async () => {
    const at = new Date('2026-01-02T00:00:00Z');
    rest.messageLog.add({ from: '+12125550101', to: '+16465550190', body: 'Hi', at });
    const list = (dateSentAfter: Date): Promise<unknown[]> =>
      client.messages.list({ from: '+12125550101', to: '+16465550190', dateSentAfter });
    expect(await list(new Date('2026-01-01T00:00:00Z'))).toMatchObject([
      { direction: 'inbound', dateSent: at },
    ]);
    expect(await list(new Date('2026-01-03T00:00:00Z'))).toEqual([]);
    expect(await client.messages.list({ from: '+12125550102' })).toEqual([]);
  });

  it('fill in a template, and are not delivered by WhatsApp without one', async () => {
    expect((await client.content.v1.contents(template).fetch()).variables).toEqual({ 1: 'you' });
    expect((await client.content.v1.contents(template).approvalFetch().fetch()).whatsapp).toMatchObject({
      status: 'approved',
    });
    const origin = { source: 'API', webhooks: false };
    const { sid } = state.createConversation({}, origin);
    state.addParticipant(
      sid,
      { address: 'whatsapp:+12125550101', proxyAddress: 'whatsapp:+16465550190' },
      origin,
    );
    const { messages } = client.conversations.v1.conversations(sid);
    const text = await messages.create({ author: 'alice', body: 'Hi' });
    expect(text.delivery).toMatchObject({ undelivered: 'all' });
    const good = await messages.create({
      author: 'alice',
      contentSid: template,
      contentVariables: '{"1":"Ada"}',
    });
    expect(good).toMatchObject({ body: 'Hello Ada', contentSid: template, delivery: null });
    expect(await failure(messages.create({ contentSid: `HX${'9'.repeat(32)}` }))).toEqual([404, 20404]);
    state.addMessage(
      sid,
      { author: 'whatsapp:+12125550101', body: 'Hello' },
      { source: 'WHATSAPP', webhooks: true },
    );
    expect((await messages.create({ author: 'alice', body: 'Hi' })).delivery).toBeNull();
  });
});

describe('a pair of addresses', () => {
  it('moves with the customer who writes to another of our addresses', () => {
    const origin = { source: 'API', webhooks: false };
    const { sid } = state.createConversation({}, origin);
    const address = '+12125550101';
    const participant = state.addParticipant(sid, { address, proxyAddress: '+16465550190' }, origin);
    state.updateParticipant(sid, participant.sid, { proxyAddress: '+16465550191' }, origin);
    expect(state.conversationOfPair(address, '+16465550190')).toBeUndefined();
    expect(state.conversationOfPair(address, '+16465550191')?.sid).toBe(sid);
    state.removeParticipant(sid, participant.sid, origin);
    expect(state.conversationOfPair(address, '+16465550191')).toBeUndefined();
  });
});

describe('a Flex token', () => {
  it('is valid only for its account and its time', () => {
    const { flexTokens: tokens } = rest;
    expect(tokens.validate(tokens.issue('alice@example.com'))).toMatchObject({
      valid: true,
      identity: 'alice_40example_2Ecom',
      realm_user_id: 'alice@example.com',
      roles: ['agent'],
    });
    expect(tokens.validate(tokens.issue('alice@example.com', { lifeMs: -1 })).valid).toBe(false);
    const other = tokens.issue('alice@example.com', { accountSid: `AC${'1'.repeat(32)}` });
    expect(tokens.validate(other).valid).toBe(false);
    expect(tokens.validate('x').valid).toBe(false);
  });
});
