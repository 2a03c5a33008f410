import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compileData, readSources } from '../../../build/data/compile';
import { type Account, openAccount } from '../../../cli/account';
import { openBuiltCustomers } from '../../../lib/customers/every-customer';
import type { CustomersAsset } from '../../../lib/model';
import { runCommand } from '../../support/command-line';
import { ProjectCopy } from '../../support/project-copy';
import type { Started } from '../../support/started';
import { type LocalPorts, postSigned, startLocalTwilio } from './local-project';

jest.setTimeout(180_000);
const project = new ProjectCopy();
let running: Started;
let env: LocalPorts;
let account: Account;

/** Too many for one asset that people read. */
const customers = Array.from({ length: 3_000 }, (_, i) => ({
  customer_id: `C${i}`,
  display_name: `Customer ${i}`,
  worker: i % 2 === 0 ? 'alice@example.com' : 'bob@example.com',
  channels: [{ type: 'sms', value: `+1212555${1_000 + i}` }],
}));

beforeAll(async () => {
  const file = project.path('assets/customers.private.json');
  const before = JSON.parse(readFileSync(file, 'utf8')) as { customers: object[] };
  writeFileSync(file, JSON.stringify({ ...before, customers: [...before.customers, ...customers] }));
  // A copy from an earlier dist/ must not replace what the build packs.
  writeFileSync(project.path('assets/customers-1.private.bin'), 'old');
  ({ running, env } = await startLocalTwilio(project));
  process.env.SIMULATOR_PORT = env.SIMULATOR_PORT;
  account = await openAccount({ local: true });
});
afterAll(() => {
  delete process.env.SIMULATOR_PORT;
  running.kill();
  project.remove();
});

async function ask(url: string, fields: Record<string, string>): Promise<{ status: number; body: unknown }> {
  const response = await postSigned(account, url, fields);
  return { status: response.status, body: await response.json() };
}

/** Asks the functions at a URL for a card, for the end of a list, and for what a search finds. */
async function askAll(url: string): Promise<unknown> {
  const worker = { Worker: 'alice@example.com' };
  const list = { Location: 'GetCustomersList', PageSize: '2', ...worker };
  const path = `${url}/callbacks/crm`;
  return [
    await ask(path, { Location: 'GetCustomerDetailsByCustomerId', CustomerId: 'C1234', ...worker }),
    await ask(path, { ...list, Anchor: 'C996' }),
    await ask(path, { ...list, Query: 'c2468' }),
  ];
}

it('many customers are packed, and found live, when deployed, by the tools, and in the console', async () => {
  expect(readdirSync(project.path('dist/assets')).sort()).toEqual([
    'customers-1.private.bin',
    'customers.private.json',
    'routing.private.json',
    'templates.private.json',
  ]);
  const whole = compileData(await readSources(project.path('assets')), { packAbove: Infinity });
  const { customers: compiled } = JSON.parse(
    whole.assets.get('customers.private.json') ?? '',
  ) as CustomersAsset;
  const built = [...openBuiltCustomers(project.path('dist/assets'))].sort((a, b) => a.rank - b.rank);
  expect(built.map((one) => one.read())).toEqual(compiled);

  const live = await askAll(`http://localhost:${env.PORT}`);
  expect(live).toMatchObject([
    { status: 200, body: { objects: { customer: { customer_id: 'C1234', display_name: 'Customer 1234' } } } },
    { status: 200, body: { objects: { customers: [{ customer_id: 'C998' }, expect.anything()] } } },
    { status: 200, body: { objects: { customers: [{ customer_id: 'C2468' }] } } },
  ]);

  const show = async (query: string): Promise<unknown> =>
    (await fetch(`http://localhost:${env.SIMULATOR_PORT}/api/customers?${query}`)).json();
  const total = compiled.length;
  expect(await show('query=customer&limit=3')).toMatchObject({
    customers: [{ customerId: 'C0' }, { customerId: 'C1' }, { customerId: 'C10' }],
    total,
  });
  expect(await show('query=c2468')).toMatchObject({
    customers: [{ customerId: 'C2468', phone: '+12125553468', worker: 'alice@example.com' }],
    total,
  });

  const { status, stdout, stderr } = runCommand(project.root, ['deploy', '--local', '--json'], env);
  expect([status, stderr]).toEqual([0, expect.anything()]);
  const { url } = JSON.parse(stdout) as { url: string };
  expect(await askAll(url)).toEqual(live);

  // The message comes from a number on a card: its worker gets the conversation.
  const response = await fetch(`http://localhost:${env.SIMULATOR_PORT}/api/inbound`, {
    method: 'POST',
    body: JSON.stringify({ from: '+12125553001', body: 'hello' }),
  });
  expect(response.status).toBe(200);
  const sweep = runCommand(project.root, ['sweep', '--local', '--dry-run', '--json'], env);
  expect(JSON.parse(sweep.stdout)).toMatchObject({ ok: true });
});
