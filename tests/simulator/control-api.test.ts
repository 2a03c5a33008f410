import type { ActionResult, TimelineEntry } from '../../simulator/api';
import type { ServerEvent } from '../../simulator/api-lists';
import { LocalTwilio } from '../../simulator/local-twilio';
import { createControlApi } from '../../simulator/server/control-api';
import { root } from './local';

const local = new LocalTwilio({
  root,
  ports: { functions: 1, console: 2, proxy: 3 },
  onOutput: () => undefined,
});
const { parts } = local;
const api = createControlApi(local.control);

const origin = { source: 'SDK', webhooks: true };
const request = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  api.request(path, { method, headers: { Host: 'localhost:2', ...headers }, ...(body && { body }) });

const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const response = await request(method, path, body && JSON.stringify(body));
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};
const sent = (entries: TimelineEntry[]) => entries.flatMap((one) => (one.kind === 'webhook' ? [one] : []));

describe('the control API', () => {
  beforeEach(() => local.reset());

  it('answers the state, which must not be cached', async () => {
    const response = await request('GET', '/api/state');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(local.snapshot())));
  });

  it.each<[string, string, string, string | undefined, Record<string, string>, number, string]>([
    [
      'a path that is not there',
      'GET',
      '/api/nothing',
      undefined,
      {},
      404,
      'GET /api/nothing does not exist',
    ],
    ['another method', 'GET', '/api/inbound', undefined, {}, 405, 'GET /api/inbound is not allowed'],
    ['a body that is not JSON', 'POST', '/api/inbound', 'x', {}, 400, 'The body must be JSON'],
    ['a body without a field', 'POST', '/api/inbound', '{"from":"+1"}', {}, 400, 'body: '],
    ['a large body', 'POST', '/api/inbound', ' '.repeat(1024 * 1024 + 1), {}, 413, 'larger than 1 MB'],
    [
      'a page of another site',
      'GET',
      '/api/state',
      undefined,
      { Origin: 'https://example.com' },
      403,
      'Only',
    ],
    [
      'another host',
      'GET',
      '/api/state',
      undefined,
      { Host: 'example.com' },
      403,
      'Only requests from this machine',
    ],
    ['a setting that is not known', 'PATCH', '/api/settings', '{"nope":1}', {}, 400, 'nope: is not known'],
    [
      'a limit that is not known',
      'PATCH',
      '/api/settings',
      '{"limits":{"nope":3}}',
      {},
      400,
      'limits.nope: is not known',
    ],
    [
      'a field that a fault does not have',
      'PATCH',
      '/api/settings',
      '{"faults":{"webhooks":[{"kind":"down","on":"all","time":1}]}}',
      {},
      400,
      'faults.webhooks.0.time: is not known',
    ],
    ['a list of settings', 'PATCH', '/api/settings', '[]', {}, 400, 'the body: must be an object'],
    ['a list of limits', 'PATCH', '/api/settings', '{"limits":[]}', {}, 400, 'limits: must be an object'],
    [
      'a misspelled field',
      'POST',
      '/api/inbound',
      '{"form":"+12125550101","body":"Hi"}',
      {},
      400,
      'form: is not known',
    ],
    ...[
      'POST /api/outgoing',
      'POST /api/messages',
      'POST /api/flex/outbound',
      'POST /api/resend',
      'POST /api/scenarios/known-customer',
      'PATCH /api/workers/alice@example.com',
      'POST /api/conversations/CH1',
      'POST /api/conversations/CH1/workers',
      'POST /api/customers',
      'POST /api/reset',
    ].map((call): [string, string, string, string, Record<string, string>, number, string] => {
      const [method = '', path = ''] = call.split(' ');
      return [`an unknown field for ${call}`, method, path, '{"nope":1}', {}, 400, 'nope: is not known'];
    }),
    ['a worker who is not there', 'PATCH', '/api/workers/nobody', '{}', {}, 404, 'was not found'],
  ])('refuses %s', async (_title, method, path, body, headers, status, message) => {
    const response = await request(method, path, body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      code: expect.any(Number),
      message: expect.stringContaining(message),
    });
  });

  it('changes for how long conversations are initializing, how far messages get, and retries', async () => {
    const { initializingMs, receipts, webhookRetries } = parts.settings.current;
    expect({ initializingMs, receipts, webhookRetries }).toEqual({
      ...{ initializingMs: 0, receipts: 'delivered', webhookRetries: 0 },
    });
    const change = { initializingMs: 60_000, receipts: 'read', webhookRetries: 1 };
    expect(await ask('PATCH', '/api/settings', change)).toMatchObject(change);
    // No function runs here: every webhook fails.
    const body = { from: '+12125550101', channel: 'whatsapp', body: 'Hi' };
    const { conversationSid: sid = '', entries } = await ask<ActionResult>('POST', '/api/inbound', body);
    expect(local.state.conversation(sid).state).toBe('initializing');
    const added = sent(entries).filter(({ name }) => name === 'onParticipantAdded');
    expect(added.map(({ fields, retry }) => [fields.RetryCount, retry])).toEqual([
      ['0', undefined],
      ['1', 1],
    ]);
    const message = local.state.addMessage(sid, { author: 'alice', body: 'Hello' }, origin);
    const status = () => local.state.detailsOf(message).receipts[0]?.status;
    while (status() !== 'read') await new Promise((done) => setTimeout(done, 10));
    await ask('PATCH', '/api/settings', { initializingMs, receipts, webhookRetries });
    expect((await request('PATCH', '/api/settings', '{"receipts":"lost"}')).status).toBe(400);
  });

  it('refuses a message to a number that is not ours, and takes one to any that is', async () => {
    const [first, ...others] = local.control.data().numbers;
    const message = `+19999999999 is none of our numbers (${[first, ...others].map((one) => one?.address).join(', ')}): name one of them in "to", leave it out for the first one, or add the number to the data`;
    for (const channel of ['sms', 'whatsapp']) {
      const body = { from: '+12125550101', to: '+19999999999', channel, body: 'Hi' };
      const response = await request('POST', '/api/inbound', JSON.stringify(body));
      expect([response.status, await response.json()]).toEqual([400, { code: 50413, message }]);
    }
    expect([local.state.conversations(), local.timeline.entries()]).toEqual([[], []]);
    for (const to of [first?.address, others.at(-1)?.address]) {
      const { conversationSid = '' } = await ask<ActionResult>('POST', '/api/inbound', {
        ...{ from: '+12125550101', to, body: 'Hi' },
      });
      const [customer] = local.state.participants(conversationSid);
      expect(customer?.messaging_binding?.proxy_address).toBe(to);
    }
  });

  it('lets a customer write on chat', async () => {
    const write = (more: object) =>
      ask<ActionResult>('POST', '/api/inbound', { channel: 'chat', from: 'visitor', body: 'Hi', ...more });
    const { conversationSid = '' } = await write({});
    expect((await write({ conversationSid })).conversationSid).toBe(conversationSid);
    expect(local.state.messages(conversationSid).map(({ author }) => author)).toEqual(['visitor', 'visitor']);
  });

  it('sends a webhook again to where it went, and shows it as curl, also one that is a GET', async () => {
    const { webhooks } = local.rest.account;
    const url = 'http://localhost:1/get';
    webhooks.update({ Method: 'GET', PostWebhookUrl: url }, ['onMessageAdded']);
    const { entries } = await ask<ActionResult>('POST', '/api/inbound', { from: '+12125550101', body: 'Hi' });
    const [{ id, fields } = { id: 0, fields: {} }] = sent(entries).filter(({ method }) => method === 'GET');
    webhooks.update({ Method: 'POST', PostWebhookUrl: 'http://localhost:1/post' });
    const again = await ask<ActionResult>('POST', '/api/resend', { id });
    expect(sent(again.entries)).toMatchObject([{ name: 'onMessageAdded', url, method: 'GET', fields }]);
    const curl = await (await request('GET', `/api/timeline/${id}/curl`)).text();
    const signed = `${url}?${new URLSearchParams(fields)}`;
    expect(curl).toBe(`curl '${signed}' \\\n  -H 'X-Twilio-Signature: ${parts.webhooks.sign(signed, {})}'\n`);
  });

  it('sends events in batches, each change once, from the moment that somebody listens until nobody does', async () => {
    const response = await request('GET', '/api/events');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const read = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
    const batch = async (): Promise<ServerEvent[]> => {
      const [, data = ''] = /^event: changes\ndata: (.*)\n\n$/.exec(await read()) ?? [];
      return JSON.parse(data) as ServerEvent[];
    };
    expect(await read()).toBe(': connected\n\n');
    await new Promise(setImmediate);

    const rest = { source: 'API', webhooks: false };
    const { sid } = local.state.createConversation({ friendlyName: 'María' }, rest);
    local.state.addParticipant(sid, { identity: 'alice@example.com' }, rest);
    local.state.addMessage(sid, { author: 'alice@example.com', body: 'one' }, rest);
    local.timeline.addNote('t', 'Hello');
    const [conversation, entry, ...others] = await batch();
    expect(conversation).toMatchObject({
      type: 'conversation',
      data: {
        sid,
        unrouted: false,
        messageCount: 1,
        messages: [{ body: 'one' }],
        participants: [{ identity: 'alice@example.com', name: 'Alice Adams' }],
      },
    });
    expect(entry).toMatchObject({ type: 'timeline', data: { title: 'Hello' } });
    expect(others).toEqual([]);

    // Only what is new is sent again.
    local.state.addMessage(sid, { author: 'alice@example.com', body: 'two' }, rest);
    expect(await batch()).toMatchObject([{ data: { messageCount: 2, messages: [{ body: 'two' }] } }]);
    local.state.removeConversation(sid, rest);
    expect(await batch()).toEqual([{ type: 'conversationRemoved', data: sid }]);
    local.reset();
    expect(await batch()).toMatchObject([
      { type: 'reset' },
      { type: 'state', data: { build: { ok: true } } },
    ]);
    await reader.cancel();
  });
});
