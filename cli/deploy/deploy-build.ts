import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../account';
import {
  type Deployment,
  deployedUrl,
  deploymentKey,
  readDeployments,
  rememberDeployment,
} from './deployments';
import { findEnvironment, readVariables, requireService } from './environment';
import { runToolkit } from './run-toolkit';
import type { Upload } from './upload';
import { waitForBuild } from './wait-for-build';

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
 * @returns the deployment; the variables that the environment has and `.env` does not: nobody removes those; whether
 *   there was a build before, to go back to; and whether the functions answer as this build, undefined if nobody can ask
 *   without the auth token
 * @throws an error that says what failed
 */
export async function deployBuild({ root, account, environment, buildId, upload }: DeployOptions): Promise<{
  deployment: Deployment;
  leftVariables: string[];
  hasEarlierBuild: boolean;
  isServed: boolean | undefined;
}> {
  // A damaged file is found before anything goes live.
  readDeployments(root);
  const serviceSid = await requireService(account, readServiceName(root));
  const { variables } = upload;
  const before = await findEnvironment(account, serviceSid, environment);
  await runToolkit(root, account, { serviceSid, environment, variables });

  const deployed = await findEnvironment(account, serviceSid, environment);
  if (!deployed?.buildSid) throw new Error(`The environment ${environment} has no build after the deploy.`);
  const present = await readVariables(account, deployed);
  const key = deploymentKey(account.accountSid, environment);
  const { sid: environmentSid, buildSid, domainName: domain } = deployed;
  const at = { domain, serviceSid, environmentSid, buildSid };
  const deployment = rememberDeployment(root, key, at, { buildId, variables: present });
  const path = upload.functions.find(({ visibility }) => visibility === 'protected')?.path;
  const { authToken } = account;
  return {
    deployment,
    leftVariables: Object.keys(present)
      .filter((name) => !(name in variables))
      .sort(),
    hasEarlierBuild: Boolean(before?.buildSid),
    isServed:
      path === undefined || authToken === undefined
        ? undefined
        : await waitForBuild(deployedUrl(deployment), { buildId, path, authToken }),
  };
}

/** @returns the name under which the toolkit deploys, too */
export function readServiceName(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string }).name;
}
