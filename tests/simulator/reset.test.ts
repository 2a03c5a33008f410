import type { ServerResponse } from 'node:http';
import type { ActionResult, TimelineEntry } from '../../simulator/api';
import { LocalTwilio } from '../../simulator/local-twilio';
import { createControlApi } from '../../simulator/server/control-api';
import { root } from './local';
import { type Answer, json, useStandInFunctions } from './stand-in-functions';

const functions = useStandInFunctions();
let local: LocalTwilio;
/** What the timeline's listeners were told. */
let told: TimelineEntry[];
beforeEach(() => {
  local = new LocalTwilio({
    root,
    ports: { functions: 1, console: 2, proxy: 3 },
    onOutput: () => undefined,
  });
  const { url } = functions;
  const form = { PreWebhookUrl: url, PostWebhookUrl: url };
  local.rest.account.webhooks.update(form, ['onConversationAdd', 'onParticipantAdded', 'onMessageAdd']);
  local.parts.settings.change({ frontlineUrls: { routing: url, crm: url, outgoingConversation: url } });
  told = [];
  local.timeline.onEntry((entry) => told.push(entry));
});

async function post<T>(path: string, body: object): Promise<{ status: number; body: T }> {
  const api = createControlApi(local.control);
  const response = await api.request(path, {
    method: 'POST',
    headers: { Host: 'localhost:2' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as T };
}
const write = (body = 'Hi') => post<ActionResult>('/api/inbound', { from: '+12125550101', body });
const chat = (body = 'Hi') =>
  post<ActionResult>('/api/inbound', { channel: 'chat', from: 'visitor-1', body });
const call = () => post('/api/outgoing', { worker: 'alice@example.com', customerId: '1001' });

const customer = json({
  objects: {
    customer: {
      customer_id: '1001',
      display_name: 'Bob',
      channels: [{ type: 'sms', value: '+12125550101' }],
    },
  },
});

/** Holds the answer to the webhook of that name back. @returns a function that gives all such answers */
function hold(name: string, answer: Answer = json({})): () => void {
  const held: [ServerResponse, URLSearchParams][] = [];
  functions.answers[name] = (response, fields) => held.push([response, fields]);
  return () => {
    functions.answers[name] = answer;
    for (const [response, fields] of held) answer(response, fields);
  };
}

async function received(name: string): Promise<void> {
  while (!functions.received.some((one) => one.name === name)) {
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe('a reset while something is under way', () => {
  it.each([
    // The second one waits for the first one.
    { what: 'messages that would create a conversation', name: 'onConversationAdd', act: write, times: 2 },
    { what: 'a message whose conversation is routed', name: 'onConversationRoute', act: write, times: 1 },
    { what: 'a message whose customer was added', name: 'onParticipantAdded', act: write, times: 1 },
    { what: 'messages on chat', name: 'onConversationAdd', act: chat, times: 2 },
    { what: 'a conversation of a worker', name: 'GetCustomerDetailsByCustomerId', act: call, times: 1 },
  ])('ends $what with 409, and leaves nothing', async ({ name, act, times }) => {
    const release = hold(name, name.startsWith('Get') ? customer : json({}));
    const calls = Array.from({ length: times }, () => act());
    await received(name);
    local.reset();
    told = [];
    release();
    const message = 'The local Twilio was reset meanwhile';
    for (const one of await Promise.all(calls)) {
      expect(one).toEqual({ status: 409, body: { code: 20409, message } });
    }
    expect([local.state.conversations(), local.timeline.entries(), told]).toEqual([[], [], []]);
  });

  it('ends a message to an open conversation, too', async () => {
    const { body } = await write();
    expect(body.ok).toBe(true);
    const release = hold('onMessageAdd');
    const second = write('again');
    await received('onMessageAdd');
    local.reset();
    release();
    expect(await second).toMatchObject({ status: 409 });
    expect([local.state.conversations(), local.timeline.entries()]).toEqual([[], []]);
  });

  it('keeps REST requests of functions from before off the timeline, and shows what comes after', async () => {
    const release = hold('onConversationRoute');
    const first = write();
    await received('onConversationRoute');
    const webhookId = local.timeline.entries().find((one) => one.title === 'onConversationRoute')?.id ?? 0;
    local.reset();
    // A new message of the same customer waits for nothing of before.
    functions.answers.onConversationRoute = json({});
    const next = await write('after');
    expect(next.body).toMatchObject({ ok: true, entries: expect.any(Array) });
    const entries = local.timeline.entries();
    expect(entries).toEqual(next.body.entries);
    const given = { method: 'GET', host: 'conversations.twilio.com', path: '/v1/Conversations', query: {} };
    await local.rest.handle({ ...given, form: {}, headers: {}, webhookId });
    release();
    expect((await first).status).toBe(409);
    expect(local.timeline.entries()).toEqual(entries);
    await local.rest.handle({ ...given, form: {}, headers: {} });
    expect(local.timeline.entries().at(-1)).toMatchObject({ kind: 'rest', trace: 'rest' });
  });
});
