import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ActionResult, FlexResult, Snapshot } from '../../simulator/api';
import { root } from './local';
import { useLocal, webhooks } from './local-over-http';

const run = promisify(execFile);
const { running, api } = useLocal();

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
