/**
 * The host names of Twilio's API, with and without a region: `api.twilio.com`, `api.dublin.ie1.twilio.com`,
 * `sync.us1.twilio.com`.
 *
 * @see https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region
 */

/** @returns whether a host is Twilio's: then nothing is ever sent there */
export function isTwilioHost(host: string): boolean {
  return /(^|\.)twilio\.com\.?$/i.test(host);
}

/** @returns a host of Twilio without its edge and region, e.g. `api.twilio.com` for `api.dublin.ie1.twilio.com` */
export function apiHost(host: string): string {
  return host.toLowerCase().replace(/^([\w-]+)(\.[\w-]+){1,2}\.twilio\.com\.?$/, '$1.twilio.com');
}

/**
 * Twilio has switched these off; `api.us1.twilio.com` stays.
 *
 * @see https://www.twilio.com/en-us/changelog/deprecation-of-region-specific-twilio-api-domain-patterns
 */
export function isSwitchedOff(host: string): boolean {
  return /^api\.(ie1|au1|br1|de1|jp1|sg1|us2)\.twilio\.com$/i.test(host);
}

/** @returns whether a host is this machine */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?)$/i.test(host);
}

/** The hosts besides Twilio's that programs may reach: none, all (`true`), or those named, e.g. `*.example.com`. */
export type OpenHosts = true | readonly string[];

/** @returns whether a host that is not Twilio's may be reached */
export function isAllowed(host: string, allowed: OpenHosts): boolean {
  if (allowed === true) return true;
  return allowed.some((name) =>
    name.startsWith('*.')
      ? host.toLowerCase().endsWith(name.slice(1).toLowerCase())
      : host.toLowerCase() === name.toLowerCase(),
  );
}
