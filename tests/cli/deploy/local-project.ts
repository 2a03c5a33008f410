import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { Account } from '../../../cli/account';
import { freePorts } from '../../../simulator/listen';
import type { ProjectCopy } from '../../support/project-copy';
import { Started } from '../../support/started';

/** The ports of a local Twilio, as the environment names them. */
export interface LocalPorts extends Record<string, string> {
  PORT: string;
  SIMULATOR_PORT: string;
  SIMULATOR_PROXY_PORT: string;
  SIMULATOR_DEPLOYED_PORT: string;
}

/** Starts the local Twilio in a copy of the project. @returns it, and the environment in which commands reach it */
export async function startLocalTwilio(project: ProjectCopy): Promise<{ running: Started; env: LocalPorts }> {
  const [PORT, SIMULATOR_PORT, SIMULATOR_PROXY_PORT, SIMULATOR_DEPLOYED_PORT] = (await freePorts(4)).map(
    String,
  ) as [string, string, string, string];
  const env = { PORT, SIMULATOR_PORT, SIMULATOR_PROXY_PORT, SIMULATOR_DEPLOYED_PORT };
  const running = new Started(
    project.root,
    process.execPath,
    ['--import', 'tsx', 'cli/main.ts', 'start'],
    env,
  );
  await running.prints(/Stop it with Ctrl-C/);
  return { running, env };
}

/** Sends a deployed function a request, as Twilio does. */
export function postSigned(
  { authToken = '' }: Account,
  url: string,
  fields: Record<string, string>,
  signature = getExpectedTwilioSignature(authToken, url, fields),
): Promise<Response> {
  const headers = { 'X-Twilio-Signature': signature };
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers });
}
