import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { freePort } from '../simulator/listen';
import { ProjectCopy } from './support/project-copy';
import { isRunning, Started } from './support/started';

let project: ProjectCopy;
let port: number;
let running: Started;
const start = (): Started =>
  new Started(project.root, process.execPath, ['--import', 'tsx', 'cli/main.ts', 'start-functions'], {
    PORT: String(port),
  });
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(project.path(file), change(readFileSync(project.path(file), 'utf8')));

beforeEach(async () => {
  project = new ProjectCopy();
  port = await freePort();
});
afterEach(() => {
  running.kill();
  project.remove();
});

const post = async (
  path: string,
  fields: Record<string, string>,
): Promise<{ status: number; body: unknown }> => {
  const body = new URLSearchParams(fields);
  const response = await fetch(`http://localhost:${port}${path}`, { method: 'POST', body });
  return { status: response.status, body: await response.json() };
};
const details = async (): Promise<unknown> => {
  const fields = {
    Location: 'GetCustomerDetailsByCustomerId',
    Worker: 'alice@example.com',
    CustomerId: '1002',
  };
  const { body } = await post('/callbacks/crm', fields);
  return (body as { objects: { customer: { display_name: string } } }).objects.customer.display_name;
};

describe('npm run start:functions', () => {
  it('serves the callbacks without a .env, and prints their URLs and a request that works', async () => {
    running = start();
    const [, command = ''] = await running.prints(/Try one:\n\n([\s\S]*ChannelValue=\S+)/);
    for (const name of ['conversations', 'crm', 'outgoing-conversation', 'routing', 'templates']) {
      expect(running.output).toContain(`http://localhost:${port}/callbacks/${name}\n`);
    }
    const fields = Object.fromEntries(
      [...command.matchAll(/(?:-d|--data-urlencode) (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>;
    expect(await post('/callbacks/outgoing-conversation', fields)).toEqual({
      status: 200,
      body: { proxy_address: '+16465550190' },
    });
    expect(await post('/callbacks/routing', { ConversationSid: `CH${'0'.repeat(32)}` })).toEqual({
      status: 500,
      body: {
        code: 'missing_credentials',
        message: expect.stringMatching(/^ACCOUNT_SID and AUTH_TOKEN are not set: fill in \.env/),
      },
    });
    expect(await running.ends('SIGINT')).toBe(0);
  });

  it('strips fields that pose as headers', async () => {
    running = start();
    await running.prints(/Try one:/);
    const posing = new URLSearchParams({ 'request[headers][access-control-request-method]': 'POST' });
    expect(
      await post(`/flex/outbound-message?${posing}`, { request: '1', to: '+12125550101' }),
    ).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
    expect(await post('//', {})).toEqual({
      status: 400,
      body: { message: 'The path of the request is malformed' },
    });
  });

  it('serves what is saved, and the last valid build when that is wrong', async () => {
    running = start();
    await running.prints(/Try one:/);
    expect(await details()).toBe('John Fox');
    edit('assets/customers.private.json', (text) => text.replace('John Fox', 'John Wolf'));
    await running.until(async () => ((await details()) === 'John Wolf' ? true : undefined), 'the new name');

    edit('assets/customers.private.json', (text) =>
      text.replace('"(212) 555-0103"', '"12"').replace('Wolf', 'Bear').replace('212-555-0103', '12'),
    );
    await running.prints(
      /customers\[2\]\.channels\[0\]\.value: "12" is not a valid phone number\n {4}→ write it[\s\S]*Not built/,
    );
    expect(await details()).toBe('John Wolf');

    edit('assets/customers.private.json', (text) => text.replace('"12"', '"212-555-0103"'));
    await running.until(async () => ((await details()) === 'John Bear' ? true : undefined), 'the fixed data');
  });

  it('begins to serve once data that was wrong at the start is fixed', async () => {
    edit('assets/routing.private.json', (text) => text.replace('"workers"', '"wokers"'));
    running = start();
    await running.prints(/did you mean "workers"\?[\s\S]*Not built/);
    edit('assets/routing.private.json', (text) => text.replace('"wokers"', '"workers"'));
    await running.prints(/Try one:/);
    expect(await details()).toBe('John Fox');
  });

  it('names a port that is taken, and ends', async () => {
    const server = createServer().listen(port);
    await once(server, 'listening');
    running = start();
    expect(await running.ends()).toBe(1);
    server.close();
    expect(running.output).toContain(`Port ${port} cannot be used (EADDRINUSE)`);
    expect(running.output).toContain(`PORT=${port + 10}`);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no process and no port behind after %s', async (signal) => {
    running = start();
    await running.prints(/Try one:/);
    const before = running.processes();
    expect(before.length).toBeGreaterThan(1);
    expect(await running.ends(signal)).toBe(0);
    const server = createServer().listen(port);
    await once(server, 'listening');
    server.close();
    expect(before.filter(isRunning)).toEqual([]);
  });
});

describe('twilio-run', () => {
  it('builds what has not been built, and serves it by .twilioserverlessrc.js alone', async () => {
    const args = ['node_modules/twilio-run/bin/twilio-run.js', 'start', `--port=${port}`];
    running = new Started(project.root, process.execPath, args);
    await running.prints(/templates\.json/);
    expect(await details()).toBe('John Fox');
  });
});
