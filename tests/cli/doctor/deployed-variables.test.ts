import { checkVariables } from '../../../cli/doctor/checks/variables';
import { useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const own = { ACCOUNT_SID: 'Twilio sets it', OUTBOUND_API_KEY: 'a secret', FLEX_QUEUE_SID: 'WQ1' };

/** Gives a new environment these variables, and compares them with those of `.env`. */
async function compare(name: string, variables: Record<string, string>): Promise<string[]> {
  const { services } = healthy.current.account.client.serverless.v1;
  const { sid } = await services.create({ uniqueName: name, friendlyName: name });
  const { environments } = services(sid);
  await environments.create({ uniqueName: 'another', domainSuffix: 'another' });
  const { sid: environment, domainName } = await environments.create({
    uniqueName: 'dev',
    domainSuffix: 'dev',
  });
  for (const [key, value] of Object.entries(variables)) {
    await environments(environment).variables.create({ key, value });
  }
  return find(`http://${domainName}`);
}

async function find(url: string): Promise<string[]> {
  const subject = await healthy.current.subject();
  const findings = await checkVariables({ ...subject, url, hasOwnVariables: false, variables: own });
  return findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

describe('the deployed variables', () => {
  it('may be more than those in .env', async () => {
    const { ACCOUNT_SID: _sid, ...deployed } = own;
    expect(await compare('more', { ...deployed, OTHER: '1' })).toEqual([]);
  });

  it('are compared with those in .env, and no value is shown', async () => {
    expect(await compare('different', { OUTBOUND_API_KEY: 'an older secret' })).toEqual([
      'warning variable_differs: The variable OUTBOUND_API_KEY has another value deployed than in .env',
      'warning variable_not_deployed: The variable FLEX_QUEUE_SID is in .env but not deployed',
    ]);
  });

  it('cannot be read where the functions run elsewhere', async () => {
    expect(await find('https://example.com')).toEqual([
      'notice variables_unread: The variables of https://example.com cannot be read: the account has no Serverless environment there',
    ]);
  });
});
