import { setTimeout as sleep } from 'node:timers/promises';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';

/** How long Twilio may take to serve what it has activated, in milliseconds. */
const patienceMs = 30_000;
const requestMs = 5_000;

/**
 * Waits until the functions at a URL are those of a build: Twilio activates a build some seconds before it serves it.
 *
 * @param path of a protected function
 * @returns whether they are
 */
export async function waitForBuild(
  url: string,
  {
    buildId,
    path,
    authToken,
    patience = patienceMs,
  }: { buildId: string; path: string; authToken: string; patience?: number },
): Promise<boolean> {
  for (const end = Date.now() + patience; ; await sleep(500)) {
    if ((await readServedBuildId(`${url}${path}`, authToken)) === buildId) return true;
    if (Date.now() >= end) return false;
  }
}

/** @returns what a function answers to a signed probe; undefined when it cannot be asked, or is of an older build */
async function readServedBuildId(url: string, authToken: string): Promise<string | undefined> {
  const fields = { BuildProbe: '1' };
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url, fields) },
      signal: AbortSignal.timeout(requestMs),
    });
    await response.text();
    return response.headers.get('x-build-id') ?? undefined;
  } catch {
    return undefined;
  }
}
