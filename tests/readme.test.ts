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
import { compileData, type Sources } from '../build/data/compile';
import { pictures } from '../cli/screenshots';
import { localApiKey } from '../simulator/local-twilio';
import { type RunningLocal, root, startLocal } from './simulator/local';

const run = promisify(execFile);
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const chapter = readme.split('## Flex: writing first')[1] ?? '';
const [plugin = '', crm = ''] = [...chapter.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);

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

/** Runs a sample of the README as it stands, but for the host name, and calls what it exports. */
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

describe('the samples of the README', () => {
  it('from a Flex plugin begins a conversation, and finds the one that is open', async () => {
    logInToFlex(running.local.rest.flexTokens.issue('alice@example.com'));
    const sid = await execute(plugin, "textCustomer('1001', 'Hello from Flex')");
    const conversation = running.conversation(String(sid));
    expect(conversation.messages).toMatchObject([
      { author: 'alice_40example_2Ecom', body: 'Hello from Flex' },
    ]);
    expect(await execute(plugin, "textCustomer('1001', 'Hello again')")).toBe(sid);
    expect(running.conversation(String(sid)).messages).toHaveLength(1);
  });

  it('from a Flex plugin tells what is wrong', async () => {
    logInToFlex('not-a-token');
    await expect(execute(plugin, "textCustomer('1001', 'Hello')")).rejects.toThrow(
      'unauthorized: Not authorized.',
    );
  });

  it("behind a CRM's button begins one conversation for one click", async () => {
    const env = { OUTBOUND_API_KEY: localApiKey };
    const click = `clickToText({ click: 'click-1', agent: 'bob@example.com', phone: '+1 212 555 0142', body: 'Hello' })`;
    const first = (await execute(crm, click, env)) as { conversationSid: string };
    expect(await execute(crm, click, env)).toEqual(first);
    expect(running.local.snapshot().flex.interactions).toHaveLength(1);
    expect(running.conversation(first.conversationSid).messages).toMatchObject([
      { author: 'bob_40example_2Ecom', body: 'Hello' },
    ]);
  });
});

describe('the pictures of the README', () => {
  it('are those that npm run screenshots takes, and no others lie about', () => {
    const shown = [...readme.matchAll(/!\[[^\]]+\]\(docs\/([^)]+)\)/g)].map(([, file = '']) => file);
    expect(shown.sort()).toEqual(Object.keys(pictures).sort());
    expect(readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.png'))).toEqual(shown);
  });
});

/** @returns the samples of a page in one language, without the indentation of the list that it is in. */
function samples(page: string, language: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const pattern = new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms');
  return [...text.matchAll(pattern)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

describe('the data samples', () => {
  const [customers, routing, templates] = samples('README.md', 'json').filter((text) =>
    text.includes('$schema'),
  );
  const check = (sources: Partial<Sources>): unknown => {
    const { problems, warnings } = compileData({
      'customers.private.json': customers,
      'routing.private.json': routing,
      'templates.private.json': templates,
      ...sources,
    });
    return [...problems, ...warnings];
  };

  it('of the README are valid together', () => {
    expect(check({})).toEqual([]);
  });

  it('of accounts without Frontline are valid with them', () => {
    const [sample = '{}'] = samples('docs/routing.md', 'json');
    expect(JSON.parse(sample)).toMatchObject({ routing: { on: 'onConversationAdded' } });
    expect(check({ 'routing.private.json': sample })).toEqual([]);
  });
});

describe('the links of the pages', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    'simulator/README.md',
    'docs/routing.md',
    'docs/demo-service.md',
  ];
  const anchors = (page: string): string[] =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );

  it.each(pages)('%s: lead to files and headings that are there', (page) => {
    const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https:)([^)\s]+)\)/g)];
    for (const [, link = ''] of links) {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect([link, existsSync(join(root, target))]).toEqual([link, true]);
      if (heading !== undefined) expect(anchors(target)).toContain(heading);
    }
  });
});
