import { setTimeout as sleep } from 'node:timers/promises';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { LocalHosting } from '../../simulator/deployed/hosting';
import type { Environment, Service } from '../../simulator/twilio/serverless/resources';
import { Serverless } from '../../simulator/twilio/serverless/serverless';
import { projectRoot } from '../support/project';

const credentials = { ACCOUNT_SID: `AC${'0'.repeat(32)}`, AUTH_TOKEN: '0'.repeat(32) };
let serverless: Serverless;
let hosting: LocalHosting;
let service: Service;
let environment: Environment;
let concurrency: number | undefined;
const output: string[] = [];

beforeAll(async () => {
  serverless = new Serverless(credentials.ACCOUNT_SID);
  hosting = new LocalHosting({
    root: projectRoot,
    port: 0,
    credentials,
    processEnv: { HTTP_PROXY: 'http://localhost:1' },
    concurrency: () => concurrency,
    onOutput: (line) => output.push(line),
    onLine: (one, line) => serverless.addLine(one, line),
    onActivate: () => {},
  });
  serverless.hosting = hosting;
  const given = { uniqueName: 'tests', friendlyName: 'Tests', includeCredentials: true, uiEditable: false };
  service = serverless.createService(given);
  environment = await serverless.createEnvironment(service.sid, 'dev-environment', 'dev');
});
afterAll(() => hosting.stop());

interface UploadedText {
  path: string;
  visibility?: string;
  text: string;
}

/** Uploads, builds and activates. */
async function deploy(functions: UploadedText[], assets: UploadedText[] = [], dependencies = ['twilio']) {
  const upload = (kind: 'Functions' | 'Assets', files: UploadedText[]): string[] =>
    files.map(({ path, visibility = 'public', text }) => {
      const { sid } = serverless.createSource(service.sid, kind, path);
      return serverless.upload(service.sid, kind, sid, { path, visibility, content: Buffer.from(text) }).sid;
    });
  const build = serverless.createBuild(service.sid, {
    functionVersions: upload('Functions', functions),
    assetVersions: upload('Assets', assets),
    dependencies: dependencies.map((name) => ({ name, version: '1.0.0' })),
    runtime: 'node22',
  });
  await serverless.deploy(service.sid, environment.sid, build.sid);
  return build;
}
const answering = (expression: string): string =>
  `exports.handler = (context, event, callback) => callback(null, ${expression});`;
const ask = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`http://${environment.domain_name}${path}`, { method: 'POST', headers });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
};

describe('a deployed build', () => {
  it('lies as in the cloud: each file by itself, and private assets without an extension', async () => {
    const build = await deploy(
      [
        {
          path: '/where',
          text: answering("{ file: __filename, asset: Runtime.getAssets()['/data.json'].path }"),
        },
      ],
      [{ path: '/data.json', visibility: 'private', text: '{}' }],
    );
    const [fn] = build.function_versions;
    const [asset] = build.asset_versions;
    expect(await ask('/where')).toEqual({
      status: 200,
      body: {
        file: expect.stringMatching(new RegExp(`/handlers/${fn?.sid}\\.js$`)),
        asset: expect.stringMatching(new RegExp(`/files/${asset?.sid}$`)),
      },
    });
    expect((await ask('/data.json')).status).toBe(403);
    expect((await ask('/nothing')).status).toBe(404);
  });

  it('answers public assets to everybody, and protected ones to signed requests only', async () => {
    const file = (visibility: string, text: string) => ({ path: `/${visibility}.txt`, visibility, text });
    await deploy(
      [{ path: '/assets', text: answering('Object.keys(Runtime.getAssets())') }],
      ['public', 'protected', 'private'].map((visibility) => file(visibility, `It is ${visibility}.`)),
    );
    expect(await ask('/public.txt')).toEqual({ status: 200, body: 'It is public.' });
    expect((await ask('/protected.txt')).status).toBe(403);
    expect((await ask('/private.txt')).status).toBe(403);
    const url = `http://${environment.domain_name}/protected.txt`;
    const signature = getExpectedTwilioSignature(credentials.AUTH_TOKEN, url, {});
    expect(await ask('/protected.txt', { 'X-Twilio-Signature': signature })).toEqual({
      status: 200,
      body: 'It is protected.',
    });
    const { headers } = await fetch(`http://${environment.domain_name}/public.txt`);
    expect(headers.get('content-type')).toBe('text/plain');
    expect((await ask('/assets')).body).toBe('["/private.txt"]');
  });

  it('answers signed requests to protected functions, and nobody else', async () => {
    await deploy([{ path: '/protected', visibility: 'protected', text: answering('{ ok: true }') }]);
    const url = `http://${environment.domain_name}/protected`;
    const signature = getExpectedTwilioSignature(credentials.AUTH_TOKEN, url, {});
    expect((await ask('/protected')).status).toBe(403);
    expect(await ask('/protected', { 'X-Twilio-Signature': signature })).toEqual({
      status: 200,
      body: { ok: true },
    });
  });

  it('has the variables of its environment, as they change, and none of this process', async () => {
    process.env.ONLY_OF_THE_TESTS = 'yes';
    const names = "['KEY', 'ONLY_OF_THE_TESTS', 'HTTP_PROXY', 'ACCOUNT_SID']";
    const text = answering(
      `{ env: ${names}.map((name) => process.env[name] ?? null), key: context.KEY ?? null, domain: context.DOMAIN_NAME }`,
    );
    await deploy([{ path: '/env', text }]);
    const expected = (key: string | null) => ({
      status: 200,
      body: {
        env: [key, null, 'http://localhost:1', credentials.ACCOUNT_SID],
        key,
        domain: environment.domain_name,
      },
    });
    expect(await ask('/env')).toEqual(expected(null));
    const { sid } = serverless.createVariable(service.sid, environment.sid, 'KEY', 'one');
    expect(await ask('/env')).toEqual(expected('one'));
    serverless.updateVariable(service.sid, environment.sid, sid, { value: 'two' });
    expect(await ask('/env')).toEqual(expected('two'));
    serverless.removeVariable(service.sid, environment.sid, sid);
    expect(await ask('/env')).toEqual(expected(null));
    delete process.env.ONLY_OF_THE_TESTS;
  });

  it('is followed by a new process when it crashes, as in the cloud', async () => {
    await deploy([
      { path: '/crash', text: 'exports.handler = async () => { throw new Error("crashed"); };' },
      { path: '/pid', text: answering('{ pid: process.pid }') },
    ]);
    const before = await ask('/pid');
    expect((await ask('/crash')).status).toBe(502);
    const after = await ask('/pid');
    expect(after.status).toBe(200);
    expect(after.body).not.toEqual(before.body);
    expect(output.join('\n')).toContain('crashed');
  });

  it('is followed by a new process also while it is still ending', async () => {
    const ending = `exports.handler = (context, event, callback) => {
      process.once('exit', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000));
      callback(null, { pid: process.pid });
      setTimeout(() => process.exit(1), 50);
    };`;
    await deploy([
      { path: '/ending', text: ending },
      { path: '/pid', text: answering('{ pid: process.pid }') },
    ]);
    const before = await ask('/ending');
    await sleep(300);
    const after = await ask('/pid');
    expect([before.status, after.status]).toEqual([200, 200]);
    expect(after.body).not.toEqual(before.body);
  });

  it('finishes what it has begun when the next build takes over', async () => {
    const slow = `exports.handler = (context, event, callback) => {
      console.log('begun');
      setTimeout(() => callback(null, { build: 1 }), 1500);
    };`;
    await deploy([{ path: '/build', text: slow }]);
    const begun = ask('/build');
    while (!output.includes('begun')) await sleep(10);
    await deploy([{ path: '/build', text: answering('{ build: 2 }') }]);
    expect(await ask('/build')).toEqual({ status: 200, body: { build: 2 } });
    expect(await begun).toEqual({ status: 200, body: { build: 1 } });
  });

  it('answers 429 above the number of requests at once, where there is one', async () => {
    const slow = `exports.handler = (context, event, callback) => {
      console.log('alone');
      setTimeout(() => callback(null, { ok: true }), 1000);
    };`;
    await deploy([{ path: '/slow', text: slow }]);
    concurrency = 1;
    const first = ask('/slow');
    while (!output.includes('alone')) await sleep(10);
    expect((await ask('/slow')).status).toBe(429);
    expect((await first).status).toBe(200);
    expect((await ask('/slow')).status).toBe(200);
    concurrency = undefined;
  });

  it('fails to build with a package that is not installed, and the build before stays', async () => {
    await deploy([{ path: '/stays', text: answering('{ ok: true }') }]);
    await expect(deploy([{ path: '/never', text: '' }], [], ['no-such-package-anywhere'])).rejects.toThrow(
      'The build has failed',
    );
    expect((await ask('/stays')).status).toBe(200);
  });

  it('keeps what functions write, with the function and its level', async () => {
    const text = `exports.handler = (context, event, callback) => { console.warn('watch', 1); callback(null, {}); };`;
    const build = await deploy([{ path: '/writes', text }]);
    await ask('/writes');
    const [entry] = serverless.logs(service.sid, environment.sid);
    const [version] = build.function_versions;
    expect(entry).toMatchObject({
      level: 'warn',
      message: 'watch 1',
      build_sid: build.sid,
      function_sid: version && 'function_sid' in version ? version.function_sid : 'none',
    });
  });
});
