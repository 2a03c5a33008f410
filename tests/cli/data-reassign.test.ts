import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ActionResult } from '../../simulator/api';
import { startLocal } from '../simulator/local';
import { type CommandResult, runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';

const run = promisify(execFile);
let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

const customersFile = 'assets/customers.private.json';
const routingFile = 'assets/routing.private.json';
const read = (file: string): string => readFileSync(project.path(file), 'utf8');
const reassign = (...args: string[]): CommandResult =>
  runCommand(project.root, ['data', 'reassign', ...args]);
const aliceToBob = ['--from', 'alice@example.com', '--to', 'bob@example.com'];

describe('npm run data -- reassign', () => {
  it('changes cards and entries, and says where the old worker is still named', () => {
    const cards = read(customersFile);
    const entries = read(routingFile);
    const { status, stdout, stderr } = reassign(...aliceToBob);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^~ 1001 María Gómez\n[\s\S]*\n6 customers and 1 entry of routing\.customers went from alice@example\.com to bob@example\.com\nassets\/routing\.private\.json still names alice@example\.com: routing\.pool\[0\], routing\.defaultWorker\n$/,
    );
    expect(read(customersFile)).toBe(
      cards.replaceAll('"worker": "alice@example.com"', '"worker": "bob@example.com"'),
    );
    expect(read(routingFile)).toBe(
      entries.replace(
        '"1018",\n        "worker": "alice@example.com"',
        '"1018",\n        "worker": "bob@example.com"',
      ),
    );
    expect(reassign(...aliceToBob).stdout).toMatch(/^0 customers and 0 entries of routing\.customers went/);
    expect(runCommand(project.root, ['data', 'check']).status).toBe(0);
  });

  it('can run twice at once', async () => {
    const command = ['--import', 'tsx', 'cli/main.ts', 'data', 'reassign', ...aliceToBob];
    const { PATH = '', HOME = '' } = process.env;
    const start = () => run(process.execPath, command, { cwd: project.root, env: { PATH, HOME } });
    const results = await Promise.all([start(), start()]);
    expect(results.map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(read(customersFile)).not.toContain('"worker": "alice@example.com"');
  }, 30_000);

  it('writes nothing in a dry run, and prints JSON', () => {
    const cards = read(customersFile);
    const { status, stdout } = reassign(...aliceToBob, '--dry-run', '--json');
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      {
        ok: true,
        written: false,
        customers: expect.arrayContaining([{ customer_id: '1001', name: 'María Gómez' }]),
        entries: 1,
        stillNamed: ['routing.pool[0]', 'routing.defaultWorker'],
      },
    ]);
    expect(read(customersFile)).toBe(cards);
  });

  const notListed = 'is not one of the workers of assets/routing.private.json';
  it.each([
    [['--to', 'bob@example.com'], '--from is missing\nHelp: npm run data -- reassign --help\n'],
    [['--from', 'alice@example.com'], '--to is missing\nHelp: npm run data -- reassign --help\n'],
    [
      ['--from', 'bob@example.com', '--to', 'bob@example.com'],
      '--from and --to are the same\nHelp: npm run data -- reassign --help\n',
    ],
    [
      ['--from', 'alice@example.com', '--to', 'Bob@example.com'],
      `"Bob@example.com" ${notListed}: did you mean "bob@example.com"?\n`,
    ],
    [
      ['--from', 'alice@example.com', '--to', 'somebody-else'],
      `"somebody-else" ${notListed}: add the worker there first\n`,
    ],
    [
      ['--from', 'alise@example.com', '--to', 'bob@example.com'],
      `"alise@example.com" ${notListed}: did you mean "alice@example.com"?\n`,
    ],
    [
      ['--from', 'somebody-else', '--to', 'bob@example.com'],
      `"somebody-else" ${notListed}, and no customer has this worker\n`,
    ],
    [
      ['--from', 'gone@example.com', '--to', 'bob@example.com', '--open-conversations'],
      `"gone@example.com" ${notListed}, and could be a customer in a chat: list the worker there until the conversations are moved\n`,
    ],
    [[...aliceToBob, '--open-conversations'], expect.stringMatching(/^There are no credentials: /)],
    [
      [...aliceToBob, '--local'],
      '--local is for --open-conversations\nHelp: npm run data -- reassign --help\n',
    ],
  ])('ends with 2, and changes nothing, where it is called wrongly: %j', (args, stderr) => {
    const before = [read(customersFile), read(routingFile)];
    expect(reassign(...args)).toEqual({ status: 2, stdout: '', stderr });
    expect([read(customersFile), read(routingFile)]).toEqual(before);
  });

  it('moves the open conversations of the local Twilio', async () => {
    const running = await startLocal();
    try {
      const inbound = { from: '+12125550101', body: 'Hello' };
      const response = await fetch(`${running.console}/api/inbound`, {
        method: 'POST',
        body: JSON.stringify(inbound),
      });
      const { conversationSid: sid } = (await response.json()) as ActionResult;
      const workers = () =>
        running.conversation(String(sid)).participants.flatMap(({ identity }) => identity ?? []);
      expect(workers()).toEqual(['alice@example.com']);

      const { PATH = '', HOME = '' } = process.env;
      const env = { PATH, HOME, SIMULATOR_PORT: new URL(running.console).port };
      const args = ['--import', 'tsx', 'cli/main.ts', 'data', 'reassign', ...aliceToBob];
      const more = ['--open-conversations', '--local'];
      running.local.rest.fail(
        { path: /ParticipantConversations/ },
        { status: 401, code: 20003, message: 'Authenticate' },
        1,
      );
      const refused = run(process.execPath, [...args, ...more], { cwd: project.root, env });
      await expect(refused).rejects.toMatchObject({
        code: 1,
        stderr:
          "Twilio refuses what .env says, ACCOUNT_SID or AUTH_TOKEN: compare them with the Console's account page\n",
      });
      const dry = await run(process.execPath, [...args, ...more, '--dry-run'], { cwd: project.root, env });
      expect(dry.stdout).toContain(`\n~ ${sid}\n1 open conversation would go to bob@example.com\n`);
      expect(workers()).toEqual(['alice@example.com']);

      const { stdout } = await run(process.execPath, [...args, ...more], { cwd: project.root, env });
      expect(stdout).toContain('\n1 open conversation went to bob@example.com\n');
      expect(workers()).toEqual(['bob@example.com']);
    } finally {
      await running.stop();
    }
  }, 60_000);
});
