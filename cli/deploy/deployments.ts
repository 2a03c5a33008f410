import { createHmac } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeptFile } from '../read-kept-file';

/** What a build was deployed with. */
interface RememberedBuild {
  buildId: string;
  /** A hash of each variable's value, to recognize a change. */
  variables: Record<string, string>;
}

/** What is deployed to one environment. */
export interface Deployment {
  /** e.g. `callbacks-1234-dev.twil.io`, or `localhost:4010` on the local Twilio */
  domain: string;
  serviceSid: string;
  environmentSid: string;
  buildSid: string;
  /** undefined after going back to a build that was deployed elsewhere. */
  buildId?: string;
  /** By SID, the last ones. */
  builds: Record<string, RememberedBuild>;
}

/** By account and environment: `AC…/dev`. */
export type Deployments = Record<string, Deployment>;

const fileName = '.deployments.json';
const longestHistory = 20;

/** @returns what was deployed from this folder. @throws an error that names the file when it is damaged */
export function readDeployments(root: string): Deployments {
  const fix =
    'Correct or delete it. Without it, the URLs of earlier deploys are given by --url, until npm run deploy has remembered them again.';
  const all = readKeptFile(join(root, fileName), isDeployments, fix) ?? {};
  // A build that a person has taken out is none that could be compared.
  return Object.fromEntries(
    Object.entries(all).map(([key, one]) => [key, { ...one, builds: one.builds ?? {} }]),
  );
}

function isDeployments(content: unknown): content is Deployments {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return false;
  return Object.values(content).every((one) => typeof Object(one).domain === 'string');
}

/**
 * Remembers a deployment in a file that git ignores.
 *
 * @param built what the build was made of; left out after going back to an earlier one
 */
export function rememberDeployment(
  root: string,
  key: string,
  deployed: Omit<Deployment, 'builds' | 'buildId'>,
  built?: { buildId: string; variables: Readonly<Record<string, string>> },
): Deployment {
  const all = readDeployments(root);
  const { [deployed.buildSid]: known, ...others } = all[key]?.builds ?? {};
  const build = built
    ? { buildId: built.buildId, variables: hashVariables(deployed.buildSid, built.variables) }
    : known;
  const builds = [...Object.entries(others), ...(build ? [[deployed.buildSid, build] as const] : [])];
  const deployment: Deployment = {
    ...deployed,
    ...(build && { buildId: build.buildId }),
    builds: Object.fromEntries(builds.slice(-longestHistory)),
  };
  const file = join(root, fileName);
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...all, [key]: deployment }, null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
  return deployment;
}

/** @returns the key of an environment in `readDeployments` */
export function deploymentKey(accountSid: string, environment: string): string {
  return `${accountSid}/${environment}`;
}

/** @returns the URL of a deployment, without a slash at its end; on the local Twilio it has no TLS */
export function deployedUrl({ domain }: Pick<Deployment, 'domain'>): string {
  return `${domain.startsWith('localhost:') ? 'http' : 'https'}://${domain}`;
}

/** @returns the names of the variables that differ from those a build was deployed with; undefined if that is not known */
export function findChangedVariables(
  { builds }: Pick<Deployment, 'builds'>,
  buildSid: string,
  variables: Readonly<Record<string, string>>,
): string[] | undefined {
  const before = builds[buildSid]?.variables;
  if (!before) return undefined;
  const now = hashVariables(buildSid, variables);
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).sort();
}

function hashVariables(key: string, variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      createHmac('sha256', key).update(value).digest('hex').slice(0, 16),
    ]),
  );
}
