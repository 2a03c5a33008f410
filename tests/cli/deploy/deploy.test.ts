import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Account, openAccount } from '../../../cli/account';
import type { ActionResult, TimelineEntry } from '../../../simulator/api';
import { type CommandResult, runCommand } from '../../support/command-line';
import { ProjectCopy } from '../../support/project-copy';
import { Started } from '../../support/started';
import { type LocalPorts, postSigned, startLocalTwilio } from './local-project';

// Each call of the command is a process, and builds.
jest.setTimeout(180_000);
const project = new ProjectCopy();
const secret = 'a-key-that-nobody-may-see-printed-0123456789';
let running: Started;
let env: LocalPorts;
let account: Account;

beforeAll(async () => {
  writeFileSync(project.path('.env'), `OUTBOUND_API_KEY=${secret} # a comment\nGREETING="it's # here"\n`);
  ({ running, env } = await startLocalTwilio(project));
  process.env.SIMULATOR_PORT = env.SIMULATOR_PORT;
  account = await openAccount({ local: true });
});
afterAll(() => {
  delete process.env.SIMULATOR_PORT;
  running.kill();
  project.remove();
});

const deploy = (...args: string[]): CommandResult => runCommand(project.root, ['deploy', ...args], env);
/** What the command printed as JSON, if it ended well. */
const deployed = (...args: string[]) => {
  const { status, stdout, stderr } = deploy('--local', '--json', ...args);
  if (status !== 0) throw new Error(stdout + stderr);
  return JSON.parse(stdout) as {
    url: string;
    buildId: string;
    buildSid: string;
    serviceSid: string;
    environmentSid: string;
    changedVariables?: string[];
    leftVariables?: string[];
    isServed?: boolean;
    replaced?: string;
  };
};
const rename = (from: string, to: string): void => {
  const file = project.path('assets/customers.private.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};
const ask = async (url: string, fields: Record<string, string>, signature?: string) => {
  const response = await postSigned(account, url, fields, signature);
  const body = (await response.json()) as { objects?: { customer?: { display_name: string } } };
  return { status: response.status, headers: response.headers, body };
};
const details = {
  Location: 'GetCustomerDetailsByCustomerId',
  Worker: 'alice@example.com',
  CustomerId: '1002',
  BuildProbe: '1',
};
const nameAt = async (url: string): Promise<string | undefined> =>
  (await ask(`${url}/callbacks/crm`, details)).body.objects?.customer?.display_name;
const inbound = async (from: string): Promise<ActionResult> => {
  const response = await fetch(`http://localhost:${env.SIMULATOR_PORT}/api/inbound`, {
    method: 'POST',
    body: JSON.stringify({ from, body: 'hello' }),
  });
  return (await response.json()) as ActionResult;
};

describe('npm run deploy -- --local', () => {
  it('uploads exactly what --dry-run lists, and what is uploaded answers signed requests only', async () => {
    const listed = deploy('--local', '--dry-run', '--json');
    // On a slow machine it says what it is doing.
    expect([listed.status, listed.stderr.replace(/^Building …\n/, '')]).toEqual([0, '']);
    const dry = JSON.parse(listed.stdout) as Record<string, unknown> & {
      functions: { path: string; visibility: string; bytes: number }[];
      assets: { path: string; visibility: string; bytes: number }[];
    };
    expect(dry).toMatchObject({
      ok: true,
      dryRun: true,
      environment: 'dev',
      variables: [
        'FLEX_QUEUE_SID',
        'FLEX_WORKFLOW_SID',
        'FLEX_WORKSPACE_SID',
        'GREETING',
        'OUTBOUND_API_KEY',
        'SWEEP_API_KEY',
      ],
      problems: [],
    });
    expect(await account.client.serverless.v1.services.list()).toEqual([]);

    const { status, stdout, stderr } = deploy('--local');
    expect(status).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout).toContain('Next: npm run setup -- --local');
    // There is nothing to go back to.
    expect(stdout).not.toContain('--rollback');
    const [url = ''] = /http:\/\/localhost:\d+/.exec(stdout) ?? [];
    const [service] = await account.client.serverless.v1.services.list();
    const api = account.client.serverless.v1.services(service?.sid ?? '');
    const [environment] = await api.environments.list();
    const build = await api.builds(environment?.buildSid ?? '').fetch();
    const pick = (versions: unknown) =>
      (versions as { path: string; visibility: string }[])
        .map(({ path, visibility }) => ({ path, visibility }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(pick(build.functionVersions)).toEqual(pick(dry.functions));
    expect(pick(build.assetVersions)).toEqual(pick(dry.assets));
    expect(pick(build.functionVersions)).toEqual([
      ...['conversations', 'crm', 'outgoing-conversation', 'routing', 'templates'].map((name) => ({
        path: `/callbacks/${name}`,
        visibility: 'protected',
      })),
      { path: '/flex/outbound-message', visibility: 'public' },
      { path: '/maintenance/sweep', visibility: 'public' },
    ]);
    expect(
      Object.fromEntries(
        (build.dependencies as { name: string; version: string }[]).map((one) => [one.name, one.version]),
      ),
    ).toEqual(dry.dependencies);
    const variables = await api.environments(environment?.sid ?? '').variables.list();
    expect(Object.fromEntries(variables.map(({ key, value }) => [key, value]))).toEqual({
      ...account.variables,
      OUTBOUND_API_KEY: secret,
      GREETING: "it's # here",
    });

    for (const { path } of pick(build.functionVersions).slice(0, 5)) {
      const signed = await ask(`${url}${path}`, { BuildProbe: '1' });
      expect(signed.headers.get('x-build-id')).toBe(dry.buildId);
      const forged = await ask(`${url}${path}`, { BuildProbe: '1' }, 'forged');
      expect([forged.status, forged.headers.get('x-build-id')]).toEqual([403, null]);
    }
    expect((await fetch(`${url}/customers.json`)).status).toBe(403);
    expect(await nameAt(url)).toBe('John Fox');
    const logs = await api.environments(environment?.sid ?? '').logs.list();
    expect(logs.map(({ message }) => message)).toContainEqual(expect.stringContaining('"status":200'));
  });

  it('handles a customer with what was uploaded, also while the next build takes over', async () => {
    const { url, buildId } = deployed();
    const hook = `${url}/callbacks/conversations`;
    const { webhooks } = account.client.conversations.v1.configuration;
    await webhooks().update({ preWebhookUrl: hook, postWebhookUrl: hook });

    // The live-reloading functions, which route, restart first: only the deployed ones are to change below.
    const built = running.output.split('Built: ').length;
    rename('John Fox', 'John Wolf');
    await running.until(() => running.output.split('Built: ').length > built || undefined, 'the live build');
    await running.until(
      async () => (await inbound('+12125550102')).failures.length === 0 || undefined,
      'the restart',
    );
    const next = new Started(
      project.root,
      process.execPath,
      ['--import', 'tsx', 'cli/main.ts', 'deploy', '--local', '--json'],
      env,
    );
    const ended = next.ends();
    let isDone = false;
    void ended.then(() => {
      isDone = true;
    });
    const results: ActionResult[] = [];
    const seen = new Set<string | null>();
    for (let i = 0; !isDone || i % 5 !== 0; i++) {
      results.push(await inbound(`+1${201 + i}5550142`));
      const probe = await ask(`${url}/callbacks/crm`, details);
      expect(probe.status).toBe(200);
      seen.add(probe.headers.get('x-build-id'));
    }
    expect(await ended).toBe(0);
    const after = await ask(`${url}/callbacks/crm`, details);
    seen.add(after.headers.get('x-build-id'));
    expect(after.body.objects?.customer?.display_name).toBe('John Wolf');
    expect(seen.has(buildId) && seen.size === 2).toBe(true);

    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    const hooks = results.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.kind === 'webhook' && entry.url === hook ? [entry.status] : [])),
    );
    expect(hooks.length).toBeGreaterThanOrEqual(2 * results.length);
    expect(new Set(hooks)).toEqual(new Set([200]));
    // What the deployed functions log is found under the webhook that caused it.
    const withoutDecision = async (): Promise<number> => {
      const answer = await fetch(`http://localhost:${env.SIMULATOR_PORT}/api/timeline`);
      const entries = (await answer.json()) as TimelineEntry[];
      return entries.filter((one) => one.kind === 'webhook' && one.url === hook && !one.decision).length;
    };
    await running.until(async () => (await withoutDecision()) === 0 || undefined, 'all log lines');
    rename('John Wolf', 'John Fox');
  });

  it('goes back to the build before, and says which variables are other than then', async () => {
    const first = deployed('--environment', 'stage');
    rename('John Fox', 'John Bear');
    const file = readFileSync(project.path('.env'), 'utf8');
    writeFileSync(project.path('.env'), `${file.replace("it's", 'that is')}NEW_ONE=1\n`);
    const second = deployed('--environment', 'stage');
    expect(second.url).toBe(first.url);
    expect(await nameAt(second.url)).toBe('John Bear');

    const back = deployed('--environment', 'stage', '--rollback');
    expect(back).toMatchObject({
      buildId: first.buildId,
      buildSid: first.buildSid,
      replaced: second.buildSid,
      changedVariables: ['GREETING', 'NEW_ONE'],
    });
    expect(await nameAt(second.url)).toBe('John Fox');
    rename('John Bear', 'John Fox');
    writeFileSync(project.path('.env'), file);

    expect(deploy('--local', '--environment', 'stage', '--rollback')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('There is no build before the active one'),
    });
    expect(deploy('--local', '--environment', 'nowhere', '--rollback')).toMatchObject({
      status: 1,
      stderr: 'Nothing is deployed to the environment nowhere.\n',
    });
  });

  it('gives each environment its own domain, data and variables, and remembers them', async () => {
    writeFileSync(project.path('.env'), 'GREETING=hello\nNEW_ONE=1\n');
    expect(deployed('--environment', 'production')).toMatchObject({ leftVariables: [], isServed: true });
    writeFileSync(project.path('.env'), 'GREETING=hello\n');
    const production = deployed('--environment', 'production');
    // The toolkit removes none.
    expect(production.leftVariables).toEqual(['NEW_ONE']);
    const dev = deployed();
    expect(new URL(production.url).port).not.toBe(new URL(dev.url).port);
    // What deploy prints as the next commands works without more options, and so do the fixes of the doctor.
    const ask = (...args: string[]) =>
      JSON.parse(runCommand(project.root, [...args, '--local', '--json'], env).stdout) as {
        url: string;
        findings: { code: string; message: string; fix: string }[];
      };
    expect(ask('setup')).toMatchObject({ ok: true, url: dev.url });
    writeFileSync(project.path('.env'), 'GREETING=changed\n');
    for (const [name, url, fix] of [
      ['dev', dev.url, 'npm run deploy -- --local'],
      ['production', production.url, 'npm run deploy -- --local --environment production'],
    ] as const) {
      const examined = ask('doctor', ...(name === 'dev' ? [] : ['--environment', name]));
      expect(examined).toMatchObject({ environment: name, url });
      expect(examined.findings.filter(({ code }) => code === 'variable_differs')).toEqual([
        expect.objectContaining({
          message: 'The deployed variable GREETING has another value than the one in .env',
          fix,
        }),
      ]);
    }
    writeFileSync(project.path('.env'), 'GREETING=hello\n');
    const remembered = JSON.parse(readFileSync(project.path('.deployments.json'), 'utf8')) as object;
    expect(remembered).toMatchObject({
      [`${account.accountSid}/production`]: {
        domain: new URL(production.url).host,
        buildId: production.buildId,
      },
      [`${account.accountSid}/dev`]: { domain: new URL(dev.url).host, buildId: dev.buildId },
    });
    expect(JSON.stringify(remembered)).not.toContain(secret);
  });
});

describe('npm run deploy refuses', () => {
  const temporary = project.path('temporary');
  const secretFiles = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('deploy-'));
  beforeAll(() => mkdirSync(temporary));
  const builds = async (): Promise<number> => {
    const [service] = await account.client.serverless.v1.services.list();
    return service ? (await account.client.serverless.v1.services(service.sid).builds.list()).length : 0;
  };

  it('data that is not valid, and keeps what is deployed', async () => {
    const before = await builds();
    rename('"(212) 555-0102"', '"12"');
    const { status, stdout, stderr } = deploy('--local');
    rename('"12"', '"(212) 555-0102"');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('"12" is not a valid phone number');
    expect(stderr).toContain('Nothing was deployed.');
    expect(await builds()).toBe(before);
  });

  it('a key that somebody could guess, without printing it', async () => {
    const before = await builds();
    const file = readFileSync(project.path('.env'), 'utf8');
    writeFileSync(project.path('.env'), 'OUTBOUND_API_KEY=short-secret\n');
    const results = [deploy('--local'), deploy('--local', '--json'), deploy('--dry-run')];
    writeFileSync(project.path('.env'), file);
    for (const { status, stdout, stderr } of results) {
      expect(status).toBe(1);
      expect(stdout + stderr).toContain('OUTBOUND_API_KEY is too short (12 characters)');
      expect(stdout + stderr).not.toContain('short-secret');
    }
    expect(await builds()).toBe(before);
  });

  it('two files with one path, whoever may read them', async () => {
    const before = await builds();
    writeFileSync(project.path('assets/customers.json'), '{}');
    const { status, stderr } = deploy('--dry-run', '--public', '/customers.json');
    rmSync(project.path('assets/customers.json'));
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(
        'assets/customers.json and assets/customers.private.json have the same path, /customers.json: only one of them would be served\n  → rename or remove all but one of them\n',
      ),
    ]);
    expect(await builds()).toBe(before);
  });

  it('to say that it is deployed when the toolkit fails, and shows why without a secret', () => {
    const file = readFileSync(project.path('package.json'), 'utf8');
    writeFileSync(
      project.path('package.json'),
      file.replace('"twilio": "6.2.0"', '"no-such-package": "6.2.0"'),
    );
    const before = readFileSync(project.path('.deployments.json'), 'utf8');
    const { status, stdout, stderr } = runCommand(project.root, ['deploy', '--local'], {
      ...env,
      TMPDIR: temporary,
    });
    writeFileSync(project.path('package.json'), file);
    expect(secretFiles()).toEqual([]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/twilio-run deploy failed:\n[\s\S]*Failed Deployment/);
    expect(stderr).not.toContain('hello');
    expect(readFileSync(project.path('.deployments.json'), 'utf8')).toBe(before);
  });

  it('with a reason: wrong credentials, and a Twilio that cannot be reached', () => {
    const wrong = { TWILIO_ACCOUNT_SID: account.accountSid, TWILIO_AUTH_TOKEN: '1'.repeat(32) };
    const rejected = runCommand(project.root, ['deploy', '--json'], { ...account.env, ...wrong });
    const error = expect.stringMatching(
      /^Twilio rejects the credentials \(401 20003 .*\): compare ACCOUNT_SID/,
    );
    expect([rejected.status, JSON.parse(rejected.stdout)]).toEqual([1, { ok: false, error }]);

    const nobody = runCommand(project.root, ['deploy'], { ...wrong, HTTP_PROXY: 'http://localhost:1' });
    expect([nobody.status, nobody.stdout]).toEqual([1, '']);
    expect(nobody.stderr).toMatch(/^Twilio cannot be reached \(.+\): check the network and its proxy/m);
  });

  it('to leave a file with credentials behind when it is stopped', async () => {
    const call = ['--import', 'tsx', 'cli/main.ts', 'deploy', '--local'];
    const started = new Started(project.root, process.execPath, call, { ...env, TMPDIR: temporary });
    await started.until(() => secretFiles().length > 0 || undefined, 'the file');
    expect(await started.ends('SIGTERM')).toBe(1);
    expect(secretFiles()).toEqual([]);
  });

  it.each([
    [
      ['--environment', 'Production!'],
      '--environment takes up to 16 lower-case letters, digits and hyphens.\n',
    ],
    [['--dry-run', '--rollback'], '--dry-run and --rollback cannot be used together.\n'],
  ])('%j as wrong usage', (args, stderr) => {
    expect(deploy(...args)).toEqual({ status: 2, stdout: '', stderr });
  });

  it('an account that is not there: without credentials, and without a local Twilio', () => {
    const none = runCommand(project.root, ['deploy'], env);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('There are no credentials')]);
    const down = runCommand(project.root, ['deploy', '--local'], { SIMULATOR_PORT: '1' });
    expect([down.status, down.stderr]).toEqual([1, expect.stringContaining('No local Twilio answers at')]);
    expect(existsSync(project.path('.deployments.json'))).toBe(true);
  });
});
