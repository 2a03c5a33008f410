import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import type { TimelineEntry } from '../../simulator/api';
import { FrontlineApp } from '../../simulator/frontline-app';
import { Gateway } from '../../simulator/gateway';
import { freePort } from '../../simulator/listen';
import { InboundMessages } from '../../simulator/phones/inbound-messages';
import { Timeline } from '../../simulator/timeline';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { validateProxyAddress, validateResponse } from '../../simulator/webhooks/contracts';
import { paths } from '../../simulator/webhooks/paths';
import { signWrongly, WebhookSender } from '../../simulator/webhooks/webhook-sender';

const authToken = '0'.repeat(32);
type Answer = (response: ServerResponse, fields: URLSearchParams) => void;

/** Functions that answer as the test wants, by the webhook's name. */
let server: Server;
let url: string;
let answers: Record<string, Answer>;
let received: { name: string; signed: boolean }[];

const json =
  (body: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
const never: Answer = () => undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const fields = new URLSearchParams(body);
      const name = fields.get('Location') ?? fields.get('EventType') ?? '';
      const signature = String(request.headers['x-twilio-signature']);
      const signed = validateRequest(
        authToken,
        signature,
        `${url}${request.url}`,
        Object.fromEntries(fields),
      );
      received.push({ name, signed });
      (answers[name] ?? json({}))(response, fields);
    });
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  url = `http://localhost:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let state: Conversations;
let timeline: Timeline;
let inbound: InboundMessages;
let app: FrontlineApp;
let twice: boolean;
let serviceSid: string | undefined;
let brackets: boolean;
let routesOn: 'onConversationRoute' | 'onConversationAdded';
let initializingMs: number;
let addedIsOn: boolean;
beforeEach(() => {
  answers = {};
  received = [];
  twice = false;
  serviceSid = undefined;
  brackets = false;
  routesOn = 'onConversationRoute';
  initializingMs = 0;
  addedIsOn = false;
  state = new Conversations({ accountSid: `AC${'0'.repeat(32)}`, authToken });
  timeline = new Timeline();
  const urlOf = (name: string): string | undefined =>
    name === 'onConversationAdded' && !addedIsOn ? undefined : `${url}${paths[name] ?? ''}`;
  const webhooks = new WebhookSender({ urlOf, authToken, timeline, badSignature: () => false });
  const nameOf = (address: string): string => address;
  inbound = new InboundMessages({
    state,
    timeline,
    webhooks,
    nameOf,
    optOuts: { read: () => undefined },
    frontline: { users: () => [] },
    numbers: () => [],
    routingMode: () => 'custom',
    routesOn: () => routesOn,
    initializingMs: () => initializingMs,
    deliverTwice: () => twice,
    autocreates: () => true,
    serviceOf: () => serviceSid,
    brackets: () => brackets,
  });
  app = new FrontlineApp({ state, timeline, webhooks, nameOf, serviceSid: () => serviceSid });
});

const write = () => inbound.receiveInbound({ from: '+12125550101', to: '+16465550190', body: 'Hi' }, 't');
const webhook = (name: string) =>
  timeline.entries().find((entry): entry is Extract<TimelineEntry, { kind: 'webhook' }> => {
    return entry.kind === 'webhook' && entry.name === name;
  });

describe('an inbound message to a number of another conversation service', () => {
  it('has that service’s SID in every webhook', async () => {
    serviceSid = `IS${'2'.repeat(32)}`;
    const { conversationSid } = await write();
    expect(state.conversation(conversationSid ?? '').chat_service_sid).toBe(serviceSid);
    expect(
      ['onConversationAdd', 'onParticipantAdded', 'onConversationRoute'].map((name) => {
        const { ChatServiceSid, ConversationServiceSid } = webhook(name)?.fields ?? {};
        return ChatServiceSid ?? ConversationServiceSid;
      }),
    ).toEqual([serviceSid, serviceSid, serviceSid]);
  });
});

describe('onConversationAdded', () => {
  const names = (): string[] => received.map(({ name }) => name).sort();
  beforeEach(() => {
    addedIsOn = true;
  });

  it('names the conversation and its addresses once it is created', async () => {
    answers.onConversationAdd = json({ friendly_name: 'Ada', attributes: '{"a":1}' });
    initializingMs = 60_000;
    const { conversationSid = '' } = await write();
    const conversation = state.conversation(conversationSid);
    const DateCreated = new Date(conversation.date_created).toISOString();
    expect(webhook('onConversationAdded')?.fields).toEqual({
      EventType: 'onConversationAdded',
      AccountSid: conversation.account_sid,
      Source: 'SMS',
      ConversationSid: conversationSid,
      DateCreated,
      DateUpdated: DateCreated,
      FriendlyName: 'Ada',
      Attributes: '{"a":1}',
      ChatServiceSid: conversation.chat_service_sid,
      MessagingServiceSid: conversation.messaging_service_sid,
      'MessagingBinding.Address': '+12125550101',
      'MessagingBinding.ProxyAddress': '+16465550190',
      State: 'initializing',
      RetryCount: '0',
    });
    expect(names()).toEqual([
      'onConversationAdd',
      'onConversationAdded',
      'onConversationRoute',
      'onParticipantAdded',
    ]);
  });

  it('asks for a worker, also twice, where there is no Frontline', async () => {
    routesOn = 'onConversationAdded';
    twice = true;
    await write();
    expect(names().filter((name) => name !== 'onParticipantAdded')).toEqual([
      'onConversationAdd',
      'onConversationAdded',
      'onConversationAdded',
    ]);
    expect(webhook('onConversationAdded')).toMatchObject({
      limitMs: 5_000,
      state: 'warning',
      outcome: 'Nobody is in the conversation: it shows in the log only.',
    });
  });

  it('comes for what the app creates too, without addresses', async () => {
    answers.GetCustomerDetailsByCustomerId = json({
      objects: {
        customer: {
          customer_id: '1',
          display_name: 'Ada',
          channels: [{ type: 'sms', value: '+12125550101' }],
        },
      },
    });
    answers.GetProxyAddress = json({ proxy_address: '+16465550190' });
    await app.startOutgoing({ worker: 'alice', customerId: '1', channel: 'sms' }, 't');
    const { fields = {} } = webhook('onConversationAdded') ?? {};
    expect(fields).toMatchObject({ Source: 'SDK', FriendlyName: 'Ada' });
    expect(Object.keys(fields).filter((name) => name.startsWith('MessagingBinding'))).toEqual([]);
  });
});

describe('a group MMS', () => {
  it.each([false, true])('is sent as real requests are, brackets: %s', async (inBrackets) => {
    brackets = inBrackets;
    const [from, other, to] = ['+12125550101', '+12125550102', '+16465550190'];
    const { conversationSid } = await inbound.receiveInbound({ from, to, group: [other], body: 'Hi' }, 't');
    const binding = { 'MessagingBinding.Address': `${to}, ${other}`, 'MessagingBinding.AuthorAddress': from };
    const bindingOf = ({ fields }: { fields: Record<string, string> }): Record<string, string> =>
      Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('MessagingBinding.')));
    const told = timeline.entries().flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
    expect(told.map((entry) => [entry.name, bindingOf(entry)])).toEqual([
      ['onConversationAdd', binding],
      ['onParticipantAdded', { 'MessagingBinding.Address': from, 'MessagingBinding.Type': 'sms' }],
      ['onParticipantAdded', { 'MessagingBinding.Address': other, 'MessagingBinding.Type': 'sms' }],
      [
        'onParticipantAdded',
        { 'MessagingBinding.ProjectedAddress': inBrackets ? `[${to}]` : to, 'MessagingBinding.Type': 'sms' },
      ],
      ['onConversationRoute', binding],
    ]);
    const participants = state.participants(conversationSid ?? '');
    expect(participants.map(({ identity, messaging_binding }) => [identity, messaging_binding])).toEqual([
      [null, { type: 'sms', address: from }],
      [null, { type: 'sms', address: other }],
      [null, { type: 'sms', projected_address: to }],
    ]);
  });
});

describe('the answer to onConversationAdd', () => {
  it.each<[string, Answer, string | null]>([
    ['with values names the conversation', json({ friendly_name: 'Ada', attributes: '{"a":1}' }), 'Ada'],
    ['without values changes nothing', json({}), null],
    ['without a body changes nothing', (response) => response.writeHead(200).end(), null],
    ['that breaks the contract changes nothing', json({ friendly_name: 5 }), null],
  ])('%s, and the message arrives', async (_title, answer, name) => {
    answers.onConversationAdd = answer;
    const { conversationSid } = await write();
    expect(state.conversation(conversationSid ?? '').friendly_name).toBe(name);
    expect(state.messages(conversationSid ?? '')).toHaveLength(1);
    expect(received.map((one) => [one.name, one.signed]).sort()).toEqual([
      ['onConversationAdd', true],
      ['onConversationRoute', true],
      ['onParticipantAdded', true],
    ]);
  });

  it.each([422, 500])('of %d rejects the conversation, and the message is lost', async (status) => {
    answers.onConversationAdd = json({}, status);
    expect(await write()).toEqual({ created: false });
    expect(state.conversations()).toEqual([]);
    const lost = timeline.entries().find(({ state: one }) => one === 'failed');
    expect(lost).toBeDefined();
    expect(timeline.entries().at(-1)?.title).toBe(
      "Twilio rejects the conversation: the customer's message is lost",
    );
  });

  it('that does not come within 5 s lets the conversation be created unchanged, late', async () => {
    answers.onConversationAdd = never;
    const { conversationSid } = await write();
    expect(state.messages(conversationSid ?? '')).toHaveLength(1);
    expect(webhook('onConversationAdd')).toMatchObject({
      outcome: 'No answer in time: the conversation is created unchanged, late.',
      problems: [{ field: 'time', problem: 'no answer within 5 s' }],
    });
    expect(webhook('onConversationAdd')?.ms).toBeGreaterThanOrEqual(4_900);
  });

  it('is waited for by the other messages of the pair, and one conversation is made', async () => {
    answers.onConversationAdd = (response, fields) => setTimeout(() => json({})(response, fields), 200);
    const outcomes = await Promise.all([write(), write(), write()]);
    expect(new Set(outcomes.map(({ conversationSid }) => conversationSid)).size).toBe(1);
    expect(state.messages(outcomes[0]?.conversationSid ?? '')).toHaveLength(3);
  });
});

it('delivers post-action webhooks twice when told, and pre-action webhooks never', async () => {
  twice = true;
  await write();
  const names = received.map(({ name }) => name).sort();
  expect(names).toEqual([
    'onConversationAdd',
    'onConversationRoute',
    'onConversationRoute',
    'onParticipantAdded',
    'onParticipantAdded',
  ]);
});

describe('an outgoing conversation', () => {
  const card = {
    customer_id: '1',
    display_name: 'Ada',
    channels: [
      { type: 'sms', value: '+12125550101' },
      { type: 'whatsapp', value: 'whatsapp:+12125550101' },
    ],
  };
  const start = (channel: 'sms' | 'whatsapp' = 'sms') =>
    app.startOutgoing({ worker: 'alice@example.com', customerId: '1', channel }, 't');
  beforeEach(() => {
    answers.GetCustomerDetailsByCustomerId = json({ objects: { customer: card } });
    answers.GetProxyAddress = json({ proxy_address: '+16465550190' });
  });

  it('ends with the customer and the worker in it', async () => {
    const sid = await start();
    expect(
      state.participants(sid ?? '').map((one) => one.identity ?? one.messaging_binding?.address),
    ).toEqual(['+12125550101', 'alice@example.com']);
  });

  it.each<[number, string, Answer, 'sms' | 'whatsapp']>([
    [48026, 'without a proxy address', json({}), 'sms'],
    [48026, 'with a malformed proxy address', json({ proxy_address: 'x' }), 'sms'],
    [48027, "with the customer's own address", json({ proxy_address: '+12125550101' }), 'sms'],
    [48029, 'with a WhatsApp proxy for SMS', json({ proxy_address: 'whatsapp:+16465550190' }), 'sms'],
    [
      48030,
      'with a number for WhatsApp that lacks its prefix',
      json({ proxy_address: '+16465550190' }),
      'whatsapp',
    ],
    [48004, 'with an error', json({ code: 'no_proxy_address' }, 404), 'sms'],
    [
      48003,
      'with no JSON',
      (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{'),
      'sms',
    ],
  ])(
    'fails with Frontline error %d %s, and nothing is left behind',
    async (code, _title, answer, channel) => {
      answers.GetProxyAddress = answer;
      expect(await start(channel)).toBeUndefined();
      expect(state.conversations()).toEqual([]);
      expect(timeline.entries().at(-1)).toMatchObject({ kind: 'note', state: 'failed' });
      expect(webhook('GetProxyAddress')).toMatchObject({ state: 'failed' });
      const shown = timeline.entries().flatMap((entry) => ('errorCode' in entry ? [entry.errorCode] : []));
      expect(shown).toContain(code);
    },
  );

  it('fails with 48031 when the pair shares an open conversation already', async () => {
    await write();
    expect(await start()).toBeUndefined();
    expect(state.conversations()).toHaveLength(1);
    expect(timeline.entries().at(-1)).toMatchObject({ errorCode: 48031, state: 'failed' });
  });

  it('fails with 48005 when no answer comes within 6 s', async () => {
    answers.GetProxyAddress = never;
    expect(await start()).toBeUndefined();
    expect(webhook('GetProxyAddress')).toMatchObject({
      errorCode: 48005,
      problems: [{ field: 'time', problem: 'no answer within 6 s' }],
    });
  });
});

describe('the check of an answer', () => {
  const judge = (name: string, body: unknown) =>
    validateResponse(name, { status: 200, body: JSON.stringify(body), contentType: 'application/json' })
      .problems;

  it.each([
    [
      'GetCustomersList',
      { objects: { customers: [{ customer_id: 1, display_name: 'A' }] } },
      [{ field: 'objects.customers[0].customer_id', problem: 'must be text' }],
    ],
    ['GetCustomersList', {}, [{ field: 'objects', problem: 'is missing' }]],
    [
      'GetCustomerDetailsByCustomerId',
      { objects: { customer: { customer_id: '1', display_name: 'A' } } },
      [{ field: 'objects.customer.channels', problem: 'is missing' }],
    ],
    [
      'GetTemplatesByCustomerId',
      [{ display_name: 'A', templates: [{ content: 'Hi {{Name}}' }] }],
      [{ field: '[0].templates[0].content', problem: 'has a placeholder that is not filled in' }],
    ],
    [
      'onConversationAdd',
      { attributes: { avatar: 'x' } },
      [{ field: 'attributes', problem: 'must be JSON as text, not an object' }],
    ],
  ])('names the wrong field of %s in %j', (name, body, problems) => {
    expect(judge(name, body)).toEqual(problems);
  });

  it('names an answer over 64 KB', () => {
    const templates = [{ display_name: 'A', templates: [{ content: 'x'.repeat(65 * 1024) }] }];
    expect(judge('GetTemplatesByCustomerId', templates)[0]?.problem).toMatch(
      /has \d+ bytes; at most 65536 are read/,
    );
  });

  it('finds no problem in a valid proxy address', () => {
    expect(validateProxyAddress('+16465550190', '+12125550101', 'sms')).toEqual({ problems: [] });
  });
});

describe('the gateway', () => {
  it('lets signed requests through, form and JSON, and cuts off at 10 s', async () => {
    const port = await freePort();
    const gateway = new Gateway({
      port,
      authToken,
      target: async () => url,
      accessOf: (path) => (path === '/f' ? 'protected' : path === '/p' ? 'private' : undefined),
    });
    await gateway.start();
    try {
      const { getExpectedTwilioSignature, getExpectedBodyHash } = await import(
        'twilio/lib/webhooks/webhooks'
      );
      const at = `http://localhost:${port}/f`;
      const send = (target: string, signature: string, init: RequestInit) =>
        fetch(target, {
          method: 'POST',
          ...init,
          headers: { 'X-Twilio-Signature': signature, ...init.headers },
        });
      const form = { Location: 'x', 'MessagingBinding.Address': '+1 2' };
      const formSignature = getExpectedTwilioSignature(authToken, at, form);
      expect((await send(at, formSignature, { body: new URLSearchParams(form) })).status).toBe(200);
      expect((await send(at, formSignature, { body: new URLSearchParams({ Location: 'y' }) })).status).toBe(
        403,
      );

      const body = '{"a":1}';
      const withHash = `${at}?bodySHA256=${getExpectedBodyHash(body)}`;
      const jsonSignature = getExpectedTwilioSignature(authToken, withHash, {});
      const headers = { 'Content-Type': 'application/json' };
      expect((await send(withHash, jsonSignature, { body, headers })).status).toBe(200);
      expect((await send(withHash, jsonSignature, { body: '{"a":2}', headers })).status).toBe(403);
      expect((await fetch(`http://localhost:${port}/p`)).status).toBe(403);

      answers.slow = never;
      const slow = { Location: 'slow' };
      const started = Date.now();
      const late = await send(at, getExpectedTwilioSignature(authToken, at, slow), {
        body: new URLSearchParams(slow),
      });
      expect(late.status).toBe(504);
      expect(Date.now() - started).toBeLessThan(12_000);
    } finally {
      await gateway.stop();
    }
  });

  it('names a port that is taken', async () => {
    const { port } = server.address() as { port: number };
    const gateway = new Gateway({ port, authToken, target: async () => url, accessOf: () => undefined });
    await expect(gateway.start()).rejects.toThrow(`Port ${port} cannot be used (EADDRINUSE)`);
  });
});

it.each(['xAbc=', 'yAbc=', 'Abc='])(
  'signWrongly makes another signature of the same length of %s',
  (signature) => {
    expect(signWrongly(signature)).not.toBe(signature);
    expect(signWrongly(signature)).toHaveLength(signature.length);
  },
);
