import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../account';
import { type Deployment, deploymentKey, rememberDeployment } from './deployments';
import { findEnvironment, readVariables, requireService } from './environment';
import { runToolkit } from './run-toolkit';
import type { Upload } from './upload';

export interface DeployOptions {
  /** The project's folder, built. */
  root: string;
  account: Account;
  environment: string;
  buildId: string;
  upload: Upload;
}

/**
 * Deploys a built and checked project with `twilio-run deploy`, and remembers where.
 *
 * @returns the deployment, and the variables that the environment has and `.env` does not: nobody removes those
 * @throws an error that says what failed
 */
export async function deployBuild({
  root,
  account,
  environment,
  buildId,
  upload,
}: DeployOptions): Promise<{ deployment: Deployment; leftVariables: string[] }> {
  const serviceSid = await requireService(account, readServiceName(root));
  const { variables } = upload;
  await runToolkit(root, account, { serviceSid, environment, variables });

  const deployed = await findEnvironment(account, serviceSid, environment);
  if (!deployed?.buildSid) throw new Error(`The environment ${environment} has no build after the deploy.`);
  const present = await readVariables(account, deployed);
  const key = deploymentKey(account.accountSid, environment);
  const { sid: environmentSid, buildSid, domainName: domain } = deployed;
  return {
    deployment: rememberDeployment(
      root,
      key,
      { domain, serviceSid, environmentSid, buildSid },
      { buildId, variables: present },
    ),
    leftVariables: Object.keys(present)
      .filter((name) => !(name in variables))
      .sort(),
  };
}

/** @returns the name under which the toolkit deploys, too */
export function readServiceName(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string }).name;
}
