import { customer } from '../support/data';
import { addTemplate, expectRefused, identity, sms, template } from './outbound-start';
import { ada, ours, sids, VirtualFlex } from './virtual-flex';

/** What an interaction was created with. */
function interactionForm(flex: VirtualFlex): Record<string, string> {
  return flex.requests.find(({ path }) => path === '/v1/Interactions')?.form ?? {};
}

/** The attributes of the first task. */
function taskAttributes(flex: VirtualFlex): unknown {
  return JSON.parse(flex.rest.taskRouter.tasks()[0]?.attributes ?? 'null');
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

it('finds the customer of an address that looks like one of another channel', async () => {
  const flex = new VirtualFlex();
  flex.customers = [customer({ ...ada, channels: [{ type: 'chat', value: 'ada@example.com' }] })];
  await flex.asAgent({ channel: 'chat', to: 'ada@example.com', body: 'Hi' });
  expect(taskAttributes(flex)).toMatchObject({ customer_id: '1001' });
});
