import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import type { ActionResult, Snapshot } from '../../simulator/api';
import type { CustomerPage } from '../../simulator/api-lists';
import { canConnect } from '../../simulator/functions-process';
import { freePorts } from '../../simulator/listen';
import { runCommand } from '../support/command-line';
import { listeningAddresses } from '../support/listening';
import { ProjectCopy } from '../support/project-copy';
import { isRunning, Started } from '../support/started';

// Each starts several processes: on a busy machine that takes more than half a minute.
jest.setTimeout(120_000);

let project: ProjectCopy;
let ports: { functions: number; console: number; proxy: number };
let running: Started | undefined;

beforeEach(async () => {
  project = new ProjectCopy();
  const [functions = 0, console = 0, proxy = 0] = await freePorts(3);
  ports = { functions, console, proxy };
});
afterEach(() => {
  running?.kill();
  project.remove();
});

const start = (env: Record<string, string> = {}, args: string[] = []): Started =>
  new Started(project.root, process.execPath, ['--import', 'tsx', 'cli/main.ts', 'start', ...args], {
    PORT: String(ports.functions),
    SIMULATOR_PORT: String(ports.console),
    SIMULATOR_PROXY_PORT: String(ports.proxy),
    ...env,
  });
const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const url = `http://localhost:${ports.console}${path}`;
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  return (await response.json()) as T;
};
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(project.path(file), change(readFileSync(project.path(file), 'utf8')));

describe('npm start', () => {
  it('prints each URL, serves the page, and takes a message without a .env', async () => {
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    for (const port of Object.values(ports)) expect(running.output).toContain(`http://localhost:${port} `);
    const page = await fetch(`http://localhost:${ports.console}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    for (const file of ['main.js', 'main.css', 'icon.svg']) {
      expect((await fetch(`http://localhost:${ports.console}/${file}`)).status).toBe(200);
    }
    const result = await api<ActionResult>('POST', '/api/scenarios/known-customer');
    expect(result.failures).toEqual([]);
    await running.prints(
      /\n\d\d:\d\d:\d\d ✓ onConversationRoute {2}Amélie Dubois · Alice Adams, the customer’s owner\. {2}\d+ ms\n/,
    );
    // Once on a pipe, and without the functions' own lines.
    expect(running.output.split(`http://localhost:${ports.console}`)).toHaveLength(2);
    expect(running.output).not.toContain('"event"');
  });

  it('tells problems with their codes, and what functions log about requests that others send', async () => {
    running = start({ FORCE_COLOR: '1' });
    await running.prints(/Stop it with Ctrl-C/);
    await api('POST', '/api/scenarios/twilio-500');
    const lines = (): string => stripVTControlCharacters(running?.output ?? '');
    await running.until(
      () =>
        /✓ onConversationRoute .* by the pool\. .* 3 REST requests failed: 500 \(20500\)\n/.exec(lines()) ??
        undefined,
      'the faults',
    );
    await fetch(`http://localhost:${ports.functions}/flex/outbound-message`, {
      method: 'POST',
      body: new URLSearchParams({ to: '1' }),
    });
    await running.until(
      () => /! outboundMessage +error unauthorized, reason \w+ {2}→ 401/.exec(lines()) ?? undefined,
      'the request of somebody else',
    );
    expect(running.output).toContain('\u001b[36monConversationRoute\u001b[39m');
  });

  it('prints nothing but a JSON object per line with --json, with REST requests and log lines if --verbose', async () => {
    running = start({}, ['--json', '--verbose']);
    const read = (): Record<string, unknown>[] =>
      (running?.output ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    await running.prints(/"type":"ready".*\n/);
    await api('POST', '/api/scenarios/owner-unavailable');
    await running.prints(/"title":"onConversationRoute".*\n/);
    const types = new Set(read().map(({ type }) => type));
    expect([...types].sort()).toEqual(['build', 'note', 'output', 'ready', 'rest', 'webhook']);
    expect(read().find(({ type }) => type === 'ready')).toMatchObject({
      urls: { console: `http://localhost:${ports.console}` },
    });
    expect(read().find(({ title }) => title === 'onConversationRoute')).toEqual({
      type: 'webhook',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      state: 'ok',
      title: 'onConversationRoute',
      customer: 'Amélie Dubois',
      worker: 'Alice Adams',
      text: 'Alice Adams, the customer’s owner.',
      conversationSid: expect.stringMatching(/^CH/),
      status: 200,
      ms: expect.any(Number),
      limitMs: 10_000,
      problems: [],
      codes: [],
    });
    edit('assets/routing.private.json', (text) => text.replace('"workers"', '"wokers"'));
    await running.prints(/"type":"build","ok":false.*did you mean \\"workers\\".*\n/);
    read();
  });

  it('names the local Twilio of another folder that has the ports', async () => {
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    const another = new ProjectCopy();
    try {
      const { status, stderr } = runCommand(another.root, ['start'], {
        PORT: String(ports.functions),
        SIMULATOR_PORT: String(ports.console),
        SIMULATOR_PROXY_PORT: String(ports.proxy),
        SIMULATOR_DEPLOYED_PORT: String(ports.functions + 100),
      });
      const url = (port: number): string => `http://localhost:${port}`;
      expect([status, stderr]).toEqual([
        1,
        `A local Twilio is already running, started in another folder: ${url(ports.console)} (functions at ${url(ports.functions)}). ` +
          'Use it, stop it with Ctrl-C, or choose other ports: ' +
          `PORT=${ports.functions + 110} SIMULATOR_PORT=${ports.console + 100} SIMULATOR_PROXY_PORT=${ports.console + 101} npm start\n`,
      ]);
    } finally {
      another.remove();
    }
  });

  it.each([['dist'], ['dist', '.builds']])('builds again when somebody deletes %s', async (...names) => {
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    for (const name of names) rmSync(project.path(name), { recursive: true });
    const answer = async (): Promise<ActionResult | undefined> => {
      const result = await api<ActionResult>('POST', '/api/scenarios/known-customer');
      return result.failures.length === 0 && existsSync(project.path('dist/functions')) ? result : undefined;
    };
    await running.until(answer, 'a conversation');
    expect(running.output.match(/^Built: /gm)).toHaveLength(2);
  });

  it('keeps its state when a file changes, and serves the last valid build when that is wrong', async () => {
    running = start({ FORCE_COLOR: '1' });
    await running.prints(/Stop it with Ctrl-C/);
    const first = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'one' });
    edit('assets/customers.private.json', (text) => text.replace('John Fox', 'John Wolf'));
    const nameIn = async (): Promise<string | undefined> => {
      const { customers } = await api<CustomerPage>('GET', '/api/customers?id=1002');
      return customers[0]?.displayName;
    };
    await running.until(async () => ((await nameIn()) === 'John Wolf' ? true : undefined), 'the new name');
    const second = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'two' });
    expect(second.conversationSid).toBe(first.conversationSid);

    edit('assets/customers.private.json', (text) => text.replace('"(212) 555-0101"', '"12"'));
    const broken = async (): Promise<string | undefined> =>
      (await api<Snapshot>('GET', '/api/state')).build.report;
    const report = await running.until(broken, 'the report');
    expect(report).toContain('customers[0].channels[0].value: "12" is not a valid phone number');
    // Colors are for the terminal, not for the page.
    expect(running.output).toContain('\u001b[31m1 problem');
    expect(report).not.toContain('\u001b');
    const third = await api<ActionResult>('POST', '/api/scenarios/new-customer');
    expect(third.failures).toEqual([]);
  });

  it.each([
    ['functions', 'PORT'],
    ['console', 'SIMULATOR_PORT'],
    ['proxy', 'SIMULATOR_PROXY_PORT'],
  ] as const)(
    'names the port when that of the %s is taken, and leaves nothing behind',
    async (which, variable) => {
      const server = createServer((socket) => socket.destroy()).listen(ports[which], 'localhost');
      await once(server, 'listening');
      // The next one is configured for what is deployed, and with it nine more.
      running = start({ SIMULATOR_DEPLOYED_PORT: String(ports[which] + 10) });
      expect(await running.ends()).toBe(1);
      server.close();
      await once(server, 'close');
      expect(running.output).toContain(`Port ${ports[which]} cannot be used (EADDRINUSE)`);
      expect(running.output).toContain(`choose another: ${variable}=${ports[which] + 20}\n`);
      for (const port of Object.values(ports)) expect(await canConnect(port)).toBe(false);
    },
  );

  it('starts without a build when the data is wrong, says so, and serves once it is fixed', async () => {
    edit('assets/routing.private.json', (text) => text.replace('"workers"', '"wokers"'));
    running = start();
    await running.prints(/There is no dist\/ to serve yet[\s\S]*Stop it with Ctrl-C/);
    const unserved = await fetch(`http://localhost:${ports.functions}/callbacks/crm`);
    expect([unserved.status, await unserved.json()]).toEqual([
      502,
      { message: 'There is no dist/ to serve yet: fix what the build reports and save' },
    ]);
    expect((await api<Snapshot>('GET', '/api/state')).build.report).toContain('did you mean "workers"?');
    edit('assets/routing.private.json', (text) => text.replace('"wokers"', '"workers"'));
    await running.until(
      async () => ((await api<Snapshot>('GET', '/api/state')).build.ok ? true : undefined),
      'a build',
    );
    const result = await api<ActionResult>('POST', '/api/scenarios/known-customer');
    expect(result.failures).toEqual([]);
  });

  it('runs once in a folder, and says what runs already', async () => {
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    const [first] = running.processes();
    for (const [command, name, value] of [
      ['start', 'PORT', 'abc'],
      ['start', 'SIMULATOR_DEPLOYED_PORT', '65536'],
      ['start-functions', 'PORT', '-1'],
    ] as const) {
      expect(runCommand(project.root, [command], { [name]: value })).toEqual({
        status: 2,
        stdout: '',
        stderr: `${name} must be a port from 0 to 65535, not "${value}"\n`,
      });
    }
    for (const command of ['start', 'start-functions']) {
      expect(runCommand(project.root, [command], { PORT: '1', SIMULATOR_PORT: '2' })).toEqual({
        status: 1,
        stdout: '',
        stderr: `npm start is already running in this folder: http://localhost:${ports.console} (process ${first}). Use it, or stop it first: kill ${first}\n`,
      });
    }
    running.kill();
    await running.ends();
    // Nobody has removed what says that it runs.
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    expect(await running.ends('SIGTERM')).toBe(0);
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
  });

  it('runs in a copy of a folder in which it runs already', async () => {
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    const copy = new ProjectCopy();
    let second: Started | undefined;
    try {
      cpSync(project.path('.builds/running.json'), copy.path('.builds/running.json'));
      const [PORT, SIMULATOR_PORT, SIMULATOR_PROXY_PORT] = (await freePorts(3)).map(String) as [
        string,
        string,
        string,
      ];
      const env = { PORT, SIMULATOR_PORT, SIMULATOR_PROXY_PORT };
      second = new Started(copy.root, process.execPath, ['--import', 'tsx', 'cli/main.ts', 'start'], env);
      await second.prints(/Stop it with Ctrl-C/);
    } finally {
      second?.kill();
      copy.remove();
    }
  });

  it('is found by other commands in its folder, with its credentials', async () => {
    running = start();
    await running.prints(/Stop it with Ctrl-C/);
    for (const args of [
      ['simulate', 'scenario', 'known-customer'],
      ['deploy', '--local', '--dry-run'],
      ['sweep', '--local', '--dry-run'],
    ])
      expect(runCommand(project.root, args)).toMatchObject({ status: 0 });
  });

  it('takes requests from other machines, and by another name, when it is told to', async () => {
    running = start({}, ['--host', '0.0.0.0', '--allow-host', '*.ngrok-free.app']);
    await running.prints(/Stop it with Ctrl-C/);
    const everywhere = running.processes().flatMap(listeningAddresses);
    expect(everywhere.filter((address) => address.startsWith('00000000:'))).toHaveLength(3);
    const status = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const asked = request({ port: ports.console, path: '/api/account', headers: { host } }, (answer) =>
          resolve(answer.resume().statusCode ?? 0),
        );
        asked.once('error', reject).end();
      });
    expect(await status('abc.ngrok-free.app')).toBe(200);
    expect(await status('example.com')).toBe(403);
  });

  it.each([
    [
      ['--allow-host', 'https://abc.ngrok-free.app'],
      {},
      '--allow-host takes a name such as abc.ngrok-free.app',
    ],
    [[], { SIMULATOR_AUTH_TOKEN: 'short' }, 'SIMULATOR_AUTH_TOKEN takes 32 letters and digits'],
  ])('is not called with %j and %j', (args, env, message) => {
    const { status, stderr } = runCommand(project.root, ['start', ...args], env);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops cleanly on %s: no process and no port stays',
    async (signal) => {
      running = start();
      await running.prints(/Stop it with Ctrl-C/);
      const before = running.processes();
      expect(before.length).toBeGreaterThan(2);
      expect(await running.ends(signal)).toBe(0);
      // Children that have been told to end may take a moment more on a busy machine.
      await running.until(() => (before.some(isRunning) ? undefined : true), 'the end of every process');
      for (const port of Object.values(ports)) expect(await canConnect(port)).toBe(false);
    },
  );
});
