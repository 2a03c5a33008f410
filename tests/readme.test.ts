import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    logInToFlex(running.local.rest.flex.issueToken('alice@example.com'));
    const sid = await execute(plugin, "textCustomer('1001', 'Hello from Flex')");
    const conversation = running.local.conversation(String(sid));
    expect(conversation.messages).toMatchObject([
      { author: 'alice_40example_2Ecom', body: 'Hello from Flex' },
    ]);
    expect(await execute(plugin, "textCustomer('1001', 'Hello again')")).toBe(sid);
    expect(running.local.conversation(String(sid)).messages).toHaveLength(1);
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
    expect(running.local.conversation(first.conversationSid).messages).toMatchObject([
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
