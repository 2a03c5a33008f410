import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { HttpsProxyAgent } from 'https-proxy-agent';
import twilio, { type Twilio } from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient';
import type { LocalAccount } from '../simulator/api';
import { UsageError } from './program';
import { projectFolder } from './project-folder';
import { controlUrl, noLocalTwilio } from './start-lock';

/** A Twilio account as the commands use it: in the cloud, or the local Twilio's. */
export interface Account {
  accountSid: string;
  /** undefined when an API key is used: then nothing can be signed. */
  authToken: string | undefined;
  client: Twilio;
  isLocal: boolean;
  /** Where the local Twilio serves the functions, e.g. `http://localhost:3000`. */
  localFunctionsUrl: string | undefined;
  /** Where the local Twilio is controlled, e.g. `http://localhost:4000`. */
  controlUrl: string | undefined;
  /** What other programs, such as twilio-run, need in their environment to use the same account. */
  env: Readonly<Record<string, string>>;
  /** What the local Twilio's functions have in place of variables that are not in `.env`; none in the cloud. */
  variables: Record<string, string>;
}

/**
 * Opens the account that `.env` or the environment names, or, with `local`, the local Twilio that `npm start` runs.
 *
 * @throws UsageError when there are no credentials; an Error when no local Twilio is running
 */
export async function openAccount({ local = false }: { local?: boolean | undefined }): Promise<Account> {
  return local ? openLocalAccount() : openCloudAccount();
}

/** @returns the variables in the project's `.env`; empty when there is no such file */
export function readEnvFile(root = projectFolder): Record<string, string> {
  const file = join(root, '.env');
  return existsSync(file) ? (parseEnv(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}

function openCloudAccount(): Account {
  const variables = { ...readEnvFile(), ...process.env };
  const read = (...names: string[]): string | undefined => {
    return names.map((name) => variables[name]).find((value) => value !== undefined && value !== '');
  };
  const accountSid = read('TWILIO_ACCOUNT_SID', 'ACCOUNT_SID');
  const authToken = read('TWILIO_AUTH_TOKEN', 'AUTH_TOKEN');
  const key = read('TWILIO_API_KEY');
  const secret = read('TWILIO_API_SECRET');
  if (!accountSid || !(authToken || (key && secret))) {
    throw new UsageError(
      'There are no credentials: set ACCOUNT_SID and AUTH_TOKEN in .env, or TWILIO_ACCOUNT_SID, TWILIO_API_KEY and ' +
        'TWILIO_API_SECRET in the environment. Or use the local Twilio with --local.',
    );
  }
  const [username, password] = authToken ? [accountSid, authToken] : [key, secret];
  return {
    accountSid,
    authToken,
    client: twilio(username, password, { accountSid }),
    isLocal: false,
    localFunctionsUrl: undefined,
    controlUrl: undefined,
    env: {},
    variables: {},
  };
}

async function openLocalAccount(): Promise<Account> {
  const url = controlUrl(projectFolder);
  const { accountSid, authToken, functionsUrl, proxyUrl, caFile, variables } = await askLocalTwilio(url);
  const httpClient = new RequestClient();
  httpClient.axios.defaults.proxy = false;
  httpClient.axios.defaults.httpsAgent = new LocalAgent(proxyUrl, readFileSync(caFile));
  return {
    accountSid,
    authToken,
    client: twilio(accountSid, authToken, { httpClient }),
    isLocal: true,
    localFunctionsUrl: functionsUrl,
    controlUrl: url,
    env: { HTTP_PROXY: proxyUrl, NODE_EXTRA_CA_CERTS: caFile },
    variables,
  };
}

/** @throws an Error when no local Twilio is running */
export async function askLocalTwilio(url: string): Promise<LocalAccount> {
  try {
    const response = await fetch(`${url}/api/account`);
    if (response.ok) return (await response.json()) as LocalAccount;
  } catch {
    // Nobody is there.
  }
  throw noLocalTwilio(url);
}

/** Reaches the local Twilio through its proxy, and trusts its certificate. */
class LocalAgent extends HttpsProxyAgent {
  readonly #ca: Buffer;

  constructor(proxy: string, ca: Buffer) {
    super(proxy);
    this.#ca = ca;
  }

  override callback(...[request, options]: Parameters<HttpsProxyAgent['callback']>) {
    return super.callback(request, { ...options, ca: this.#ca } as typeof options);
  }
}
