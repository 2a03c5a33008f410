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

async function find(url: string): Promise<string[]> {
  const healthySubject = await healthy.current.subject();
  const subject = { ...healthySubject, url, hasOwnVariables: false, variables: own };
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
      'warning variable_differs: The variable OUTBOUND_API_KEY has another value deployed than in .env',
      'warning variable_not_deployed: The variable FLEX_QUEUE_SID is in .env but not deployed',
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
