import type { LocalAccount } from '../../simulator/api';

/**
 * The ports can be taken by a local Twilio that runs in another folder: then its URLs help more than the port.
 *
 * @param consoleUrl where this local Twilio would have had its console
 * @returns the error of a start that failed, or one that names the other local Twilio
 */
export async function explainFailedStart(error: unknown, consoleUrl: string): Promise<unknown> {
  if (!(error instanceof Error) || !error.message.includes('EADDRINUSE')) return error;
  const running = await findLocalTwilio(consoleUrl);
  if (!running) return error;
  const [first = 3000, second = 4000] = [running.functionsUrl, consoleUrl].map((url) =>
    Number(new URL(url).port),
  );
  const ports = `PORT=${first + 100} SIMULATOR_PORT=${second + 100} SIMULATOR_PROXY_PORT=${second + 101}`;
  return new Error(
    `A local Twilio is already running, started in another folder: ${consoleUrl} (functions at ${running.functionsUrl}). ` +
      `Use it, stop it with Ctrl-C, or choose other ports: ${ports} npm start`,
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
