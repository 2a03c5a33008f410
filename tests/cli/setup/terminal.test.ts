import { rmSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { type RunningLocal, startLocal } from '../../simulator/local';
import { ProjectCopy } from '../../support/project-copy';
import { Started } from '../../support/started';

const [enter, down, ctrlC] = ['\r', '\x1b[B', '\x03'];
const theirs = 'https://user:pass-word@example.com/hook';
const url = 'http://localhost:1';
const commands: Started[] = [];
let project: ProjectCopy;
let running: RunningLocal;
beforeAll(async () => {
  project = new ProjectCopy();
  running = await startLocal();
});
afterEach(() => {
  for (const command of commands.splice(0)) command.kill();
});
afterAll(async () => {
  await running.stop();
  project.remove();
});

function open(...args: string[]): Started {
  const SIMULATOR_PORT = new URL(running.console).port;
  const command = Started.onTerminal(project.root, [...args, '--local'], { SIMULATOR_PORT });
  commands.push(command);
  return command;
}
const webhooks = () => running.local.rest.account.webhooks;
const textOf = ({ output }: Started): string => stripVTControlCharacters(output).replaceAll('\r', '');

it.each([
  ['no', 'n', 1],
  ['Ctrl-C', ctrlC, 130],
])('npm run sweep on a terminal changes nothing, and says so, after %s', async (_what, keys, status) => {
  const sid = `CH${'1'.repeat(32)}`;
  const { state } = running.local;
  const setUp = { source: 'SDK', webhooks: false };
  const address = '+12125550142';
  state.createConversation({ sid }, setUp);
  state.addParticipant(sid, { address, proxyAddress: '+16465550190' }, setUp);
  const message = state.addMessage(sid, { author: address, body: 'Hello' }, setUp);
  message.date_created = '2020-01-01T00:00:00Z';
  const sweep = open('sweep', '--close-older-than', '30d');
  await sweep.prints(/Close 1 conversation /);
  sweep.type(keys);
  expect(await sweep.ends()).toBe(status);
  expect(textOf(sweep)).toMatch(/^Nothing was changed\.$/m);
  expect(state.conversation(sid).state).toBe('active');
  running.local.reset();
});

describe('npm run setup on a terminal', () => {
  let before: unknown;
  beforeEach(() => {
    const hook = `${running.functions}/callbacks/conversations`;
    webhooks().update({ PreWebhookUrl: hook, PostWebhookUrl: theirs });
    before = structuredClone(webhooks().fetch());
    rmSync(project.path('.setup'), { recursive: true, force: true });
  });

  it('shows what else it changes, asks about a conflict, and replaces after a yes', async () => {
    const setup = open('setup', '--url', url);
    await setup.prints(/Keep it/);
    const shown = textOf(setup);
    expect(shown.indexOf(`+ Pre-Event URL: ${url}/callbacks/conversations`)).toBeGreaterThan(-1);
    expect(shown.indexOf('The post-event URL')).toBeGreaterThan(shown.indexOf('+ Pre-Event URL'));
    setup.type(`${down}${enter}`);
    await setup.prints(/Go ahead\?/);
    expect(textOf(setup)).toContain(`+ Post-Event URL: ${url}/callbacks/conversations`);
    expect(webhooks().fetch()).toEqual(before);
    setup.type('y');
    expect(await setup.ends()).toBe(0);
    expect(textOf(setup)).toContain('Done. To put it back: npm run setup -- --local --undo');
    expect(setup.output).not.toContain('pass-word');
    expect(webhooks().fetch().post_webhook_url).toBe(`${url}/callbacks/conversations`);

    const undo = open('setup', '--undo');
    await undo.prints(/Go ahead\?/);
    undo.type('y');
    expect(await undo.ends()).toBe(0);
    expect(webhooks().fetch()).toEqual(before);
  });

  it('keeps what somebody wants to keep', async () => {
    const setup = open('setup', '--url', url);
    await setup.prints(/Keep it/);
    setup.type(enter);
    await setup.prints(/Go ahead\?/);
    setup.type('y');
    expect(await setup.ends()).toBe(0);
    expect(webhooks().fetch()).toMatchObject({
      pre_webhook_url: `${url}/callbacks/conversations`,
      post_webhook_url: theirs,
    });
  });

  it.each([
    ['no to everything', [['Go ahead\\?', 'n']], ['--replace', 'all'], 1],
    ['Ctrl-C at the last question', [['Go ahead\\?', ctrlC]], ['--replace', 'all'], 130],
    ['Ctrl-C at a conflict', [['Keep it', ctrlC]], [], 130],
  ] as const)('changes nothing, and says so, after %s', async (_what, answers, args, status) => {
    const setup = open('setup', '--url', url, ...args);
    for (const [question, keys] of answers) {
      await setup.prints(new RegExp(question));
      setup.type(keys);
    }
    expect(await setup.ends()).toBe(status);
    expect(textOf(setup)).toMatch(/^Nothing was changed\.$/m);
    expect(webhooks().fetch()).toEqual(before);
  });
});
