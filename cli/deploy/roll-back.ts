import type { Account } from '../account';
import { readServiceName } from './deploy-build';
import {
  type Deployment,
  deploymentKey,
  findChangedVariables,
  readDeployments,
  rememberDeployment,
} from './deployments';
import { findEnvironment, findService, readVariables } from './environment';

export interface Rollback {
  deployment: Deployment;
  /** The SID of the build that was active until now. */
  replaced: string;
  /** Variables that differ from those the build was deployed with; undefined if these are not known here. */
  changedVariables: string[] | undefined;
}

/**
 * Activates the build that was deployed to an environment before the active one; done again, the one before that.
 * Variables belong to the environment and stay as they are.
 *
 * @throws an error when there is no such build
 */
export async function rollBack(
  root: string,
  account: Pick<Account, 'client' | 'accountSid'>,
  environment: string,
): Promise<Rollback> {
  const key = deploymentKey(account.accountSid, environment);
  const known = readDeployments(root)[key] ?? { builds: {} };
  const service = await findService(account, readServiceName(root));
  const active = service && (await findEnvironment(account, service.sid, environment));
  if (!active?.buildSid) throw new Error(`Nothing is deployed to the environment ${environment}.`);

  const replaced = active.buildSid;
  const api = account.client.serverless.v1.services(active.serviceSid);
  const [builds, deployments] = await Promise.all([
    api.builds.list(),
    api.environments(active.sid).deployments.list(),
  ]);
  const deployed = new Set(deployments.map(({ buildSid }) => buildSid));
  const newestFirst = builds.sort((a, b) => b.dateCreated.getTime() - a.dateCreated.getTime());
  const at = newestFirst.findIndex(({ sid }) => sid === replaced);
  const before = newestFirst.slice(at + 1).find(({ sid }) => deployed.has(sid));
  if (at === -1 || !before) {
    throw new Error(
      `There is no build before the active one (${replaced}) in the environment ${environment}.`,
    );
  }

  await api.environments(active.sid).deployments.create({ buildSid: before.sid });
  const changedVariables = findChangedVariables(known, before.sid, await readVariables(account, active));
  const { serviceSid, sid: environmentSid, domainName: domain } = active;
  const deployment = rememberDeployment(root, key, {
    domain,
    serviceSid,
    environmentSid,
    buildSid: before.sid,
  });
  return { deployment, replaced, changedVariables };
}
