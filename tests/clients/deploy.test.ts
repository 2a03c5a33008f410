import { rmSync, writeFileSync } from 'node:fs';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { UploadedFile } from '../../cli/deploy/upload';
import type { ActionResult } from '../../simulator/api';
import type { Version } from '../../simulator/twilio/serverless/resources';
import { useLocal, webhooks } from '../simulator/local-over-http';
import { accountSid } from '../simulator/rest-api';
import { runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';
import { withoutChance } from './resources';
import { TwilioCli } from './twilio-cli';

// Each call is a process that loads Twilio's whole API.
jest.setTimeout(60_000);
const project = new ProjectCopy();
const greeting = "it's # here";
beforeAll(() => {
  writeFileSync(project.path('.env'), `GREETING="${greeting}"\n`);
  expect(runCommand(project.root, ['build'])).toMatchObject({ status: 0 });
});
// Twilio's description has neither the host for uploads nor this field, which the toolkit always sends:
// https://github.com/twilio-labs/serverless-toolkit/blob/902e749084b96fd6d2ee96e89477aa0da7f94dfc/packages/serverless-api/src/api/environments.ts
const { running, api, workersOf } = useLocal(project.root, (problem) =>
  /^POST serverless(-upload\S+Versions is not in|\S+Environments: form parameter FriendlyName is)/.test(
    problem,
  ),
);
const cli = new TwilioCli(() => running.local.account(), project.root);
afterAll(() => {
  cli.remove();
  project.remove();
});

interface Deployed {
  domain: string;
  serviceSid: string;
  environmentSid: string;
  buildSid: string;
}
/** Deploys by the Twilio CLI. */
const deploy = () => cli.json<Deployed>('serverless:deploy');
const sign = (url: string, fields: Record<string, string>): string =>
  getExpectedTwilioSignature(running.local.account().authToken, url, fields);
const post = async (url: string, fields: Record<string, string>, signature?: string) => {
  const headers: Record<string, string> = signature ? { 'X-Twilio-Signature': signature } : {};
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers });
  return { status: response.status, buildId: response.headers.get('x-build-id') };
};
const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);

describe('twilio serverless:deploy', () => {
  it('uploads exactly what npm run deploy -- --dry-run lists, and what is uploaded answers signed requests only', async () => {
    const dry = JSON.parse(runCommand(project.root, ['deploy', '--dry-run', '--json']).stdout) as {
      buildId: string;
      functions: UploadedFile[];
      assets: UploadedFile[];
      dependencies: Record<string, string>;
    };
    expect([dry.functions.length, dry.assets.length]).toEqual([7, 3]);

    const printed = await deploy();
    const { domain, serviceSid, environmentSid, buildSid } = printed;
    const shown = (files: UploadedFile[]): object[] =>
      files.map(({ path, visibility }) => ({ access: visibility, path, url: `https://${domain}${path}` }));
    expect(withoutChance(printed)).toEqual({
      domain,
      serviceName: 'twilio-conversation-callbacks',
      serviceSid: 'ZS1',
      environmentSuffix: 'dev',
      environmentSid: 'ZE1',
      buildSid: 'ZB1',
      runtime: 'node22',
      viewLiveLogs: 'https://www.twilio.com/console/functions/editor/ZS1/environment/ZE1',
      functions: shown(dry.functions),
      assets: shown(dry.assets),
    });

    const { serverless } = running.local.rest;
    const build = serverless.build(serviceSid, buildSid);
    const listed = (files: UploadedFile[]) => files.map(({ file: _file, ...one }) => one);
    const uploaded = (versions: Version[]): Omit<UploadedFile, 'file'>[] =>
      versions
        .map((one) => ({
          path: one.path,
          visibility: one.visibility,
          bytes: serverless.contentOf(one).length,
        }))
        .sort(byPath);
    expect(uploaded(build.function_versions)).toEqual(listed(dry.functions));
    expect(uploaded(build.asset_versions)).toEqual(listed(dry.assets));
    expect(Object.fromEntries(build.dependencies.map(({ name, version }) => [name, version]))).toEqual(
      dry.dependencies,
    );
    const variables = serverless.variables(serviceSid, environmentSid);
    expect(variables.map(({ key, value }) => [key, value])).toEqual([['GREETING', greeting]]);

    const probe = { BuildProbe: '1' };
    for (const { path } of dry.functions.filter(({ visibility }) => visibility === 'protected')) {
      const url = `http://${domain}${path}`;
      const signed = await post(url, probe, sign(url, probe));
      expect(signed).toMatchObject({ buildId: dry.buildId });
      expect(await post(url, probe)).toEqual({ status: 403, buildId: null });
      expect(await post(url, probe, 'forged')).toEqual({ status: 403, buildId: null });
    }
    expect(await post(`http://${domain}/customers.json`, {})).toEqual({ status: 403, buildId: null });
  });

  it("deploys what routes a customer's text, once the Twilio CLI has set its webhooks", async () => {
    const { domain } = await deploy();
    const hook = `http://${domain}/callbacks/conversations`;
    const set = 'api:conversations:v1:configuration:webhooks:update';
    await cli.json(set, '--pre-webhook-url', hook, '--post-webhook-url', hook);
    await api('PATCH', '/api/settings', {
      frontlineUrls: { routing: `http://${domain}/callbacks/routing` },
    });

    const body = { from: '+12125550101', body: 'Hello' };
    const { ok, entries, conversationSid } = await api<ActionResult>('POST', '/api/inbound', body);
    expect(ok).toBe(true);
    expect(webhooks(entries).map(({ name, url, status }) => [name, url, status])).toEqual([
      ['onConversationAdd', hook, 200],
      ['onParticipantAdded', hook, 200],
      // The function adds the worker by REST, which fires no webhook.
      ['onConversationRoute', `http://${domain}/callbacks/routing`, 200],
    ]);
    expect(workersOf(conversationSid)).toEqual(['alice@example.com']);
  });

  it('is refused with a wrong token, and beside a deployment of the same name that it does not know', async () => {
    const { serviceSid } = await deploy();
    const builds = () => running.local.rest.serverless.builds(serviceSid).length;
    const before = builds();
    const wrong = await cli.run(`serverless:deploy --username ${accountSid} --password wrong`);
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/ERROR.*20003[\s│]*Authenticate/),
    ]);

    // The toolkit remembers here what it has deployed.
    rmSync(project.path('.twiliodeployinfo'));
    const unknown = await cli.run('serverless:deploy');
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('already exists with')]);
    expect(builds()).toBe(before);
    expect(await cli.json('serverless:deploy', '--override-existing-project')).toMatchObject({ serviceSid });
    expect(builds()).toBe(before + 1);
  });
});

describe('the Serverless plugin of the Twilio CLI', () => {
  it('lists services, files and builds', async () => {
    const { domain, serviceSid, environmentSid, buildSid } = await deploy();
    const listed = await cli.json<Record<string, Record<string, unknown>[] & { entries: UploadedFile[] }>>(
      'serverless:list',
      'environments,builds,functions,assets',
    );
    expect(listed.environments).toEqual([
      expect.objectContaining({
        sid: environmentSid,
        service_sid: serviceSid,
        build_sid: buildSid,
        unique_name: 'dev-environment',
        domain_suffix: 'dev',
        domain_name: domain,
      }),
    ]);
    expect(listed.builds?.[0]).toMatchObject({ sid: buildSid, status: 'completed' });
    expect(listed.functions?.entries.map(({ path }) => path).sort()).toEqual([
      ...['conversations', 'crm', 'outgoing-conversation', 'routing', 'templates'].map(
        (name) => `/callbacks/${name}`,
      ),
      '/flex/outbound-message',
      '/maintenance/sweep',
    ]);
    expect(listed.assets?.entries.map(({ path, visibility }) => [path, visibility]).sort()).toEqual([
      ['/customers.json', 'private'],
      ['/routing.json', 'private'],
      ['/templates.json', 'private'],
    ]);
  });

  it('sets, reads and removes a variable', async () => {
    const { serviceSid, environmentSid } = await deploy();
    const set = await cli.run(['serverless:env:set', '--key', 'NEW', '--value', 'a b=c']);
    expect([set.status, set.stderr]).toEqual([0, 'NEW has been set\n']);
    expect(await cli.json('serverless:env:list', '--show-values')).toEqual({
      serviceSid,
      environmentSid,
      variables: [
        { key: 'NEW', value: 'a b=c' },
        { key: 'GREETING', value: greeting },
      ],
    });
    expect((await cli.run('serverless:env:get --key NEW')).stdout).toBe('a b=c\n');
    expect((await cli.run('serverless:env:unset --key NEW')).stderr).toBe('NEW has been deleted\n');
    expect(await cli.json('serverless:env:list')).toMatchObject({ variables: [{ key: 'GREETING' }] });
  });

  it('promotes a build to another environment, which then answers, and shows what it logs', async () => {
    const { domain, serviceSid, buildSid } = await deploy();
    const stage = await cli.json<Deployed>(
      ...['serverless:promote', '--source-environment', 'dev', '--environment', 'stage'],
      '--create-environment',
    );
    expect(stage).toEqual({
      serviceSid,
      buildSid,
      environmentSid: expect.any(String),
      domain: expect.any(String),
    });
    expect(stage.domain).not.toBe(domain);

    const url = `http://${stage.domain}/callbacks/crm`;
    const fields = { Location: 'GetCustomersList', Worker: 'alice@example.com', PageSize: '30' };
    expect(await post(url, fields, sign(url, fields))).toMatchObject({
      status: 200,
    });
    const logs = await cli.run('serverless:logs --environment stage');
    expect([logs.status, logs.stdout]).toEqual([0, expect.stringContaining('"status":200')]);
  });
});
