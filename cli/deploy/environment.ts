import type { EnvironmentInstance } from 'twilio/lib/rest/serverless/v1/service/environment';
import type { Account } from '../account';

/** The environment without a suffix in its domain. */
export const productionName = 'production';

/** @returns the service with this name; undefined if the account has none */
export async function findService({ client }: Pick<Account, 'client'>, name: string) {
  const services = await client.serverless.v1.services.list();
  return services.find(({ uniqueName }) => uniqueName === name);
}

/** Finds the service, or creates it as the toolkit does. @returns its SID */
export async function requireService({ client }: Pick<Account, 'client'>, name: string): Promise<string> {
  const found = await findService({ client }, name);
  const create = { uniqueName: name, friendlyName: name, includeCredentials: true, uiEditable: false };
  return (found ?? (await client.serverless.v1.services.create(create))).sid;
}

/** @returns the environment with this suffix in its domain; undefined if the service has none */
export async function findEnvironment(
  { client }: Pick<Account, 'client'>,
  serviceSid: string,
  environment: string,
): Promise<EnvironmentInstance | undefined> {
  const all = await client.serverless.v1.services(serviceSid).environments.list();
  const suffix = environment === productionName ? '' : environment;
  return all.find(({ domainSuffix }) => (domainSuffix ?? '') === suffix);
}

/** @returns the variables of an environment by name */
export async function readVariables(
  { client }: Pick<Account, 'client'>,
  { serviceSid, sid }: Pick<EnvironmentInstance, 'serviceSid' | 'sid'>,
): Promise<Record<string, string>> {
  const all = await client.serverless.v1.services(serviceSid).environments(sid).variables.list();
  return Object.fromEntries(all.map(({ key, value }) => [key, value]));
}
