import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Participant } from '../../simulator/twilio/conversations/model';
import { type RunningLocal, startLocal } from '../simulator/local';
import { ProjectCopy } from '../support/project-copy';
import { Started } from '../support/started';

const ours = '+16465550190';
const setUp = { source: 'SDK', webhooks: false };
const sidOf = (n: number): string => `CH${String(n).padStart(32, '0')}`;
const customerOf = (n: number): string => `+1212555${String(n).padStart(4, '0')}`;

let project: ProjectCopy;
let running: RunningLocal;
const commands: Started[] = [];

beforeAll(async () => {
  project = new ProjectCopy();
  running = await startLocal();
}, 60_000);
beforeEach(() => {
  running.local.reset();
  // Of a sweep that was killed while it wrote its place.
  for (const name of readdirSync(project.root)) {
    if (name.startsWith('.sweep.json.')) rmSync(project.path(name));
  }
});
afterEach(() => {
  for (const command of commands.splice(0)) command.kill();
});
afterAll(async () => {
  await running?.stop();
  project.remove();
});

function start(...args: string[]): Started {
  const port = new URL(running.console).port;
  const command = ['--import', 'tsx', 'cli/main.ts', 'sweep', '--local', ...args];
  const started = new Started(project.root, process.execPath, command, { SIMULATOR_PORT: port });
  commands.push(started);
  return started;
}

/** Runs the command to its end. */
async function sweep(...args: string[]): Promise<{ code: number | null; output: string }> {
  const started = start(...args);
  const code = await started.ends();
  return { code, output: started.output };
}

async function sweepForJson(
  ...args: string[]
): Promise<{ code: number | null; json: Record<string, unknown> }> {
  const { code, output } = await sweep('--json', ...args);
  return { code, json: JSON.parse(output.slice(output.indexOf('{'))) as Record<string, unknown> };
}

/** Makes a conversation in which a customer has written. */
function addInbound(n: number, worker?: string): string {
  const sid = sidOf(n);
  const { state } = running.local;
  state.createConversation({ sid }, setUp);
  state.addParticipant(sid, { address: customerOf(n), proxyAddress: ours }, setUp);
  if (worker !== undefined) state.addParticipant(sid, { identity: worker }, setUp);
  state.addMessage(sid, { author: customerOf(n), body: 'Hello' }, setUp);
  return sid;
}

const workersIn = (sid: string): string[] =>
  running.local.state
    .participants(sid)
    .flatMap(({ identity }: Participant) => (identity === null ? [] : [identity]));

describe('npm run sweep', () => {
  it('routes what has no worker, prints it without any number, and then finds nothing to do', async () => {
    const sid = addInbound(1);
    const dry = await sweep('--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.output).toMatch(
      new RegExp(
        `${sid} would go to \\S+ \\(rule: \\w+\\); created \\d+s ago, last message \\d+s ago\n1 active conversation checked: 1 would be routed\n`,
      ),
    );
    expect(workersIn(sid)).toEqual([]);

    const first = await sweep();
    expect(first.code).toBe(0);
    const [worker] = workersIn(sid);
    expect(workersIn(sid)).toHaveLength(1);
    expect(first.output).toContain(`${sid} routed to ${worker} (rule: `);
    expect(first.output).toContain('1 active conversation checked: 1 routed');
    expect(first.output).not.toContain(customerOf(1).slice(1));

    const { code, json } = await sweepForJson();
    expect([code, json]).toEqual([
      0,
      {
        ok: true,
        dryRun: false,
        resumed: false,
        checked: 1,
        conversations: [],
        skipped: { has_worker: 1 },
        finished: [],
      },
    ]);
  }, 60_000);

  it('routes a hundred of a thousand when it is killed in the middle and run again', async () => {
    for (let n = 0; n < 1_000; n++) addInbound(n, n % 10 === 3 ? undefined : 'alice@example.com');
    const unrouted = Array.from({ length: 100 }, (_, n) => sidOf(10 * n + 3));
    const routed = (): number => unrouted.filter((sid) => workersIn(sid).length > 0).length;
    const first = start();
    await first.until(() => (routed() >= 5 ? true : undefined), 'five routed conversations');
    first.kill();
    await first.ends();
    expect(routed()).toBeLessThan(100);
    expect(existsSync(project.path('.sweep.json'))).toBe(true);

    const { code, json } = await sweepForJson();
    expect([code, json.ok, json.resumed]).toEqual([0, true, true]);
    expect(json.checked).toBeLessThan(1_000);
    const counts = Array.from({ length: 1_000 }, (_, n) => workersIn(sidOf(n)).length);
    expect(counts.filter((count) => count !== 1)).toEqual([]);
    expect(existsSync(project.path('.sweep.json'))).toBe(false);
  }, 120_000);

  it('can run several times at once', async () => {
    for (let n = 0; n < 60; n++) addInbound(n);
    const all = await Promise.all([1, 2, 3].map(() => sweepForJson()));
    expect(all.map(({ code, json }) => [code, json.ok])).toEqual([
      [0, true],
      [0, true],
      [0, true],
    ]);
    const counts = Array.from({ length: 60 }, (_, n) => workersIn(sidOf(n)).length);
    expect(counts.filter((count) => count !== 1)).toEqual([]);
    expect(readdirSync(project.root).filter((name) => name.startsWith('.sweep'))).toEqual([]);
  }, 60_000);

  it('goes on where its place cannot be written', async () => {
    const sid = addInbound(1);
    mkdirSync(project.path('.sweep.json'));
    const { code, output } = await sweep();
    rmdirSync(project.path('.sweep.json'));
    expect(code).toBe(0);
    expect(output).toContain(
      '.sweep.json cannot be written (EISDIR): after an interruption, a sweep begins anew.\n',
    );
    expect(output.match(/cannot be written/g)).toHaveLength(1);
    expect(workersIn(sid)).toHaveLength(1);
    expect(readdirSync(project.root).filter((name) => name.startsWith('.sweep'))).toEqual([]);
  }, 60_000);

  it('begins anew, and says so, when .sweep.json is damaged', async () => {
    const sid = addInbound(1);
    for (const text of ['{"own', '{"owner":1}']) {
      writeFileSync(project.path('.sweep.json'), text);
      const { code, output } = await sweep();
      expect(code).toBe(0);
      expect(output).toMatch(/^\.sweep\.json is damaged: it is not .* The sweep begins anew\.$/m);
    }
    expect(workersIn(sid)).toHaveLength(1);
  }, 60_000);

  it('closes dead conversations only after a yes', async () => {
    const sid = addInbound(1);
    const [message] = running.local.state.messages(sid);
    if (message) message.date_created = '2020-01-01T00:00:00Z';
    const asked = await sweep('--close-older-than', '30d');
    const question =
      'Close 1 conversation whose last message is older than 30d? Nobody can be asked here: add --yes to go ahead.';
    expect(asked.code).toBe(2);
    expect(asked.output).toContain(`${sid} would be closed; created `);
    expect(asked.output).toContain(question);
    const asJson = await sweepForJson('--close-older-than', '30');
    expect([asJson.code, asJson.json]).toEqual([
      2,
      {
        ok: false,
        error: question,
        dryRun: true,
        resumed: false,
        checked: 1,
        conversations: [
          {
            sid,
            outcome: 'would_close',
            why: 'no_worker',
            ageMs: expect.any(Number),
            silentMs: expect.any(Number),
          },
        ],
        skipped: {},
        finished: [],
        unfinished: 0,
      },
    ]);
    expect(running.local.state.conversation(sid).state).toBe('active');
    const { code, json } = await sweepForJson('--close-older-than', '30d', '--yes');
    expect([code, json.conversations]).toMatchObject([0, [{ sid, outcome: 'closed', why: 'no_worker' }]]);
    expect(running.local.state.conversation(sid).state).toBe('closed');
  }, 60_000);

  it('routes nothing where Frontline is set to "Do not route", or the data says so', async () => {
    const sid = addInbound(1);
    running.local.parts.settings.change({ routingMode: 'none' });
    expect((await sweepForJson()).json).toMatchObject({
      ok: true,
      checked: 0,
      notSwept: 'the local Twilio is set to "Do not route"',
    });
    running.local.parts.settings.change({ routingMode: 'custom' });
    const file = project.path('assets', 'routing.private.json');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('"routing": {', '"routing": { "sweep": false,'));
    const { json } = await sweepForJson();
    writeFileSync(file, before);
    expect(json).toMatchObject({ notSwept: 'routing.sweep is false in assets/routing.private.json' });
    expect(workersIn(sid)).toEqual([]);
  }, 60_000);

  it.each([
    ...['0d', '0', '10000d', '30m'].map((days): [string[], string] => [
      ['--close-older-than', days],
      '--close-older-than must be a number of days from 1 to 9999, e.g. 30d',
    ]),
    [['--requests-per-second', '0'], '--requests-per-second must be a whole number from 1 to 9999'],
  ])('rejects %j', async (args, problem) => {
    expect(await sweep(...args)).toEqual({ code: 2, output: `${problem}\n` });
  });
});
