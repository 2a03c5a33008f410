import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import twilio from 'twilio';
import type { ActionResult, FlexResult, Snapshot, TimelineEntry } from '../../simulator/api';
import { canConnect } from '../../simulator/functions-process';
import { localApiKey } from '../../simulator/local-twilio';
import { botIdentity } from '../../simulator/scenarios/context';
import { flexFailureScenarios } from '../../simulator/scenarios/flex-failures';
import { scenarios } from '../../simulator/scenarios/list';
import { ProjectCopy } from '../support/project-copy';
import { isRunning, processesOf } from '../support/started';
import { inProcess } from './in-process';
import { type RunningLocal, root, startLocal } from './local';
import { TwilioOpenApi } from './openapi';

const run = promisify(execFile);
const openApi = new TwilioOpenApi();
let running: RunningLocal;
let problems: string[];

beforeAll(async () => {
  running = await startLocal();
  running.local.rest.onRequest(({ request, answer, fault }) => {
    if (answer && !fault) problems.push(...openApi.check(request, answer));
  });
});
afterAll(() => running.stop());
beforeEach(() => {
  problems = [];
  running.local.reset();
});
// Everything that the functions asked of Twilio, and every answer, is as Twilio describes it.
afterEach(() => expect(problems).toEqual([]));

const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const response = await fetch(`${running.console}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
};
const webhooks = (entries: TimelineEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
const workersOf = (sid: string | undefined): (string | undefined)[] =>
  running
    .conversation(sid ?? '')
    .participants.flatMap(({ identity = botIdentity }) => (identity === botIdentity ? [] : [identity]));

describe('every scenario', () => {
  // Those of `flexFailureScenarios` end otherwise: see `flex-failures.test.ts`.
  const others = ['twilio-hang', ...flexFailureScenarios.map(({ name }) => name)];
  it.each(scenarios.map(({ name }) => name).filter((name) => !others.includes(name)))(
    '%s ends as expected: one worker, no message lost',
    async (name) => {
      const result = await api<ActionResult>('POST', `/api/scenarios/${name}`);
      expect(result.failures).toEqual([]);
      expect(result.ok).toBe(true);
      expect(workersOf(result.conversationSid)).toHaveLength(1);
      expect(running.conversation(result.conversationSid ?? '').messages).toHaveLength(1);
      expect(running.local.parts.settings.current).toEqual({
        routingMode: 'custom',
        deliverTwice: false,
        optOut: 'receipt',
        flex: { agentResponse: 'accept', channelFailsAfterMs: null, channelErrorCode: 20500 },
        faults: { rest: 'none', restTimes: null, badSignature: false },
      });
    },
  );

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

  it('twilio-hang breaks the contract of routing, in time, and keeps the message', async () => {
    const result = await api<ActionResult>('POST', '/api/scenarios/twilio-hang');
    expect(result.ok).toBe(false);
    expect(result.failures).toEqual(['onConversationRoute: status must be 200, is 503']);
    const routed = webhooks(result.entries).find(({ name }) => name === 'onConversationRoute');
    expect(routed).toMatchObject({ status: 503, errorCode: 48010, state: 'failed' });
    expect(routed?.ms).toBeLessThan(10_000);
    const conversation = running.conversation(result.conversationSid ?? '');
    expect(conversation.messages.map(({ body }) => body)).toEqual(['Anybody?']);
    expect(workersOf(conversation.sid)).toEqual([]);
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
      outcome: 'alice@example.com is in the conversation.',
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
    const all = running.local.snapshot().conversations;
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

describe('the configuration by REST', () => {
  const sdk = (): twilio.Twilio => {
    const { accountSid, authToken } = running.local.state;
    return twilio(accountSid, authToken, { httpClient: inProcess(running.local.rest) });
  };

  it('decides which webhooks are sent, and where to', async () => {
    const webhooks_ = sdk().conversations.v1.configuration.webhooks();
    const before = await webhooks_.fetch();
    expect(before).toMatchObject({
      filters: ['onConversationAdd', 'onParticipantAdded'],
      preWebhookUrl: `${running.functions}/callbacks/conversations`,
    });
    await webhooks_.update({
      filters: ['onParticipantAdded'],
      postWebhookUrl: 'https://example.com/elsewhere',
    });
    const { entries } = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'Hi' });
    await webhooks_.update({ filters: before.filters, postWebhookUrl: before.postWebhookUrl });
    const [participant, route] = webhooks(entries);
    expect(participant).toMatchObject({
      name: 'onParticipantAdded',
      url: 'https://example.com/elsewhere',
      body: 'https://example.com/elsewhere is not on this machine: nothing is sent there',
    });
    expect(route).toMatchObject({ name: 'onConversationRoute', status: 200 });
  });

  it('decides whether a message creates a conversation', async () => {
    const address = sdk().conversations.v1.addressConfigurations('+16465550190');
    await address.update({ 'autoCreation.enabled': false });
    const { conversationSid } = await api<ActionResult>('POST', '/api/inbound', {
      from: '+12125550102',
      body: 'Hi',
    });
    await address.update({ 'autoCreation.enabled': true });
    expect(conversationSid).toBeUndefined();
    expect(running.local.state.conversations()).toEqual([]);
  });

  it('sends the webhook of a participant added by REST only when the header asks for it', async () => {
    const { conversations } = sdk().conversations.v1;
    const { sid } = await conversations.create({});
    const customer = {
      'messagingBinding.address': '+12125550101',
      'messagingBinding.proxyAddress': '+16465550190',
    };
    await conversations(sid).participants.create({ identity: 'bob@example.com' });
    await conversations(sid).participants.create({ ...customer, xTwilioWebhookEnabled: 'true' });
    const told = (): number =>
      webhooks(running.local.timeline.entries()).filter((one) => one.status === 200).length;
    while (told() === 0) await new Promise((done) => setTimeout(done, 20));
    expect(webhooks(running.local.timeline.entries())).toHaveLength(1);
    const found = running.conversation(sid).participants.find(({ address }) => address === '+12125550101');
    expect(found?.attributes).toMatchObject({ customer_id: '1001' });
  });
});

describe('the console', () => {
  it('sends an edited webhook again, copies it as a signed curl, exports the timeline', async () => {
    const { entries } = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'Hi' });
    const [add] = webhooks(entries);
    const fields = {
      ...add?.fields,
      'MessagingBinding.Address': '+12125550101',
      'MessagingBinding.AuthorAddress': '',
    };
    const again = await api<ActionResult>('POST', '/api/resend', { id: add?.id, fields });
    expect(JSON.parse(webhooks(again.entries)[0]?.body ?? '')).toMatchObject({
      friendly_name: 'María Gómez',
    });

    const command = await (await fetch(`${running.console}/api/timeline/${add?.id}/curl`)).text();
    const { stdout } = await run('bash', ['-c', command.replace('curl', 'curl -s')]);
    expect(JSON.parse(stdout)).toMatchObject({ friendly_name: 'John Fox' });

    const exported = await fetch(`${running.console}/api/timeline?format=export`);
    expect(exported.headers.get('content-disposition')).toContain('timeline.json');
    expect(((await exported.json()) as TimelineEntry[]).length).toBeGreaterThan(5);
  });

  it('shows the app: customers with search and paging, a card, templates', async () => {
    const base = '/api/app/customers?worker=alice@example.com';
    const first = await api<{ customers: { display_name: string }[]; nextPageToken: string }>(
      'GET',
      `${base}&pageSize=2`,
    );
    expect(first.customers).toHaveLength(2);
    const next = await api<typeof first>(
      'GET',
      `${base}&pageSize=2&token=${encodeURIComponent(first.nextPageToken)}`,
    );
    expect(next.customers[0]?.display_name).not.toBe(first.customers[0]?.display_name);
    const found = await api<typeof first>('GET', `${base}&query=dubois`);
    expect(found.customers.map(({ display_name }) => display_name)).toEqual(['Amélie Dubois']);
    const card = await api<{ customer: object }>('GET', '/api/app/customers/1001?worker=alice@example.com');
    expect(card.customer).toMatchObject({ customer_id: '1001', display_name: 'María Gómez' });
    const templates = await api<{ categories: object[] }>(
      'GET',
      '/api/app/templates?worker=alice@example.com&customerId=1001',
    );
    expect(templates.categories).toHaveLength(3);
  });

  it('refuses what it cannot do, and says what is wrong', async () => {
    expect(await api('POST', '/api/inbound', { from: 'x', body: 'y' })).toMatchObject({
      message: '"x" is not a number in E.164 format, e.g. +12125550101',
    });
    expect(await api('POST', '/api/inbound', { body: 'y' })).toMatchObject({
      message: expect.stringContaining('from'),
    });
    expect(await api('POST', '/api/scenarios/odd')).toMatchObject({ code: 20404 });
    expect(await api('GET', '/api/nothing')).toMatchObject({
      message: expect.stringContaining('does not exist'),
    });
    const foreign = await fetch(`${running.console}/api/state`, {
      headers: { Origin: 'https://example.com' },
    });
    expect(foreign.status).toBe(403);
  });
});

describe('npm run simulate', () => {
  const simulate = (...args: string[]) => simulateWith({ FORCE_COLOR: '0' }, ...args);
  const simulateWith = async (
    colors: Record<string, string>,
    ...args: string[]
  ): Promise<{ code: number; output: string }> => {
    const { port } = new URL(running.console);
    const command = ['--import', 'tsx', 'cli/main.ts', 'simulate', ...args];
    const env = { ...process.env, SIMULATOR_PORT: port, ...colors };
    return run(process.execPath, command, { cwd: root, env }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        output: error.stdout + error.stderr,
      }),
    );
  };

  it('prints the timeline of an inbound message as lines, or as JSON', async () => {
    const lines = await simulate(
      'inbound',
      '--from',
      '+12125550103',
      '--channel',
      'whatsapp',
      '--body',
      'Hi',
    );
    expect(lines.code).toBe(0);
    expect(lines.output).toMatch(/✓ onConversationRoute → 200 \d+ of 10000 ms[\s\S]*rule customer_worker/);
    const json = await simulate('outgoing', '--worker', 'alice@example.com', '--customer', '1001', '--json');
    expect(JSON.parse(json.output)).toMatchObject({ ok: true, failures: [] });
  });

  it('exits with 1 when an answer breaks the contract, and with 2 on wrong usage', async () => {
    const failing = await simulate('scenario', 'twilio-hang');
    expect([failing.code, failing.output]).toEqual([
      1,
      expect.stringContaining('status must be 200, is 503'),
    ]);
    expect(await simulate('scenario', 'odd')).toMatchObject({ code: 2 });
    expect(await simulate('inbound', '--body', 'x')).toMatchObject({
      code: 2,
      output: expect.stringContaining('--from is missing'),
    });
    expect((await simulate('list')).output).toContain('deliver-twice');
    const list = await simulate('--json', 'list');
    expect(Object.keys(JSON.parse(list.output))).toEqual(['scenarios', 'numbers', 'workers']);
  });

  it('colors the timeline where that is wanted', async () => {
    const scenario = ['scenario', 'known-customer'];
    const done = '\u001b[32mEverything is as expected.\u001b[39m';
    expect((await simulateWith({ FORCE_COLOR: '1' }, ...scenario)).output).toContain(done);
    expect((await simulateWith({ FORCE_COLOR: '1', NO_COLOR: '1' }, ...scenario)).output).not.toContain(
      '\u001b',
    );
  });
});

describe('the gateway', () => {
  const path = '/callbacks/crm';
  const post = async (init: RequestInit, at = path): Promise<number> =>
    (await fetch(`${running.functions}${at}`, { method: 'POST', ...init })).status;

  it.each([
    [
      'an unsigned request to a protected function',
      403,
      { body: new URLSearchParams({ Location: 'x' }) },
      path,
    ],
    ['a wrong signature', 403, { headers: { 'X-Twilio-Signature': 'x' } }, path],
    ['a private asset', 403, {}, '/customers.json'],
    ['what is not there', 404, {}, '/callbacks/nothing'],
    ['another method', 405, { method: 'PUT' }, path],
    ['more than 1 MB', 413, { body: 'x'.repeat(1024 * 1024) }, path],
  ])('refuses %s with %d', async (_title, status, init, at) => {
    expect(await post(init, at)).toBe(status);
  });

  it.each(['query', 'form', 'JSON'])('lets no field of the %s pose as a header', async (place) => {
    const headers = { authorization: `Bearer ${localApiKey}`, 'content-type': 'application/json' };
    const query = new URLSearchParams({ 'request[headers][authorization]': headers.authorization });
    const [type, body] =
      place === 'JSON'
        ? ['application/json', JSON.stringify({ request: { headers } })]
        : ['application/x-www-form-urlencoded', place === 'form' ? 'request=1' : ''];
    const url = `${running.functions}/flex/outbound-message${place === 'query' ? `?${query}` : ''}`;
    const response = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } });
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'unauthorized' }]);
  });
});

it('leaves no port and no process behind when the local Twilio is started and stopped 20 times', async () => {
  const before = processesOf(process.pid).length;
  for (let i = 0; i < 20; i++) {
    const one = await startLocal();
    const children = processesOf(process.pid);
    expect(children.length).toBeGreaterThan(before);
    await one.stop();
    for (const url of [one.functions, one.console])
      expect(await canConnect(Number(new URL(url).port))).toBe(false);
    expect(processesOf(process.pid).filter(isRunning)).toHaveLength(before);
  }
}, 120_000);

describe('the Flex side', () => {
  const begin = (request: object): Promise<FlexResult> => api('POST', '/api/flex/outbound', request);
  const sms = { agent: 'alice@example.com', channel: 'sms', customerId: '1001', body: 'Hello' };

  it.each([
    ['sms', { customerId: '1001', body: 'Hello' }],
    ['chat', { to: 'ada', body: 'Hello' }],
    ['email', { customerId: '1001', subject: 'Your order', body: 'Hello' }],
    ['messenger', { to: 'messenger:12345', body: 'Hello' }],
    [
      'whatsapp',
      {
        customerId: '1001',
        contentSid: 'HX00000000000000000000000000000001',
        contentVariables: { 1: 'María', 2: 'Alice' },
      },
    ],
  ])('starts a conversation by %s through gateway, functions and proxy', async (channel, request) => {
    const result = await begin({ agent: 'alice@example.com', channel, ...request });
    expect([result.status, result.ok, result.failures]).toEqual([201, true, []]);
    const { flex } = await api<Snapshot>('GET', '/api/state');
    expect(flex.interactions).toMatchObject([
      {
        sid: result.answer.interactionSid,
        channel,
        status: 'active',
        taskStatus: 'assigned',
        agent: 'alice@example.com',
      },
    ]);
    const [webhook] = webhooks(result.entries);
    expect(webhook).toMatchObject({ name: 'outboundMessage', state: 'ok', decision: { channel } });
    const rest = result.entries.filter(({ kind }) => kind === 'rest');
    expect(rest.length).toBeGreaterThan(4);
    expect(rest.every((entry) => entry.kind === 'rest' && entry.during === webhook?.id)).toBe(true);
  });

  it('shows a refusal as a refusal, not as a breach of a contract', async () => {
    await begin(sms);
    const result = await begin({ ...sms, as: 'server' });
    expect(result).toMatchObject({ status: 409, ok: true, answer: { code: 'conversation_open' } });
    expect(webhooks(result.entries)).toMatchObject([
      { state: 'warning', outcome: 'Refused: conversation_open.' },
    ]);
  });

  it('says that a repeated request was not carried out again', async () => {
    const first = await begin({ ...sms, idempotencyKey: 'k' });
    const again = await begin({ ...sms, idempotencyKey: 'k' });
    expect(again).toMatchObject({ status: 201, answer: first.answer });
    expect(webhooks(again.entries)).toMatchObject([
      { replayed: true, outcome: expect.stringMatching(/before/) },
    ]);
  });

  it('sends a request again with a valid token, and copies one as a command', async () => {
    const first = await begin({ ...sms, idempotencyKey: 'k' });
    const id = webhooks(first.entries)[0]?.id;
    const again = await api<ActionResult>('POST', '/api/resend', { id });
    expect(webhooks(again.entries)).toMatchObject([{ status: 201, replayed: true }]);
    const edited = await api<ActionResult>('POST', '/api/resend', { id, fields: { channel: 'gbm' } });
    expect(webhooks(edited.entries)).toMatchObject([{ status: 422 }]);
    const command = await (await fetch(`${running.console}/api/timeline/${id}/curl`)).text();
    expect(command).toMatch(
      /^curl .*\/flex\/outbound-message .*-d '\{"channel":"sms".*"Token":"local-flex-token\..*'\n$/s,
    );
  });

  it('ends an interaction with its conversation', async () => {
    const { answer } = await begin(sms);
    await api('POST', `/api/conversations/${answer.conversationSid}`, { state: 'closed' });
    const { flex } = await api<Snapshot>('GET', '/api/state');
    expect(flex.interactions).toMatchObject([{ status: 'closed', taskStatus: 'wrapping' }]);
  });

  it('answers that there is no such agent', async () => {
    expect(await begin({ ...sms, agent: 'nobody' })).toMatchObject({ code: 20404 });
  });

  it('starts a conversation by npm run simulate, and fails where the function refuses', async () => {
    const env = { ...process.env, SIMULATOR_PORT: new URL(running.console).port, FORCE_COLOR: '0' };
    const args = ['--import', 'tsx', 'cli/main.ts', 'simulate', 'outbound', '--agent', 'bob@example.com'];
    const simulate = (...more: string[]) => run(process.execPath, [...args, ...more], { cwd: root, env });
    const { stdout } = await simulate('--customer', '1002', '--body', 'Hello');
    expect(stdout).toMatch(/✓ outboundMessage → 201 .*\n[\s\S]*Everything is as expected\./);
    await expect(simulate('--customer', '1002', '--body', 'Hello')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/conversation_open/),
    });
  });
});

describe('an account without Frontline', () => {
  const project = new ProjectCopy();
  let other: RunningLocal;
  beforeAll(async () => {
    const file = project.path('assets/routing.private.json');
    const data = JSON.parse(readFileSync(file, 'utf8')) as { routing: object };
    data.routing = { ...data.routing, on: 'onConversationAdded', respectAvailability: false };
    writeFileSync(file, JSON.stringify(data));
    await run(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'build'], {
      cwd: project.root,
    });
    other = await startLocal(project.root);
  });
  afterAll(async () => {
    await other.stop();
    project.remove();
  });
  beforeEach(() => other.local.reset());

  it.each([
    'new-customer',
    'known-customer',
    'whatsapp',
    'group-mms',
    'bot',
    'deliver-twice',
    'twilio-429',
    'twilio-torn',
  ])('%s ends as expected by onConversationAdded', async (name) => {
    const { failures, entries } = await other.local.actions.runScenario(name);
    expect(failures).toEqual([]);
    const sent = webhooks(entries);
    expect(sent.map((entry) => entry.name)).toContain('onConversationAdded');
    expect(sent.map((entry) => entry.name)).not.toContain('onConversationRoute');
    for (const entry of sent.filter((one) => one.name === 'onConversationAdded')) {
      expect(entry).toMatchObject({
        status: 200,
        outcome: expect.stringMatching(/\S (is|are) in the conversation\.$/),
      });
    }
    const asked = entries.flatMap((entry) => (entry.kind === 'rest' ? [new URL(entry.url).host] : []));
    expect(new Set(asked)).toEqual(new Set(['conversations.twilio.com']));
  });

  it('gives a worker to a conversation that is initializing for a second', async () => {
    other.local.variants.initializingMs = 1_000;
    const { failures } = await other.local.actions.runScenario('known-customer');
    other.local.variants.initializingMs = 0;
    expect(failures).toEqual([]);
  });

  it('reports conversations that REST and Flex create, and does not route them', async () => {
    const { accountSid, authToken } = other.local.state;
    const client = twilio(accountSid, authToken, { httpClient: inProcess(other.local.rest) });
    const told = () =>
      webhooks(other.local.timeline.entries()).filter(
        ({ name, status }) => name === 'onConversationAdded' && status !== undefined,
      );
    await client.conversations.v1.conversations.create({});
    const { sid } = await client.conversations.v1.conversations.create({ xTwilioWebhookEnabled: 'true' });
    while (told().length < 1) await new Promise((done) => setTimeout(done, 20));
    await other.local.actions.runScenario('flex-outbound');
    while (told().length < 2) await new Promise((done) => setTimeout(done, 20));
    expect(told().map((entry) => [entry.status, entry.conversationSid === sid])).toEqual([
      [200, true],
      [200, false],
    ]);
    expect(other.conversation(sid).participants).toEqual([]);
  });
});
