import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { rememberDeployment } from '../../../cli/deploy/deployments';
import { type RunningLocal, startLocal } from '../../simulator/local';
import { ProjectCopy } from '../../support/project-copy';
import { Started } from '../../support/started';

let project: ProjectCopy;
let running: RunningLocal;
beforeAll(async () => {
  project = new ProjectCopy();
  running = await startLocal();
});
afterAll(async () => {
  await running.stop();
  project.remove();
});

/** Runs the command as the npm script does; it talks to a server in this process. */
async function run(...args: string[]): Promise<{ status: number | null; output: string }> {
  const env = { SIMULATOR_PORT: new URL(running.console).port };
  const command = new Started(
    project.root,
    process.execPath,
    ['--import', 'tsx', 'cli/main.ts', 'setup', ...args],
    env,
  );
  const status = await command.ends();
  // On a slow machine it says what it is doing.
  return { status, output: command.output.replace(/^\w[\w +:]* …\n/gm, '') };
}

async function runJson(...args: string[]) {
  const { status, output } = await run('--local', '--json', ...args);
  return {
    status,
    ...(JSON.parse(output) as {
      changes: { kind: string }[];
      conflicts: object[];
      applied: boolean;
      url: string;
    }),
  };
}

describe('npm run setup -- --local', () => {
  it('has nothing to do after npm start', async () => {
    expect(await runJson()).toEqual({
      status: 0,
      ok: true,
      url: running.functions,
      changes: [],
      conflicts: [],
      kept: [],
      notices: [],
      manual: [],
      applied: false,
    });
  });

  it('sets everything to other functions, so that an event reaches them, and undo restores it', async () => {
    const paths: string[] = [];
    const other: Server = createServer((request, response) => {
      paths.push(request.url ?? '');
      request.resume();
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
    await new Promise<void>((done) => other.listen(0, 'localhost', done));
    const url = `http://localhost:${(other.address() as AddressInfo).port}`;
    try {
      const frontline = structuredClone(running.local.parts.settings.current.frontlineUrls);
      const webhooks = structuredClone(running.local.rest.account.webhooks.fetch());
      const dryRun = await run('--local', '--url', url, '--dry-run');
      expect(dryRun).toEqual({
        status: 0,
        output: `Conversations webhooks account
  - Pre-Event URL: ${running.functions}/callbacks/conversations
  + Pre-Event URL: ${url}/callbacks/conversations
  - Post-Event URL: ${running.functions}/callbacks/conversations
  + Post-Event URL: ${url}/callbacks/conversations

Simulated Frontline Console
  - CRM Callback URL: ${running.functions}/callbacks/crm
  + CRM Callback URL: ${url}/callbacks/crm
  - Outgoing Conversations Callback URL: ${running.functions}/callbacks/outgoing-conversation
  + Outgoing Conversations Callback URL: ${url}/callbacks/outgoing-conversation
  - Templates Callback URL: ${running.functions}/callbacks/templates
  + Templates Callback URL: ${url}/callbacks/templates
  - Routing Callback URL: ${running.functions}/callbacks/routing
  + Routing Callback URL: ${url}/callbacks/routing
`,
      });
      expect(running.local.rest.account.webhooks.fetch()).toEqual(webhooks);

      const { changes, ...applied } = await runJson('--yes', '--url', url);
      expect([applied.url, applied.applied, changes.length]).toEqual([url, true, 2]);
      await running.local.actions.receiveInbound({ from: '+12125550199', body: 'Hi' });
      expect(paths.sort()).toEqual([
        '/callbacks/conversations',
        '/callbacks/conversations',
        '/callbacks/routing',
      ]);
      expect((await runJson('--url', url)).changes).toEqual([]);

      expect(await run('--local', '--undo', '--yes')).toMatchObject({
        status: 0,
        output: expect.stringMatching(/Done\.\n$/),
      });
      expect(running.local.parts.settings.current.frontlineUrls).toEqual(frontline);
      expect(running.local.rest.account.webhooks.fetch()).toEqual(webhooks);
    } finally {
      other.close();
    }
  });

  it('reads no customers, who may be too many to wait for, and refuses routing data that is not valid', async () => {
    for (const [name, expected] of [
      ['customers', { status: 0, output: 'There is nothing to change.\n' }],
      ['routing', { status: 1, output: 'The routing data is not valid: npm run check lists the problems\n' }],
    ] as const) {
      const file = project.path(`assets/${name}.private.json`);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('{', '{ "unknown": 1,'));
      expect(await run('--local')).toEqual(expected);
      writeFileSync(file, text);
    }
  });

  it('does not use a deployment that a restart of the local Twilio has ended', async () => {
    const deployed = {
      domain: 'localhost:1',
      serviceSid: `ZS${'1'.repeat(32)}`,
      environmentSid: `ZE${'1'.repeat(32)}`,
      buildSid: `ZB${'1'.repeat(32)}`,
    };
    rememberDeployment(project.root, `AC${'0'.repeat(32)}/dev`, deployed);
    expect(await runJson()).toMatchObject({ status: 0, url: running.functions, changes: [] });
  });

  it('changes nothing without a yes, and fails while a conflict is undecided', async () => {
    const { webhooks } = running.local.rest.account;
    const before = structuredClone(webhooks.fetch());
    webhooks.update({ PostWebhookUrl: 'https://example.com/hook' });
    try {
      const { status, output } = await run('--local', '--yes', '--url', 'http://localhost:1');
      expect([status, output]).toEqual([1, expect.stringContaining('--keep post-url or --replace post-url')]);
      const decided = await run('--local', '--replace', 'post-url', '--url', 'http://localhost:1');
      expect([decided.status, decided.output]).toEqual([2, expect.stringContaining('add --yes')]);
      expect(webhooks.fetch()).toMatchObject({ ...before, post_webhook_url: 'https://example.com/hook' });
    } finally {
      webhooks.update({ PostWebhookUrl: before.post_webhook_url ?? '' });
    }
  });

  it('takes --replace all, and a decision about what is no conflict now', async () => {
    const { webhooks } = running.local.rest.account;
    const before = structuredClone(webhooks.fetch());
    webhooks.update({ PreWebhookUrl: 'https://example.com/a', PostWebhookUrl: 'https://example.com/b' });
    expect(await runJson('--yes', '--replace', 'all')).toMatchObject({ status: 0, applied: true });
    expect(webhooks.fetch()).toEqual(before);
    expect(await runJson('--yes', '--replace', 'pre-url')).toMatchObject({ status: 0, changes: [] });
    await run('--local', '--undo', '--yes');
    webhooks.update({
      PreWebhookUrl: before.pre_webhook_url ?? '',
      PostWebhookUrl: before.post_webhook_url ?? '',
    });
  });

  it('takes the addresses that npm start has wired as ours, also for another conversation service', async () => {
    const { sid } = running.local.rest.account.services.create('Ours');
    const file = project.path('assets/routing.private.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('{', `{ "conversationServiceSid": "${sid}",`));
    const { conflicts, changes } = await runJson();
    writeFileSync(file, text);
    expect(conflicts).toEqual([]);
    expect(changes.map(({ kind }) => kind)).toEqual(['address', 'address', 'address']);
  });

  it('names .setup/ when its record is damaged, and says what to do', async () => {
    const folder = project.path('.setup');
    mkdirSync(folder, { recursive: true });
    const name = `AC${'0'.repeat(32)}.json`;
    for (const text of ['{"changes": [', '{"changes": {}}']) {
      writeFileSync(join(folder, name), text);
      const { status, output } = await run('--local');
      expect([status, output]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^\\.setup/${name} is damaged: it is not .* Correct it\\. If you`)),
      ]);
    }
    rmSync(folder, { recursive: true });
  });

  it.each([
    [['--scope', 'all'], '--scope must be account or service'],
    [['--routing', 'mine'], '--routing must be custom, pool or none'],
    [['--keep', 'a', '--replace', 'a'], 'a cannot be both kept and replaced'],
    [['--url', 'service-1234.twil.io'], "--url must be the functions' address without a path"],
    [['--url', 'http://service-1234-dev.twil.io'], "--url must be the functions' address without a path"],
    [['--url', 'http://localhost.example.com'], "--url must be the functions' address without a path"],
    [['--environment', 'production'], 'Nothing has been deployed to production'],
    [
      ['--replace', 'prae-url'],
      'There is no conflict prae-url: --keep and --replace take any of all, pre-url,',
    ],
  ])('refuses %j as wrong usage', async (args, message) => {
    const { status, output } = await run('--local', ...args);
    expect([status, output]).toEqual([2, expect.stringContaining(message)]);
  });
});

it('npm run setup says where to get credentials', async () => {
  const { status, output } = await run();
  expect([status, output]).toEqual([2, expect.stringContaining('There are no credentials')]);
});
