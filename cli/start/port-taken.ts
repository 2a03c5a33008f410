import type { LocalAccount } from '../../simulator/api';
import { chooseAnotherPort, UnusablePort } from '../../simulator/listen';

/** The ports that are configured for a local Twilio. */
interface Ports {
  functions: number;
  console: number;
  proxy: number;
  deployed: number;
}

/**
 * The ports can be taken by a local Twilio that runs in another folder: then its URLs help more than the port.
 *
 * @param consoleUrl where this local Twilio would have had its console
 * @param configured the ports of this local Twilio, of which none is proposed
 * @returns the error of a start that failed, or one that names the other local Twilio
 */
export async function explainFailedStart(
  error: unknown,
  consoleUrl: string,
  configured: Ports,
): Promise<unknown> {
  if (!(error instanceof UnusablePort)) return error;
  const { deployed, ...others } = configured;
  // Each environment that is deployed to gets the next one.
  const taken = [...Object.values(others), ...Array.from({ length: 10 }, (_, index) => deployed + index)];
  const running = error.code === 'EADDRINUSE' ? await findLocalTwilio(consoleUrl) : undefined;
  if (!running) return error.avoiding(taken);
  const [first = 3000, second = 4000] = [running.functionsUrl, consoleUrl].map((url) =>
    Number(new URL(url).port),
  );
  const ports = [
    ['PORT', first + 100],
    ['SIMULATOR_PORT', second + 100],
    ['SIMULATOR_PROXY_PORT', second + 101],
  ].map(([name, wanted]) => {
    const port = chooseAnotherPort(Number(wanted), taken);
    taken.push(port);
    return `${name}=${port}`;
  });
  return new Error(
    `A local Twilio is already running, started in another folder: ${consoleUrl} (functions at ${running.functionsUrl}). ` +
      `Use it, stop it with Ctrl-C, or choose other ports: ${ports.join(' ')} npm start`,
  );
}

async function findLocalTwilio(url: string): Promise<LocalAccount | undefined> {
  try {
    const response = await fetch(`${url}/api/account`, { signal: AbortSignal.timeout(2_000) });
    const account = (await response.json()) as Partial<LocalAccount>;
    return account.functionsUrl === undefined ? undefined : (account as LocalAccount);
  } catch {
    return undefined;
  }
}
