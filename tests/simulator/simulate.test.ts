import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ActionResult, Snapshot } from '../../simulator/api';
import type { ConversationPage } from '../../simulator/api-lists';
import { root } from './local';
import { useLocal } from './local-over-http';

const run = promisify(execFile);
const { running, api } = useLocal();

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
    expect(lines.output).toMatch(
      /✓ onConversationRoute → 200 \d+ of 10000 ms[^\n]*\n {4}Alice Adams, the customer’s owner\.\n[\s\S]*rule customer_worker/,
    );
    const json = await simulate('outgoing', '--worker', 'alice@example.com', '--customer', '1001', '--json');
    expect(JSON.parse(json.output)).toMatchObject({ ok: true, failures: [] });
  });

  it('exits with 1 when an answer breaks the contract, and with 2 on wrong usage', async () => {
    const webhooks = [{ kind: 'error', on: 'onConversationRoute', status: 500 }];
    await api('PATCH', '/api/settings', { faults: { webhooks } });
    const failing = await simulate('scenario', 'new-customer');
    await api('PATCH', '/api/settings', { faults: { webhooks: [] } });
    expect([failing.code, failing.output]).toEqual([
      1,
      expect.stringContaining('onConversationRoute: expected status 200, got 500'),
    ]);
    expect(await simulate('scenario', 'webhook-500')).toMatchObject({ code: 0 });
    expect(await simulate('scenario', 'odd')).toMatchObject({ code: 2 });
    expect(await simulate('inbound', '--body', 'x')).toMatchObject({
      code: 2,
      output: expect.stringContaining('--from is missing'),
    });
    const list = JSON.parse((await simulate('--json', 'list')).output) as Snapshot;
    expect(Object.keys(list)).toEqual(['scenarios', 'numbers', 'workers']);
    const cells = (await simulate('list')).output.split('\n').map((line) => line.trim().split(/ {2,}/));
    for (const { name, description } of list.scenarios) expect(cells).toContainEqual([name, description]);
  });

  it('closes conversations, sends a worker away and back, and forgets everything', async () => {
    const inbound = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550101', body: 'Hi' });
    const sid = inbound.conversationSid ?? '';
    expect(await simulate('close', '+12125550101')).toEqual({
      code: 0,
      output: `Closed: ${sid}, María Gómez\n`,
    });
    expect(running.conversation(sid).state).toBe('closed');
    expect(await simulate('close', '+12125550101')).toEqual({
      code: 2,
      output: '+12125550101 has no open conversation.\n',
    });
    const others = [];
    for (const from of ['+12125550102', '+12125550103']) {
      others.push((await api<ActionResult>('POST', '/api/inbound', { from, body: 'Hi' })).conversationSid);
    }
    expect(JSON.parse((await simulate('close', '--all', '--json')).output)).toEqual({
      closed: others.toReversed(),
    });
    expect(await simulate('close')).toMatchObject({ code: 2 });

    const available = async (): Promise<boolean | undefined> => {
      const { workers } = await api<Snapshot>('GET', '/api/state');
      return workers.find(({ identity }) => identity === 'alice@example.com')?.available;
    };
    expect(await simulate('away', 'alice@example.com')).toEqual({
      code: 0,
      output: 'Alice Adams is away.\n',
    });
    expect(await available()).toBe(false);
    expect(JSON.parse((await simulate('away', 'alice@example.com', '--back', '--json')).output)).toEqual({
      identity: 'alice@example.com',
      displayName: 'Alice Adams',
      available: true,
      state: 'active',
    });
    expect(await simulate('away', 'zoe@example.com')).toEqual({
      code: 2,
      output: 'There is no worker zoe@example.com: npm run simulate -- list\n',
    });

    expect(await simulate('reset')).toMatchObject({ code: 0 });
    expect((await api<ConversationPage>('GET', '/api/conversations')).conversations).toEqual([]);
  });

  it('lets things go wrong, and right again', async () => {
    expect(await simulate('fault')).toEqual({ code: 0, output: 'No faults are on.\n' });
    await simulate('fault', 'bad-signature');
    expect(await simulate('fault', 'rest-500', '--times', '2')).toEqual({
      code: 0,
      output: 'rest-500, 2 times\nbad-signature\n',
    });
    expect(running.local.parts.settings.current.faults).toMatchObject({
      rest: '500',
      restTimes: 2,
      badSignature: true,
    });
    expect(await simulate('fault', 'rest-500', '--off')).toMatchObject({ output: 'bad-signature\n' });
    const off = await simulate('fault', '--off', '--json');
    expect(JSON.parse(off.output)).toMatchObject({
      faults: { rest: 'none', restTimes: null, badSignature: false },
    });
    expect(await simulate('fault', 'rest-501')).toMatchObject({
      code: 2,
      output: expect.stringContaining('There is no fault rest-501; there are: rest-429, rest-500'),
    });
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
