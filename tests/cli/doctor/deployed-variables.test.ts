import { checkUnsigned } from '../../../cli/doctor/checks/callbacks';
import { checkVariables, readDeployedVariables } from '../../../cli/doctor/checks/variables';
import { diagnose, useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const own = { ACCOUNT_SID: 'Twilio sets it', OUTBOUND_API_KEY: 'a secret', FLEX_QUEUE_SID: 'WQ1' };

/** Creates a service with these variables in an environment. */
async function createService(name: string, variables: Readonly<Record<string, string>>) {
  const { services } = healthy.current.account.client.serverless.v1;
  const { sid } = await services.create({ uniqueName: name, friendlyName: name });
  const { environments } = services(sid);
  await environments.create({ uniqueName: 'another', domainSuffix: 'another' });
  const environment = await environments.create({ uniqueName: 'dev', domainSuffix: 'dev' });
  for (const [key, value] of Object.entries(variables)) {
    await environments(environment.sid).variables.create({ key, value });
  }
  return { serviceSid: sid, environmentSid: environment.sid, url: `http://${environment.domainName}` };
}

/** Uploads an asset, and makes it the environment's build. */
function deployAsset(serviceSid: string, environmentSid: string, path: string, visibility: string): void {
  const { serverless } = healthy.current.rest;
  const { sid } = serverless.createSource(serviceSid, 'Assets', path);
  const content = Buffer.from('{}');
  const version = serverless.upload(serviceSid, 'Assets', sid, { path, visibility, content });
  const build = serverless.createBuild(serviceSid, {
    functionVersions: [],
    assetVersions: [version.sid],
    dependencies: [],
    runtime: 'node22',
  });
  const environment = serverless.environment(serviceSid, environmentSid);
  healthy.current.plant(environment, { build_sid: build.sid });
}

async function find(url: string): Promise<string[]> {
  const healthySubject = await healthy.current.subject();
  const subject = { ...healthySubject, url, hasOwnVariables: false, variables: own };
  subject.variableSources = { OUTBOUND_API_KEY: '.env', FLEX_QUEUE_SID: 'local Twilio' };
  const findings = await checkVariables(subject, await readDeployedVariables(subject));
  return findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

describe('the deployed variables', () => {
  it('may be more than those in .env', async () => {
    const { ACCOUNT_SID: _sid, ...deployed } = own;
    const { url } = await createService('more', { ...deployed, OTHER: '1' });
    expect(await find(url)).toEqual([]);
  });

  it('are compared with those in .env, and no value is shown', async () => {
    const { url } = await createService('different', { OUTBOUND_API_KEY: 'an older secret' });
    expect(await find(url)).toEqual([
      'warning variable_differs: The deployed variable OUTBOUND_API_KEY has another value than the one in .env',
      'warning variable_not_deployed: The variable FLEX_QUEUE_SID of the local Twilio is not deployed',
    ]);
  });

  it('cannot be read where the functions run elsewhere', async () => {
    expect(await find('https://example.com')).toEqual([
      'notice variables_unread: The variables of https://example.com cannot be read: the account has no Serverless environment there',
    ]);
  });

  it('count where .env does not have them', async () => {
    const { account, functionsUrl, rest } = healthy.current;
    const subject = { ...(await healthy.current.subject()), hasOwnVariables: false, variables: {} };
    const { serviceSid, environmentSid } = await createService('console', account.variables);
    const environment = rest.serverless.environment(serviceSid, environmentSid);
    healthy.current.plant(environment, { domain_name: new URL(functionsUrl).host });
    expect(await diagnose(subject)).toEqual([]);
  });
});

describe('the deployed assets', () => {
  it.each([
    [
      'public',
      [],
      [
        'error asset_public: Anybody can read https://example.com/notes.json → npm run deploy -- --local: assets/ has no such public file now, and a new build replaces the deployed one',
      ],
    ],
    ['public', ['/notes.json'], []],
    ['private', [], []],
  ])('%s, with %j public in assets/', async (visibility, publicAssets, expected) => {
    const { serviceSid, environmentSid } = await createService(`assets-${visibility}-${expected.length}`, {});
    deployAsset(serviceSid, environmentSid, '/notes.json', visibility);
    const environment = healthy.current.rest.serverless.environment(serviceSid, environmentSid);
    healthy.current.plant(environment, { domain_name: 'example.com' });
    const subject = {
      ...(await healthy.current.subject()),
      url: 'https://example.com',
      hasOwnVariables: false,
      publicAssets,
      send: async (url: string) => ({
        status: url.endsWith('/notes.json') ? 200 : 403,
        headers: {},
        body: '',
        ms: 1,
      }),
    };
    const findings = await checkUnsigned(subject);
    expect(
      findings.map(({ severity, code, message, fix }) => `${severity} ${code}: ${message} → ${fix}`),
    ).toEqual(expected);
  });
});
