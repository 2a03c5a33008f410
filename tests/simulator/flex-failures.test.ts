import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ActionResult, Settings } from '../../simulator/api';
import { type RunningLocal, root, startLocal } from './local';

const run = promisify(execFile);
const defaults: Settings = {
  routingMode: 'custom',
  deliverTwice: false,
  optOut: 'receipt',
  flex: { agentResponse: 'accept', channelFailsAfterMs: null, channelErrorCode: 20500 },
  faults: { rest: 'none', restTimes: null, badSignature: false },
};

let running: RunningLocal;
beforeAll(async () => {
  running = await startLocal();
});
afterAll(() => running.stop());
beforeEach(() => running.local.reset());
afterEach(() => expect(running.local.parts.settings.current).toEqual(defaults));

const runScenario = async (name: string): Promise<ActionResult> => {
  const result = await running.local.actions.runScenario(name);
  expect([result.ok, result.failures]).toEqual([true, []]);
  return result;
};
const webhooks = ({ entries }: ActionResult) =>
  entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
const interactions = () => running.local.snapshot().flex.interactions;

describe('the scenario', () => {
  it('flex-agent-declines answers 201, and then shows an open conversation without an agent', async () => {
    const result = await runScenario('flex-agent-declines');
    const shown = result.entries.flatMap((entry) =>
      entry.kind === 'rest' ? [] : `${entry.title}${entry.kind === 'webhook' ? ` ${entry.status}` : ''}`,
    );
    expect(shown.slice(2, 4)).toEqual(['outboundMessage 201', 'The agent declines: the task is canceled']);
    expect(interactions()[0]).toMatchObject({
      status: 'active',
      taskStatus: 'canceled',
    });
    const conversation = running.conversation(result.conversationSid ?? '');
    expect(conversation.participants.flatMap(({ identity }) => identity ?? [])).toEqual([]);
    expect(conversation).toMatchObject({
      state: 'active',
      messages: [{ body: 'Hello from Flex!' }, { body: 'Who is this?' }],
    });
  });

  it('flex-channel-fails-later answers 201, and then shows the code of the failed channel', async () => {
    const result = await runScenario('flex-channel-fails-later');
    expect(webhooks(result).map(({ status }) => status)).toEqual([201]);
    expect(result.entries.at(-1)).toMatchObject({ title: 'The channel has failed', errorCode: 20500 });
  });

  it('flex-in-doubt answers 503, and the same request again 201 with the same SIDs', async () => {
    const result = await runScenario('flex-in-doubt');
    const [first, second] = webhooks(result);
    const { inDoubt } = JSON.parse(first?.body ?? '') as { inDoubt: { interactionSid: string } };
    expect([first?.status, first?.outcome]).toEqual([
      503,
      'In doubt: Twilio has not said whether it was done. The same request, sent again, finds out.',
    ]);
    expect(second?.status).toBe(201);
    expect(JSON.parse(second?.body ?? '')).toMatchObject({ interactionSid: inDoubt.interactionSid });
    expect(interactions()).toHaveLength(1);
  });
});

/** Loses the next message together with its answer. */
const loseMessage = () =>
  running.local.rest.fail(
    { method: 'POST', host: 'conversations.twilio.com', path: /\/Messages$/ },
    { reset: true, later: 60_000 },
    1,
  );

describe('npm run simulate', () => {
  const simulate = async (...args: string[]): Promise<{ code: number; output: string }> => {
    const command = ['--import', 'tsx', 'cli/main.ts', 'simulate', ...args];
    const env = { ...process.env, SIMULATOR_PORT: new URL(running.console).port, FORCE_COLOR: '0' };
    return run(process.execPath, command, { cwd: root, env }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
    );
  };

  it('replays a start with the same key, and starts nothing again', async () => {
    const args = ['outbound', '--agent', 'alice@example.com', '--customer', '1002', '--body', 'Hi'];
    const first = await simulate(...args, '--key', 'k1');
    const second = await simulate(...args, '--key', 'k1');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.output).toContain('The conversation was started, and the message is in it.');
    expect(second.output).toContain('the answer is the same, and nothing was done again.');
    expect(interactions()).toHaveLength(1);
  });

  it('prints what is in doubt, and how to find out', async () => {
    const args = ['outbound', '--agent', 'alice@example.com', '--customer', '1002', '--body', 'Hi'];
    loseMessage();
    const keyed = await simulate(...args, '--key', 'k2');
    const [open] = interactions();
    expect(keyed.code).toBe(1);
    expect(keyed.output).toContain(
      'the function answered 503 in_doubt: Twilio has not said whether the message was created',
    );
    expect(keyed.output).toContain(`interactionSid ${open?.sid}`);
    expect(keyed.output).toContain('send the same request again with --key k2, in 5 seconds');
    loseMessage();
    const unkeyed = await simulate(...args.map((one) => (one === '1002' ? '1001' : one)));
    expect(unkeyed.output).toContain('Without a key, no later request finds out.');
    expect(unkeyed.output).toContain('without --key, the customer may get the message twice');
  });

  it('changes how agents and channels behave, and prints it', async () => {
    const changed = await simulate('settings', '--agent-response', 'decline', '--channel-fails-after', '0');
    expect(changed).toEqual({
      code: 0,
      output: `--agent-response decline
--channel-fails-after 0
--channel-error-code 20500
--opt-out receipt
`,
    });
    const back = ['--agent-response', 'accept', '--channel-fails-after', 'never', '--opt-out', 'refuse'];
    expect(JSON.parse((await simulate('settings', ...back, '--json')).output)).toMatchObject({
      optOut: 'refuse',
      flex: { agentResponse: 'accept', channelFailsAfterMs: null },
    });
    expect((await simulate('settings', '--opt-out', 'receipt')).output).toContain('--opt-out receipt');
  });
});
