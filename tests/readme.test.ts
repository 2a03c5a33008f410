import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { compileData, type Sources } from '../build/data/compile';
import type { Problem } from '../build/data/problems';
import { pictures } from '../cli/screenshots';
import { markAttributes } from '../lib/routing/assign';
import { identityHasher } from '../lib/webhook/request';
import { type RunningLocal, root, startLocal } from './simulator/local';
import type { FakeTwilio } from './support/fake-twilio';
import { devRuntime } from './support/process-runtimes';

const run = promisify(execFile);
const docs = readdirSync(join(root, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'simulator/README.md', ...docs];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const [plugin = '', crm = ''] = samples('docs/flex.md', 'js');

let running: RunningLocal;
let folder: string;
beforeAll(async () => {
  running = await startLocal();
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await running.stop();
});
beforeEach(() => running.local.reset());

/** Runs a sample of docs/flex.md with only its host name replaced, and calls what it exports. */
async function execute(code: string, call: string, env: Record<string, string> = {}): Promise<unknown> {
  const file = join(folder, `sample-${Math.random()}.mjs`);
  const local = code.replaceAll('https://YOUR-SERVICE.twil.io', running.functions);
  expect(local).not.toBe(code);
  writeFileSync(file, `${local}\nconsole.log(JSON.stringify(await ${call}));\n`);
  const { stdout } = await run(process.execPath, [file], { cwd: folder, env: { PATH: '', ...env } });
  return JSON.parse(stdout);
}

/** What a plugin finds in the browser: the session of an agent who is logged in. */
function logInToFlex(token: string): void {
  const flexUi = join(folder, 'node_modules/@twilio/flex-ui');
  mkdirSync(flexUi, { recursive: true });
  writeFileSync(join(flexUi, 'package.json'), '{"type":"module","exports":"./index.js"}');
  const session = { ssoTokenPayload: { token } };
  const state = JSON.stringify({ flex: { session } });
  writeFileSync(
    join(flexUi, 'index.js'),
    `export const Manager = { getInstance: () => ({ store: { getState: () => (${state}) } }) };`,
  );
}

describe('the sample in docs/flex.md', () => {
  it('for a Flex plugin begins a conversation, and says that a second text was not sent', async () => {
    logInToFlex(running.local.rest.flexTokens.issue('alice@example.com'));
    const sid = await execute(plugin, "textCustomer('1001', 'Hello from Flex')");
    const conversation = running.conversation(String(sid));
    expect(conversation.messages).toMatchObject([
      { author: 'alice_40example_2Ecom', body: 'Hello from Flex' },
    ]);
    await expect(execute(plugin, "textCustomer('1001', 'Hello again')")).rejects.toThrow('conversation_open');
    expect(running.conversation(String(sid)).messages).toHaveLength(1);
  });

  it('for a Flex plugin throws what is wrong', async () => {
    logInToFlex('not-a-token');
    await expect(execute(plugin, "textCustomer('1001', 'Hello')")).rejects.toThrow(
      'unauthorized: Not authorized.',
    );
  });

  it("for a CRM's button begins one conversation for one click", async () => {
    const { OUTBOUND_API_KEY = '' } = running.local.account().variables;
    const env = { OUTBOUND_API_KEY };
    const click = `clickToText({ click: 'click-1', agent: 'bob@example.com', phone: '+1 212 555 0142', body: 'Hello' })`;
    const first = (await execute(crm, click, env)) as { conversationSid: string };
    expect(await execute(crm, click, env)).toEqual(first);
    expect(running.local.snapshot().flex.interactions).toHaveLength(1);
    expect(running.conversation(first.conversationSid).messages).toMatchObject([
      { author: 'bob_40example_2Ecom', body: 'Hello' },
    ]);
  });
});

describe('the commands of the pages', () => {
  const [simulate = ''] = samples('docs/local-twilio.md', 'sh');

  it.each(simulate.trim().split('\n'))('%s succeeds on the local Twilio', async (command) => {
    const [, text = ''] = /^npm run simulate -- (.+)$/.exec(command) ?? [];
    const args = [...text.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
    const env = { ...process.env, SIMULATOR_PORT: new URL(running.console).port };
    const main = ['--import', 'tsx', 'cli/main.ts', 'simulate', ...args];
    const { stdout } = await run(process.execPath, main, { cwd: root, env });
    expect(stdout).not.toBe('');
  });

  it('of docs/errors.md computes the hash that the log has', async () => {
    const [, code = ''] = /^node -p "(.+)"$/m.exec(samples('docs/errors.md', 'sh').join('')) ?? [];
    const env = { PATH: '', AUTH_TOKEN: 'a-token' };
    const { stdout } = await run(process.execPath, ['-p', code], { env });
    expect(stdout.trim()).toBe(identityHasher('a-token')('alice@example.com'));
  });
});

describe('the pictures of the pages', () => {
  it('are those that npm run screenshots takes and npm run bench draws, and there are no others', () => {
    const shown = pages.flatMap((page) =>
      [...read(page).matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, file = '']) => join(dirname(page), file)),
    );
    expect(shown.sort()).toEqual(
      [...Object.keys(pictures), 'scale-growth.svg'].map((file) => `docs/${file}`).sort(),
    );
    const there = readdirSync(join(root, 'docs')).filter((file) => /\.(png|svg)$/.test(file));
    expect(there.map((file) => `docs/${file}`)).toEqual(shown);
  });
});

/** Has at Twilio the conversation of which a request tells, as curl cannot. */
function putConversation(twilio: FakeTwilio, event: Record<string, string>): void {
  const { ConversationSid, ParticipantSid } = event;
  if (ConversationSid === undefined) return;
  const address = event['MessagingBinding.Address'];
  const proxyAddress = event['MessagingBinding.ProxyAddress'];
  const participant = { address, proxyAddress, ...(ParticipantSid && { sid: ParticipantSid }) };
  twilio.addConversation({ sid: ConversationSid }, [participant]);
}

/** @returns the samples of a page in one language, without the indentation of the list that it is in. */
function samples(page: string, language: string): string[] {
  const pattern = new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms');
  return [...read(page).matchAll(pattern)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

describe('the data samples', () => {
  const dataSamples = samples('docs/data.md', 'json');
  const [customers = '', routing = '', templates] = dataSamples.filter((text) => text.includes('$schema'));
  const [primary = '', rules = ''] = dataSamples.filter((text) => !text.includes('$schema'));
  const check = (sources: Partial<Sources>): Problem[] => {
    const { problems, warnings } = compileData({
      'customers.private.json': customers,
      'routing.private.json': routing,
      'templates.private.json': templates,
      ...sources,
    });
    return [...problems, ...warnings];
  };

  it('of docs/data.md are valid together', () => {
    expect(check({})).toEqual([]);
  });

  it('of a shared address, of rules for proxy addresses and of docs/flex.md are valid in their places', () => {
    const owners = JSON.parse(customers) as { customers: { channels: unknown[] }[] };
    const [first] = owners.customers;
    const spouse = { customer_id: '1002', display_name: 'Pablo Gómez', channels: [first?.channels[0]] };
    first?.channels.splice(0, 1, JSON.parse(primary));
    const shared = JSON.stringify({ ...owners, customers: [spouse, first] });

    const [settings = ''] = samples('docs/flex.md', 'json');
    const { flex } = JSON.parse(`{${settings.replaceAll('…', '0'.repeat(32))}}`) as { flex: object };
    const data = JSON.parse(routing) as { proxyAddresses: object };
    const proxyAddresses = { ...data.proxyAddresses, ...(JSON.parse(`{${rules}}`) as object) };
    const routed = JSON.stringify({ ...data, proxyAddresses, flex });
    expect(check({ 'customers.private.json': shared, 'routing.private.json': routed })).toEqual([]);
    expect(
      check({ 'customers.private.json': shared.replace(',"primary":true', '') }).map(
        ({ severity }) => severity,
      ),
    ).toEqual(['warning']);
  });

  it("of docs/routing.md show a routed worker's attributes as they are written", () => {
    const [, mark = '{}'] = samples('docs/routing.md', 'json');
    expect(JSON.parse(mark)).toEqual(JSON.parse(markAttributes({ rank: 0, rule: 'pool' })));
  });

  it('of the README are valid with them', () => {
    const [sample = ''] = samples('README.md', 'json');
    expect(check({ 'customers.private.json': sample })).toEqual([]);
  });

  it('of accounts without Frontline are valid with them', () => {
    const [sample = '{}'] = samples('docs/routing.md', 'json');
    expect(JSON.parse(sample)).toMatchObject({ routing: { on: 'onConversationAdded' } });
    expect(check({ 'routing.private.json': sample })).toEqual([]);
  });

  it('of docs/migrating.md are valid together, and hold what the sample of the demo service holds', () => {
    const [code = ''] = samples('docs/migrating.md', 'js');
    const [customers = '', routing = '', templates = ''] = samples('docs/migrating.md', 'json');
    const sources = {
      'customers.private.json': customers,
      'routing.private.json': routing,
      'templates.private.json': templates,
    };
    expect(check(sources)).toEqual([]);

    const demo = runInNewContext(`${code}; ({ customers, customersToWorkersMap })`) as object;
    const entries = (JSON.parse(routing) as RoutingSample).routing.customers;
    expect({
      customers: (JSON.parse(customers) as { customers: unknown }).customers,
      customersToWorkersMap: Object.fromEntries(entries.map(({ address, worker }) => [address, worker])),
    }).toEqual(JSON.parse(JSON.stringify(demo)));
  });
});

interface RoutingSample {
  routing: { customers: { address: string; worker: string }[] };
}

describe.each(['docs/frontline.md', 'docs/conversations.md'])('the requests of %s', (page) => {
  const requests = samples(page, 'sh');
  const responses = samples(page, 'json');

  it('have one response each', () => {
    expect(responses).toHaveLength(requests.length);
  });

  it('get the responses of the page from the sample data', async () => {
    const functions = await devRuntime.start();
    try {
      for (const [n, request] of requests.entries()) {
        const [, path = ''] = /localhost:3000(\S+)/.exec(request) ?? [];
        const fields = [...request.matchAll(/(?:-d|--data-urlencode) '?([\w.]+)=([^\s']+)/g)];
        const event = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
        const body = JSON.parse(responses[n] ?? '');
        putConversation(functions.twilio, event);
        const answer = await functions.call(path, event);
        expect([answer.status, answer.body]).toEqual([200, body]);
      }
    } finally {
      await functions.stop();
    }
  });
});

describe('the links of the pages', () => {
  const anchors = (page: string): string[] =>
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );

  it.each(pages)('lead from %s to files and headings that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https:)([^)\s]+)\)/g)];
    for (const [, link = ''] of links) {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect([link, existsSync(join(root, target))]).toEqual([link, true]);
      if (heading !== undefined) expect(anchors(target)).toContain(heading);
    }
  });
});
