import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FlexResult, TimelineEntry } from '../../simulator/api';
import { webhookIdHeader, webhookIdPreload } from '../../simulator/webhook-id';
import { type RunningLocal, startLocal } from './local';

let running: RunningLocal;
beforeAll(async () => {
  running = await startLocal();
});
afterAll(() => running.stop());
beforeEach(() => running.local.reset());

const webhooks = (entries: TimelineEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
const requests = (entries: TimelineEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'rest' ? [entry] : []));
const startOutbound = (to: string, body: string): Promise<FlexResult> =>
  running.local.actions.startOutbound({ agent: 'alice@example.com', channel: 'sms', to, body });

describe('two webhooks at once, the first of them slow', () => {
  it('each have their own log line and their own REST requests', async () => {
    running.local.rest.fail({ method: 'POST', path: '/v1/Interactions' }, { delay: 700, after: true }, 1);
    const slow = startOutbound('+12125550101', 'slow');
    await new Promise((done) => setTimeout(done, 100));
    const results = await Promise.all([slow, startOutbound('+12125550102', 'fast')]);
    for (const [index, { entries, answer }] of results.entries()) {
      const [webhook] = webhooks(entries);
      expect(webhook).toMatchObject({
        status: 201,
        decision: { conversationSid: answer.conversationSid },
      });
      const made = requests(entries);
      expect(new Set(made.map(({ during }) => during))).toEqual(new Set([webhook?.id]));
      const interaction = made.find(({ method, url }) => method === 'POST' && url.endsWith('/Interactions'));
      expect(interaction?.form.Channel).toContain(index === 0 ? '+12125550101' : '+12125550102');
    }
  });

  it('can be told apart where they are one event of one conversation, delivered twice', async () => {
    running.local.parts.settings.change({ deliverTwice: true });
    const { entries } = await running.local.actions.receiveInbound({ from: '+12125550102', body: 'Hi' });
    running.local.parts.settings.change({ deliverTwice: false });
    const routed = webhooks(entries).filter(({ name }) => name === 'onConversationRoute');
    expect(routed.map(({ delivery }) => delivery)).toEqual([1, 2]);
    for (const { id, decision } of routed) {
      expect(decision).toMatchObject({ rule: expect.any(String) });
      expect(requests(entries).filter(({ during }) => during === id)).not.toEqual([]);
    }
  });
});

describe('the id of a webhook', () => {
  /** Answers with the headers that it has been sent, and logs a moment later. */
  const script = `
    require('node:http').createServer((request, response) => {
      setTimeout(() => console.log('{"level":"info"}'), 20);
      console.log('not a log line');
      response.end(JSON.stringify([request.headers, request.rawHeaders]));
    }).listen(0, 'localhost', function () { console.log(this.address().port); });`;

  it('is hidden from the functions, and precedes their log lines', async () => {
    const child = spawn(process.execPath, ['--require', webhookIdPreload, '--eval', script]);
    try {
      const [port] = (await once(child.stdout, 'data')) as [Buffer];
      const output: string[] = [];
      child.stdout.on('data', (chunk) => output.push(String(chunk)));
      const url = `http://localhost:${Number(port)}`;
      const response = await fetch(url, { headers: { [webhookIdHeader]: '7', 'x-other': '1' } });
      const received = await response.text();
      expect(received).toContain('x-other');
      expect(received).not.toContain(webhookIdHeader);
      while (!output.join('').includes('level')) await new Promise((done) => setTimeout(done, 10));
      expect(output.join('')).toBe('not a log line\n@7 {"level":"info"}\n');
    } finally {
      child.kill();
    }
  });

  it('reaches the REST side beside the request, not in its headers', async () => {
    const seen: { webhookId?: number; headers: Record<string, string> }[] = [];
    const end = running.local.rest.onRequest(({ request }) => seen.push(request));
    const { entries } = await startOutbound('+12125550101', 'Hello');
    end();
    const [webhook] = webhooks(entries);
    expect(new Set(seen.map(({ webhookId }) => webhookId))).toEqual(new Set([webhook?.id]));
    expect(seen.flatMap(({ headers }) => Object.keys(headers))).not.toContain(webhookIdHeader);
  });
});
