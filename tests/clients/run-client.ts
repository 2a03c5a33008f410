import { execFile } from 'node:child_process';
import type { LocalAccount } from '../../simulator/api';
import type { CommandResult } from '../support/command-line';

/**
 * Runs a client that is not of this project. Nothing but its environment leads it to the local Twilio, as
 * docs/local-twilio.md says; it does not block, because the local Twilio runs in this process.
 */
export async function runClient(
  { accountSid, authToken, proxyUrl, caFile }: LocalAccount,
  args: string[],
  { cwd, env }: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Promise<CommandResult> {
  const variables = {
    PATH: process.env.PATH ?? '',
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    HTTP_PROXY: proxyUrl,
    NODE_EXTRA_CA_CERTS: caFile,
    ...env,
  };
  return new Promise((resolve) => {
    const options = { cwd, env: variables, maxBuffer: 10 * 1024 * 1024 };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}
