import type { ServerEvent } from '../../simulator/api-lists';
import { LocalTwilio } from '../../simulator/local-twilio';
import { createControlApi } from '../../simulator/server/control-api';
import { root } from './local';

const local = new LocalTwilio({
  root,
  ports: { functions: 1, console: 2, proxy: 3 },
  onOutput: () => undefined,
});
const api = createControlApi(local.control);

const request = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  api.request(path, { method, headers: { Host: 'localhost:2', ...headers }, ...(body && { body }) });

describe('the control API', () => {
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
    ['a worker who is not there', 'PATCH', '/api/workers/nobody', '{}', {}, 404, 'was not found'],
  ])('refuses %s', async (_title, method, path, body, headers, status, message) => {
    const response = await request(method, path, body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      code: expect.any(Number),
      message: expect.stringContaining(message),
    });
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
