import type { Account } from '../account';
import { type Deployment, deploymentKey, readDeployments } from './deployments';

/** @returns each environment to which this account's functions have been deployed, by name */
export function listDeployments(root: string, accountSid: string): Map<string, Deployment> {
  const found = new Map<string, Deployment>();
  for (const [key, deployment] of Object.entries(readDeployments(root))) {
    const environment = key.split('/')[1] ?? '';
    if (key === deploymentKey(accountSid, environment)) found.set(environment, deployment);
  }
  return found;
}

/** @returns the same without what is gone: a restart of the local Twilio ends what was deployed to it */
export async function listLiveDeployments(
  root: string,
  account: Pick<Account, 'accountSid' | 'client' | 'localFunctionsUrl'>,
): Promise<Map<string, Deployment>> {
  const deployments = listDeployments(root, account.accountSid);
  if (account.localFunctionsUrl === undefined) return deployments;
  for (const [name, deployment] of deployments) {
    if (!(await isDeployed(account, deployment))) deployments.delete(name);
  }
  return deployments;
}

async function isDeployed(
  { client }: Pick<Account, 'client'>,
  { serviceSid, environmentSid }: Pick<Deployment, 'serviceSid' | 'environmentSid'>,
): Promise<boolean> {
  try {
    const environments = await client.serverless.v1.services(serviceSid).environments.list();
    return environments.some(({ sid }) => sid === environmentSid);
  } catch (error) {
    if ((error as { status?: number }).status === 404) return false;
    throw error;
  }
}
