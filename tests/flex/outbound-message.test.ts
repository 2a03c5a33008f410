import { customer } from '../support/data';
import { ada, apiKey, ours, sids, VirtualFlex } from './virtual-flex';

const identity = 'alice_40example_2Ecom';
const sms = { channel: 'sms', to: '+12125550101', body: 'Hello Ada' };
const template = 'HX00000000000000000000000000000001';

/** What an interaction was created with. */
function interactionForm(flex: VirtualFlex): Record<string, string> {
  return flex.requests.find(({ path }) => path === '/v1/Interactions')?.form ?? {};
}

/** An answer that nothing came of. */
function expectRefused(flex: VirtualFlex): void {
  expect(
    flex.writes().filter((write) => !write.includes('/Documents') && !write.includes('/Tokens/')),
  ).toEqual([]);
  expect(flex.messages()).toEqual([]);
  expect(flex.state.conversations()).toEqual([]);
}

/** The attributes of the first task. */
function taskAttributes(flex: VirtualFlex): unknown {
  return JSON.parse(flex.rest.taskRouter.tasks()[0]?.attributes ?? 'null');
}

function addTemplate(flex: VirtualFlex, whatsApp = 'approved'): void {
  flex.rest.content.put({
    sid: template,
    friendlyName: 'opener',
    language: 'en',
    text: 'Hello {{1}}, this is {{2}}.',
    variables: { 1: 'name', 2: 'agent' },
    whatsApp,
  });
}

describe('an outbound start', () => {
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
  });

  it.each([
    ['sms', sms, { address: '+12125550101', proxy_address: ours.sms, type: 'sms' }, 'sms'],
    [
      'whatsapp',
      {
        channel: 'whatsapp',
        to: '+1 (212) 555-0101',
        contentSid: template,
        contentVariables: { 1: 'Ada', 2: 'Alice' },
      },
      { address: 'whatsapp:+12125550101', proxy_address: ours.whatsapp, type: 'whatsapp' },
      'chat',
    ],
    ['chat', { channel: 'chat', to: 'ada', body: 'Hello Ada' }, { identity: 'ada' }, 'chat'],
    [
      'messenger',
      { channel: 'messenger', to: 'messenger:24680', body: 'Hello Ada' },
      { address: 'messenger:24680', proxy_address: ours.messenger, type: 'messenger' },
      'chat',
    ],
    [
      'email',
      { channel: 'email', to: 'ada@example.com', subject: 'Your order', body: 'Hello Ada' },
      { level: 'to', name: 'Ada Lovelace', address: 'ada@example.com' },
      'email',
    ],
  ])(
    'creates an interaction on %s and sends the message',
    async (channel, request, participant, taskChannel) => {
      addTemplate(flex);
      const answer = await flex.asAgent(request);
      expect(answer).toMatchObject({ status: 201, body: sids });
      expect(Object.keys(answer.body).sort()).toEqual(Object.keys(sids).sort());

      expect(flex.writes()).toEqual([
        `POST /v1/Accounts/*/Tokens/validate`,
        'POST /v1/Interactions',
        'POST /v1/Conversations/*/Messages',
      ]);
      const form = interactionForm(flex);
      expect(JSON.parse(form.Channel ?? '')).toEqual({
        type: channel,
        initiated_by: 'agent',
        participants: [participant],
        ...(channel !== 'chat' && {
          properties: {
            type: channel,
            ...(channel === 'email' && { from: ours.email, from_name: ours.email }),
          },
        }),
      });
      const { workspaceSid, workflowSid, queueSid } = flex.rest.taskRouter.workspace;
      expect(JSON.parse(form.Routing ?? '')).toEqual({
        properties: {
          workspace_sid: workspaceSid,
          workflow_sid: workflowSid,
          queue_sid: queueSid,
          worker_sid: flex.rest.taskRouter.workerNamed('alice@example.com').sid,
          task_channel_unique_name: taskChannel,
          attributes: {
            customerName: 'Ada Lovelace',
            customerAddress: 'identity' in participant ? 'ada' : participant.address,
            customer_id: '1001',
            direction: 'outbound',
            outbound_request: expect.stringMatching(/^[0-9a-f]{40}$/),
          },
        },
      });
      expect(flex.messages()).toMatchObject([
        {
          author: identity,
          body: channel === 'whatsapp' ? 'Hello Ada, this is Alice.' : 'Hello Ada',
          subject: channel === 'email' ? 'Your order' : null,
          sid: answer.body.messageSid,
          conversation_sid: answer.body.conversationSid,
        },
      ]);
      expect(flex.messages()[0]?.undelivered).toBeUndefined();
      expect(flex.rest.taskRouter.tasks()).toMatchObject([
        { sid: answer.body.taskSid, assignment_status: 'assigned' },
      ]);
    },
  );

  it('waits until the channel is active', async () => {
    flex.rest.flex.setupMs = Number.POSITIVE_INFINITY;
    flex.rest.onRequest(({ request }) => {
      // It has been asked for once, and was being set up.
      if (!request.path.endsWith('/Channels')) return;
      for (const interaction of flex.rest.flex.interactions()) interaction.channel.status = 'active';
    });
    const answer = await flex.asAgent(sms);
    expect(answer.status).toBe(201);
    const asked = flex.requests.filter(({ path }) => path.endsWith('/Channels'));
    expect(asked).toHaveLength(2);
    expect(flex.messages()).toHaveLength(1);
  });

  it('takes the address from the customer', async () => {
    expect(await flex.asAgent({ channel: 'whatsapp', customerId: '1001', body: 'Hi' })).toMatchObject({
      status: 422,
      body: { code: 'template_required' },
    });
    expect(await flex.asAgent({ channel: 'sms', customerId: '1001', body: 'Hi' })).toMatchObject({
      status: 201,
    });
    expect(taskAttributes(flex)).toMatchObject({ customerAddress: '+12125550101' });
  });

  it('writes to an unknown customer', async () => {
    expect(await flex.asAgent({ ...sms, to: '+12125550142' })).toMatchObject({ status: 201 });
    const attributes = taskAttributes(flex);
    expect(attributes).toMatchObject({ customerName: '+12125550142', customerAddress: '+12125550142' });
    expect(attributes).not.toHaveProperty('customer_id');
  });

  it('writes from the address that GetProxyAddress would name', async () => {
    flex.routing.proxyAddresses.rules = [
      { channel: 'sms', countries: ['GB'], proxyAddress: '+442079460190' },
      { channel: 'sms', customers: ['1001'], workers: ['alice@example.com'], proxyAddress: '+16465550191' },
    ];
    await flex.asAgent(sms);
    await flex.asAgent(sms, 'bob@example.com');
    const proxies = flex.requests
      .filter(({ path }) => path === '/v1/Interactions')
      .map(({ form }) => (JSON.parse(form.Channel ?? '') as { participants: object[] }).participants[0]);
    expect(proxies).toEqual([
      { address: '+12125550101', proxy_address: '+16465550191', type: 'sms' },
      { address: '+12125550101', proxy_address: ours.sms, type: 'sms' },
    ]);
  });

  it('takes SIDs, task channel and sender from the data before the environment', async () => {
    const workspaceSid = `WS${'a'.repeat(32)}`;
    flex.rest.taskRouter.configure({ workspaceSid });
    Object.assign(flex.routing.flex, {
      workspaceSid,
      taskChannels: { email: 'mail' },
      emailFromName: 'Us',
    });
    await flex.asAgent({ channel: 'email', to: 'ada@example.com', subject: 'S', body: 'B' });
    const form = interactionForm(flex);
    expect(form.Channel).toContain('"from_name":"Us"');
    expect(JSON.parse(form.Routing ?? '')).toMatchObject({
      properties: { workspace_sid: workspaceSid, task_channel_unique_name: 'mail' },
    });
  });

  it('names what is not configured in the log, and tells the caller nothing of it', async () => {
    delete flex.env.FLEX_QUEUE_SID;
    expect(await flex.asAgent(sms)).toMatchObject({ status: 500, body: { code: 'flex_not_configured' } });
    expect(flex.lines.at(-1)).toMatchObject({
      level: 'error',
      error: 'flex_not_configured',
      file: 'assets/routing.private.json',
      field: 'flex.queueSid',
      fix: expect.stringContaining('FLEX_QUEUE_SID'),
    });
    expectRefused(flex);
  });

  it('writes one log line with SIDs and reasons, and no personal data', async () => {
    await flex.asAgent({ ...sms, idempotencyKey: 'secret-key-of-a-crm' });
    expect(flex.lines).toEqual([
      {
        level: 'info',
        event: 'outboundMessage',
        caller: 'agent',
        channel: 'sms',
        rule: 'proxyAddresses.defaults.sms',
        worker: expect.stringMatching(/^[0-9a-f]{12}$/),
        ...sids,
        replayed: false,
        status: 201,
        ms: expect.any(Number),
      },
    ]);
    expect(JSON.stringify(flex.lines)).not.toMatch(/2125550101|Ada|Hello|alice|secret|local-flex-token/);
  });
});

describe('a request that an outbound start refuses', () => {
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
    addTemplate(flex);
  });

  it.each([
    [{ channel: '' }, 'channel must not be empty'],
    [{ channel: undefined }, 'channel is missing'],
    [{ channel: 'fax' }, 'channel must be one of: sms, whatsapp, chat, email, messenger'],
    [{ channel: ['sms'] }, 'channel must be given once, as text'],
    [{ to: undefined }, 'to is missing: give it or customerId'],
    [{ customerId: '1001' }, 'to must not be given beside customerId'],
    [{ to: '12' }, 'to must be an address of channel sms'],
    [{ to: 'whatsapp:+12125550101' }, 'to must be an address of channel sms'],
    [{ to: '24680' }, 'to must not be a short code'],
    [{ to: { $ne: '' } }, 'to must be given once, as text'],
    [{ body: undefined }, 'body is missing: give it or contentSid'],
    [{ body: '  ' }, 'body is missing: give it or contentSid'],
    [{ contentSid: template }, 'body must not be given beside contentSid'],
    [{ body: undefined, contentSid: 'HX1' }, 'contentSid must be HX and 32 hexadecimal digits'],
    [{ body: 'x'.repeat(1_601) }, 'body must have at most 1600 characters, and has 1601'],
    [{ subject: 'Hello' }, 'subject is only for e-mail'],
    [{ contentVariables: { 1: 'x' } }, 'contentVariables needs a contentSid'],
    [{ idempotencyKey: '' }, 'idempotencyKey must be 1 to 255 printable ASCII characters without spaces'],
    [
      { idempotencyKey: 'x'.repeat(256) },
      'idempotencyKey must be 1 to 255 printable ASCII characters without spaces',
    ],
    [{ onActive: 'steal' }, 'onActive must be "refuse" or "reuse"'],
  ])('is answered with 400: %j', async (given, message) => {
    expect(await flex.asAgent({ ...sms, ...given })).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message },
    });
    expectRefused(flex);
  });

  it.each([
    [{ to: 'nobody' }, 'to must be an address of channel email'],
    [{ subject: undefined }, 'subject is missing: an e-mail has one'],
    [{ subject: 'x'.repeat(257) }, 'subject must have at most 256 characters, and has 257'],
    [{ subject: 'a\nBcc: all@example.com' }, 'subject must be a single line'],
    [{ body: 'x'.repeat(1_601) }, 'body must have at most 1600 characters, and has 1601'],
  ])('is answered with 400: an e-mail with %j', async (given, message) => {
    const email = { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'B' };
    expect(await flex.asAgent({ ...email, ...given })).toMatchObject({ status: 400, body: { message } });
    expectRefused(flex);
  });

  it.each([
    [{ 1: 'Ada', 2: '' }, 'contentVariables must have a text for 2'],
    [{ 1: 'Ada', 2: null }, 'contentVariables must have a text for 2'],
    [{ 1: 'Ada', 2: { a: 1 } }, 'contentVariables must have a text for 2'],
    [{ 1: 'Ada', 'a b': 'x' }, 'contentVariables must have names of letters, digits and _'],
    [
      { 1: 'Ada\nLovelace', 2: 'x' },
      'contentVariables must have no line breaks, tabs or runs of spaces for 1: WhatsApp refuses them',
    ],
    ['{"1":"Ada"', 'contentVariables must be an object of texts, or that as JSON text'],
    [['Ada', 'Alice'], 'contentVariables must be an object of texts, or that as JSON text'],
    [7, 'contentVariables must be an object of texts, or that as JSON text'],
    ['["Ada"]', 'contentVariables must be an object of texts, or that as JSON text'],
  ])('is answered with 400: contentVariables %j', async (contentVariables, message) => {
    const request = { channel: 'whatsapp', to: '+12125550101', contentSid: template, contentVariables };
    expect(await flex.asAgent(request)).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message },
    });
    expectRefused(flex);
  });

  it.each([
    ['gbm, which has ended', { channel: 'gbm' }, 422, 'channel_ended', /31 July 2024/],
    ['an unknown customer', { to: undefined, customerId: 'x' }, 404, 'customer_not_found', /no customer/],
    [
      'a customer without an address on that channel',
      { to: undefined, customerId: '1002' },
      422,
      'no_address',
      /no address on channel sms/,
    ],
    ['another agent as the worker', { worker: 'bob@example.com' }, 403, 'forbidden', /^Not allowed\.$/],
  ])('names %s', async (_title, given, status, code, message) => {
    flex.customers.push(customer({ customer_id: '1002', channels: [] }));
    expect(await flex.asAgent({ ...sms, ...given })).toMatchObject({
      status,
      body: { code, message: expect.stringMatching(message) },
    });
    expectRefused(flex);
  });

  it('is answered with 404 where a channel has no address of ours', async () => {
    flex.routing.proxyAddresses.defaults = {};
    expect(await flex.asAgent(sms)).toMatchObject({ status: 404, body: { code: 'no_proxy_address' } });
    expectRefused(flex);
  });

  it("is answered with 403 where it names another agent's customer, by id or by address", async () => {
    Object.assign(flex.routing.flex, { customerAccess: 'own' });
    for (const whom of [{ to: '+12125550101' }, { customerId: '1001' }]) {
      expect(await flex.asAgent({ channel: 'sms', body: 'Hi', ...whom }, 'bob@example.com')).toMatchObject({
        status: 403,
        body: { code: 'customer_of_another_worker' },
      });
    }
    expectRefused(flex);
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });

  it("is not one for a customer without a worker, nor because of Frontline's customerAccess", async () => {
    flex.customers.push(
      customer({ customer_id: '1003', channels: [{ type: 'sms', value: '+12125550103' }] }),
    );
    Object.assign(flex.routing.flex, { customerAccess: 'own' });
    const start = (customerId: string) =>
      flex.asAgent({ channel: 'sms', body: 'Hi', customerId }, 'bob@example.com');
    expect(await start('1003')).toMatchObject({ status: 201 });
    flex.routing.customerAccess = 'own';
    Object.assign(flex.routing.flex, { customerAccess: 'all' });
    expect(await start('1001')).toMatchObject({ status: 201 });
  });

  it('is one of a server that names no worker, or an unknown one', async () => {
    expect(await flex.asServer({ ...sms, worker: undefined })).toMatchObject({
      status: 400,
      body: { message: 'worker is missing: a server names the worker' },
    });
    for (const worker of ['mallory@example.com', `WK${'f'.repeat(32)}`]) {
      expect(await flex.asServer({ ...sms, worker })).toMatchObject({
        status: 422,
        body: { code: 'worker_not_found' },
      });
    }
    expectRefused(flex);
  });
});

describe('an open conversation between the two', () => {
  it('is named with who is in it, whatever its state', async () => {
    const flex = new VirtualFlex();
    const first = await flex.asAgent(sms, 'bob@example.com');
    const conversationSid = first.body.conversationSid as string;
    for (const state of ['active', 'inactive'] as const) {
      flex.state.updateConversation(conversationSid, { state }, { source: 'API', webhooks: false });
      expect(await flex.asAgent(sms)).toMatchObject({
        status: 409,
        body: { code: 'conversation_open', conversationSid, state, workers: ['bob_40example_2Ecom'] },
      });
    }
    flex.state.updateConversation(conversationSid, { state: 'closed' }, { source: 'API', webhooks: false });
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });

  it('is written into where the caller says so, once', async () => {
    const flex = new VirtualFlex();
    const { body } = await flex.asAgent(sms, 'bob@example.com');
    const again = { ...sms, body: 'Me again', onActive: 'reuse', idempotencyKey: 'k' };
    const reused = await flex.asAgent(again);
    expect(reused).toMatchObject({
      status: 200,
      body: { reused: true, conversationSid: body.conversationSid, messageSid: sids.messageSid },
    });
    expect(await flex.asAgent(again)).toMatchObject({
      status: 200,
      body: reused.body,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(flex.messages().map((one) => [one.author, one.body])).toEqual([
      ['bob_40example_2Ecom', 'Hello Ada'],
      [identity, 'Me again'],
    ]);
    expect(flex.rest.flex.interactions()).toHaveLength(1);
  });

  it('of another address of ours, or of another customer, does not matter', async () => {
    const flex = new VirtualFlex();
    await flex.asAgent(sms);
    expect(await flex.asAgent({ ...sms, to: '+12125550142' })).toMatchObject({ status: 201 });
    flex.routing.proxyAddresses.defaults = { sms: '+16465550199' };
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });

  it.each([
    ['chat', { channel: 'chat', to: 'ada', body: 'Hi' }],
    ['email', { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'Hi' }],
  ])('counts on %s too', async (_channel, request) => {
    const flex = new VirtualFlex();
    const first = await flex.asAgent(request);
    expect(await flex.asAgent(request)).toMatchObject({
      status: 409,
      body: { conversationSid: first.body.conversationSid, workers: [identity] },
    });
  });

  it('that began while ours was being set up is named', async () => {
    const flex = new VirtualFlex();
    const origin = { source: 'SMS', webhooks: false };
    const other = flex.state.createConversation({}, origin);
    flex.state.addParticipant(other.sid, { address: '+12125550101', proxyAddress: ours.sms }, origin);
    flex.fail({ path: '/v1/ParticipantConversations' }, { status: 200, body: emptyPage } as never, 1);
    expect(await flex.asAgent(sms)).toMatchObject({
      status: 409,
      body: { code: 'conversation_open', conversationSid: other.sid, workers: [] },
    });
    expect(flex.openConversations()).toEqual([other.sid]);
    expect(flex.openInteractions()).toEqual([]);
  });
});

const emptyPage = JSON.stringify({
  conversations: [],
  meta: { key: 'conversations', page: 0, page_size: 100 },
});

describe('WhatsApp', () => {
  const whatsapp = { channel: 'whatsapp', to: '+12125550101' };
  const variables = { 1: 'Ada', 2: 'Alice' };
  const written = (flex: VirtualFlex, hoursAgo: number, to = ours.whatsapp): void =>
    flex.rest.messageLog.add({
      from: 'whatsapp:+12125550101',
      to,
      body: 'Hello',
      at: new Date(Date.UTC(2026, 0, 1) - hoursAgo * 3_600_000),
    });
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
  });

  it.each([
    ['never', () => undefined],
    ['25 hours ago', () => written(flex, 25)],
    ['to another of our addresses', () => written(flex, 1, 'whatsapp:+16465550199')],
  ])('accepts no text from us when the customer wrote %s', async (_title, write) => {
    write();
    expect(await flex.asAgent({ ...whatsapp, body: 'Hi' })).toMatchObject({
      status: 422,
      body: { code: 'template_required' },
    });
    expectRefused(flex);
  });

  it('accepts a text within 24 hours', async () => {
    written(flex, 23);
    expect(await flex.asAgent({ ...whatsapp, body: 'Hi' })).toMatchObject({ status: 201 });
  });

  // How Twilio writes them: https://github.com/chatwoot/chatwoot/issues/14048 and pull/12655.
  it.each([
    ['Mexico', '+525512345678', 'whatsapp:+5215512345678', 'whatsapp:+5215512345678'],
    ['Argentina', '+541155550123', 'whatsapp:+5491155550123', 'whatsapp:+5491155550123'],
    ['Brazil', '+5541988887777', 'whatsapp:+554188887777', 'whatsapp:+5541988887777'],
  ])('knows a number of %s as Twilio writes it', async (_country, to, from, address) => {
    flex.routing.flex.allowedCountries = ['AR', 'BR', 'MX'];
    const at = new Date(Date.UTC(2026, 0, 1) - 3_600_000);
    flex.rest.messageLog.add({ from, to: ours.whatsapp, body: 'Hello', at });
    expect(await flex.asAgent({ channel: 'whatsapp', to, body: 'Hi' })).toMatchObject({ status: 201 });
    const [conversation] = flex.openConversations();
    const [customerOf] = flex.state.participants(conversation ?? '');
    expect(customerOf?.messaging_binding?.address).toBe(address);

    // In a conversation that the customer began, Twilio's spelling stays.
    flex.state.updateConversation(
      conversation ?? '',
      { state: 'closed' },
      { source: 'API', webhooks: false },
    );
    const open = flex.state.createConversation({}, { source: 'API', webhooks: false });
    const binding = { address: from, proxyAddress: ours.whatsapp };
    flex.state.addParticipant(open.sid, binding, { source: 'API', webhooks: false });
    const request = { channel: 'whatsapp', to, body: 'Hi again', onActive: 'reuse' };
    expect(await flex.asAgent(request)).toMatchObject({
      status: 200,
      body: { reused: true, conversationSid: open.sid },
    });
  });

  it('accepts an approved template at any time', async () => {
    addTemplate(flex);
    const request = { ...whatsapp, contentSid: template, contentVariables: JSON.stringify(variables) };
    expect(await flex.asAgent(request)).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ body: 'Hello Ada, this is Alice.', content_sid: template }]);
  });

  it('accepts a template that is not approved within 24 hours only', async () => {
    addTemplate(flex, 'pending');
    const request = { ...whatsapp, contentSid: template, contentVariables: variables };
    expect(await flex.asAgent(request)).toMatchObject({
      status: 422,
      body: { code: 'template_not_approved' },
    });
    expectRefused(flex);
    written(flex, 1);
    expect(await flex.asAgent(request)).toMatchObject({ status: 201 });
  });

  it('is not sent a template with a missing variable, nor an unknown one', async () => {
    const request = { ...whatsapp, contentSid: template, contentVariables: { 1: 'Ada' } };
    expect(await flex.asAgent(request)).toMatchObject({ status: 422, body: { code: 'template_not_found' } });
    addTemplate(flex);
    expect(await flex.asAgent(request)).toMatchObject({
      status: 422,
      body: { code: 'template_variables_missing', variables: ['2'] },
    });
    expectRefused(flex);
  });

  it('has the same window for what is written into an open conversation', async () => {
    addTemplate(flex);
    const first = { ...whatsapp, contentSid: template, contentVariables: variables };
    await flex.asAgent(first);
    const reuse = { ...whatsapp, body: 'Hi', onActive: 'reuse' };
    expect(await flex.asAgent(reuse)).toMatchObject({ status: 422, body: { code: 'template_required' } });
    written(flex, 0);
    expect(await flex.asAgent(reuse)).toMatchObject({ status: 200 });
  });
});

describe('the caller of an outbound start', () => {
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
  });
  const unauthorized = { status: 401, body: { code: 'unauthorized', message: 'Not authorized.' } };
  const forbidden = { status: 403, body: { code: 'forbidden', message: 'Not allowed.' } };

  it('is an agent by the Flex token, whose worker and identity it uses', async () => {
    const token = flex.rest.flexTokens.issue('bob@example.com');
    const lies = {
      identity: 'alice',
      workerSid: 'WK1',
      roles: ['admin'],
      TokenResult: { identity: 'alice' },
    };
    for (const [name, lie] of Object.entries(lies)) {
      const answer = await flex.call({ ...sms, [name]: lie, Token: token });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_event' } });
      expect(answer.body.message).toContain(`request has no field "${name}"`);
    }
    expect(flex.messages()).toEqual([]);
    expect(await flex.call({ ...sms, Token: token })).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ author: 'bob_40example_2Ecom' }]);
  });

  it.each([
    ['by name', 'alice@example.com'],
    ['by SID', `WK${'1'.padStart(32, '0')}`],
  ])('is a server by its key, for the worker whom it names %s', async (_title, worker) => {
    expect(await flex.asServer({ ...sms, worker })).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ author: identity }]);
    expect(flex.requests.map(({ host }) => host)).not.toContain('iam.twilio.com');
  });

  it.each([
    ['nothing', {}, {}, 'no_credentials'],
    ['an empty token', { Token: '' }, {}, 'malformed_token'],
    ['a token of another kind', { Token: { a: 1 } }, {}, 'malformed_token'],
    ['a token that cannot be a header', { Token: 'ünsinn\r\n' }, {}, 'malformed_token'],
    ['a token that Twilio does not know', { Token: 'abc.def' }, {}, 'refused_token'],
    ['a wrong key', {}, { authorization: `Bearer ${apiKey}x` }, 'wrong_api_key'],
    ['a key as another scheme', {}, { authorization: `Basic ${apiKey}` }, 'authorization_is_no_bearer'],
  ])(
    'is answered with 401 with %s, and only the log has the reason',
    async (_title, body, headers, reason) => {
      expect(await flex.call({ ...sms, ...body }, headers)).toMatchObject(unauthorized);
      expect(flex.lines.at(-1)).toMatchObject({ level: 'warn', error: 'unauthorized', reason });
      expectRefused(flex);
    },
  );

  it.each([
    ['expired', { lifeMs: -1_000 }],
    ['of another account', { accountSid: `AC${'1'.repeat(32)}` }],
  ])('is answered with 401 with a token that is %s', async (_title, options) => {
    const token = flex.rest.flexTokens.issue('alice@example.com', options);
    expect(await flex.call({ ...sms, Token: token })).toMatchObject(unauthorized);
    expectRefused(flex);
  });

  it.each([
    ['without the role', { roles: ['wfo.full_access'] }, 'no_allowed_role'],
    ['without any role', { roles: [] }, 'no_allowed_role'],
    ['who is no worker', { worker: false }, 'no_worker'],
  ])('is answered with 403 as a Flex user %s', async (_title, options, reason) => {
    const token = flex.rest.flexTokens.issue('alice@example.com', options);
    expect(await flex.call({ ...sms, Token: token })).toMatchObject(forbidden);
    expect(flex.lines.at(-1)).toMatchObject({ error: 'forbidden', reason });
    expectRefused(flex);
  });

  it.each([undefined, '', 'short'])('is answered with 401 where the configured key is %j', async (key) => {
    if (key === undefined) delete flex.env.OUTBOUND_API_KEY;
    else flex.env.OUTBOUND_API_KEY = key;
    const authorization = `Bearer ${key || 'undefined'}`;
    expect(await flex.call({ ...sms, worker: 'alice@example.com' }, { authorization })).toMatchObject(
      unauthorized,
    );
    expect(flex.lines.at(-1)).toMatchObject({ reason: 'no_api_key_configured' });
  });

  it('is answered with 500 where our own credentials are wrong, not the token', async () => {
    flex.fail({ host: 'iam.twilio.com' }, { status: 401, code: 20003, message: 'Authenticate' });
    expect(await flex.asAgent(sms)).toMatchObject({ status: 500, body: { code: 'credentials_refused' } });
  });

  it('is not answered with 403 for a failure after the token was accepted', async () => {
    flex.routing.proxyAddresses.defaults = { sms: 'not a number' };
    expect(await flex.asAgent(sms)).toMatchObject({
      status: 500,
      body: { code: 'proxy_of_another_channel' },
    });
  });
});

describe('a page of another origin', () => {
  const preflight = { 'access-control-request-method': 'POST', 'content-type': undefined as never };

  it.each([
    ['https://flex.twilio.com', 'https://flex.twilio.com'],
    ['https://flex.twilio.com.example.com', undefined],
    ['null', undefined],
    [undefined, undefined],
  ])('%s may read the answer as %s', async (origin, allowed) => {
    const flex = new VirtualFlex();
    const from = origin === undefined ? {} : { origin };
    const { status, headers } = await flex.call({}, { ...preflight, ...from });
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([204, allowed, 'Origin']);
    expect(headers['access-control-allow-headers']).toBe(allowed && 'Authorization, Content-Type');
    const refused = await flex.call(sms, from);
    const expected = allowed || origin === undefined ? 401 : 403;
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([expected, allowed]);
    expect(flex.requests).toEqual([]);
  });

  it('is answered with 403 where it is not listed, with any token', async () => {
    const flex = new VirtualFlex();
    const Token = flex.rest.flexTokens.issue('alice@example.com');
    expect(await flex.call({ ...sms, Token }, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', message: 'Not allowed.' },
    });
    expect(flex.lines.at(-1)).toMatchObject({ level: 'warn', reason: 'origin_not_listed' });
    expect(flex.requests).toEqual([]);
    const listed = await flex.call({ ...sms, Token }, { origin: 'https://flex.twilio.com' });
    expect([listed.status, listed.headers['access-control-allow-origin']]).toEqual([
      201,
      'https://flex.twilio.com',
    ]);
  });

  it('is not allowed by a wildcard', async () => {
    const flex = new VirtualFlex();
    Object.assign(flex.routing.flex, { roles: [], origins: ['*'] });
    const { headers } = await flex.call({}, { ...preflight, origin: 'https://evil.example' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([undefined, 'text/plain', 'multipart/form-data; boundary=x'])(
    'is answered with 415 to a body of type %s',
    async (type) => {
      const flex = new VirtualFlex();
      expect(await flex.call(sms, { 'content-type': type as never })).toMatchObject({
        status: 415,
        body: { code: 'unsupported_media_type' },
      });
    },
  );
});

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
    flex.never({ method: 'POST', path: /Documents\/outbound/ });
    void flex.asAgent(keyed);
    await flex.reached('Documents/outbound');
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

describe('what cannot be undone', () => {
  it('is named in the answer and in the log', async () => {
    const flex = new VirtualFlex();
    flex.fail({ method: 'POST', path: '/v1/Conversations/*/Messages' }, { status: 400, code: 50_400 });
    flex.fail({ method: 'POST', path: '/v1/Interactions/*/Channels/*' }, { status: 500 });
    flex.fail({ method: 'POST', path: '/v1/Conversations/*' }, { status: 500 });
    const answer = await flex.asAgent(sms);
    const [conversation] = flex.openConversations();
    const [interaction] = flex.openInteractions();
    const channel = `channel ${interaction?.channel.sid} of interaction ${interaction?.sid}`;
    const cleanupIncomplete = [channel, `conversation ${conversation}`];
    expect(answer).toMatchObject({ status: 502, body: { code: 'twilio_refused', cleanupIncomplete } });
    expect(flex.lines.at(-1)).toMatchObject({ level: 'error', error: 'twilio_refused', cleanupIncomplete });
    expect(flex.clock).toBeLessThan(9_300);
  });

  it('is not more than the interaction where the conversation can be closed', async () => {
    const flex = new VirtualFlex();
    flex.fail({ method: 'POST', path: '/v1/Conversations/*/Messages' }, { status: 400, code: 50_400 });
    flex.fail({ method: 'POST', path: '/v1/Interactions/*/Channels/*' }, { hang: true });
    const answer = await flex.asAgent(sms);
    expect(answer.body.cleanupIncomplete).toEqual([
      expect.stringMatching(/^channel UO\w+ of interaction KD\w+$/),
    ]);
    expect(flex.openConversations()).toEqual([]);
    expect(flex.clock).toBeLessThan(9_300);
  });

  it.each([
    ['fails', (flex: VirtualFlex) => (flex.rest.flex.channelFailure = { code: 45_000, message: 'no' }), 502],
    [
      'is not set up in time',
      (flex: VirtualFlex) => (flex.rest.flex.setupMs = Number.POSITIVE_INFINITY),
      503,
    ],
  ])('is nothing where the channel %s', async (_title, spoil, status) => {
    const flex = new VirtualFlex();
    spoil(flex);
    const answer = await flex.asAgent(sms);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toHaveProperty('cleanupIncomplete');
    expect(flex.openConversations()).toEqual([]);
    expect(flex.openInteractions()).toEqual([]);
    expect(flex.messages()).toEqual([]);
    expect(flex.clock).toBeLessThan(9_300);
  });

  it('is nothing where Twilio refuses the interaction', async () => {
    const flex = new VirtualFlex();
    flex.fail({ method: 'POST', path: '/v1/Interactions' }, { status: 400, code: 20_001 }, 1);
    expect(await flex.asAgent({ ...sms, idempotencyKey: 'k' })).toMatchObject({
      status: 502,
      body: { code: 'twilio_refused' },
    });
    flex.clock += 31_000;
    expect(await flex.asAgent({ ...sms, idempotencyKey: 'k' })).toMatchObject({ status: 201 });
  });
});

it('finds the customer of an address that looks like one of another channel', async () => {
  const flex = new VirtualFlex();
  flex.customers = [customer({ ...ada, channels: [{ type: 'chat', value: 'ada@example.com' }] })];
  await flex.asAgent({ channel: 'chat', to: 'ada@example.com', body: 'Hi' });
  expect(taskAttributes(flex)).toMatchObject({ customer_id: '1001' });
});
