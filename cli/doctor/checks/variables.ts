import type { EnvironmentInstance } from 'twilio/lib/rest/serverless/v1/service/environment';
import { type Finding, finding } from '../findings';
import { deployCommand } from '../fixes';
import type { Subject } from '../subject';

/**
 * bytes
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/variables
 */
const valueLimit = 450;
const totalLimit = 3 * 1024;

/** What a deploy needs itself, and what Twilio sets. */
const notDeployed = [
  ...['ACCOUNT_SID', 'AUTH_TOKEN'],
  ...['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY', 'TWILIO_API_SECRET'],
];

/**
 * Compares the variables in `.env` with Twilio's limits and with those that are deployed. No value is ever shown.
 *
 * @param deployed what `readDeployedVariables` read
 */
export async function checkVariables(
  subject: Subject,
  deployed: Readonly<Record<string, string>> | undefined,
): Promise<Finding[]> {
  const own = Object.entries(subject.variables).filter(([name]) => !notDeployed.includes(name));
  const findings = own.flatMap(([name, value]) => {
    const size = Buffer.byteLength(value);
    if (size <= valueLimit) return [];
    const text = `The variable ${name} has ${size} bytes; Twilio takes at most ${valueLimit}`;
    return [finding('variable_too_large', text, 'shorten it in .env')];
  });
  const total = own.reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
  if (total > totalLimit) {
    const text = `The variables in .env have ${total} bytes together; Twilio takes at most ${totalLimit}`;
    findings.push(finding('variable_too_large', text, 'remove from .env what the functions do not need'));
  }
  if (subject.hasOwnVariables || subject.url === undefined) return findings;

  if (deployed === undefined) {
    const text = `The variables of ${subject.url} cannot be read: the account has no Serverless environment there`;
    return [...findings, finding('variables_unread', text, 'nothing to do, if the functions run elsewhere')];
  }
  for (const [name, value] of own) {
    if (deployed[name] === value) continue;
    const isMissing = deployed[name] === undefined;
    const text = isMissing
      ? `The variable ${name} ${sourceOf(name, subject)} is not deployed`
      : `The deployed variable ${name} has another value than the one ${sourceOf(name, subject)}`;
    const code = isMissing ? 'variable_not_deployed' : 'variable_differs';
    findings.push(finding(code, text, deployCommand(subject)));
  }
  return findings;
}

/** @returns where a variable is set, e.g. `in .env`, to follow its name */
export function sourceOf(name: string, { variableSources }: Pick<Subject, 'variableSources'>): string {
  const source = variableSources[name];
  if (source === undefined) return 'in the environment';
  return source === '.env' ? 'in .env' : 'of the local Twilio';
}

/** @returns the variables of the environment with the functions' domain; undefined if the account has none such */
export async function readDeployedVariables(subject: Subject): Promise<Record<string, string> | undefined> {
  const environment = await findDeployedEnvironment(subject);
  if (!environment) return undefined;
  const { environments } = subject.client.serverless.v1.services(environment.serviceSid);
  const variables = await environments(environment.sid).variables.list({ limit: 1_000 });
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
}

/** @returns the environment with the functions' domain; undefined if the account has none such */
export async function findDeployedEnvironment({
  client,
  url,
  hasOwnVariables,
}: Subject): Promise<EnvironmentInstance | undefined> {
  if (url === undefined || hasOwnVariables) return undefined;
  const { services } = client.serverless.v1;
  for (const { sid } of await services.list({ limit: 200 })) {
    const environments = await services(sid).environments.list({ limit: 100 });
    const found = environments.find(({ domainName }) => domainName === new URL(url).host);
    if (found) return found;
  }
  return undefined;
}
