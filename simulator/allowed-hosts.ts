import { isIP } from 'node:net';

/** Where the servers listen, and by which further names they may be called. */
export interface Reach {
  /** The address to listen on: this machine only, if left out. */
  host?: string;
  /** More names in requests, e.g. of a tunnel: `abc.ngrok-free.app`, or `*.ngrok-free.app` for all below it. */
  allowedHosts?: readonly string[];
}

const own = ['localhost', '127.0.0.1', '[::1]', '::1'];
const everyInterface = ['0.0.0.0', '::', '[::]'];

/**
 * The names by which this machine's servers may be called. A page of another site can make its own domain name lead to
 * 127.0.0.1, and then read every answer; only the Host header of its requests still tells (DNS rebinding).
 *
 * @see https://owasp.org/www-community/attacks/DNS_Rebinding
 */
export class AllowedHosts {
  /** The name in URLs that lead here, e.g. `localhost`. */
  readonly nameInUrls: string;
  readonly #names: readonly string[];
  readonly #takesAddresses: boolean;

  constructor({ host = 'localhost', allowedHosts = [] }: Reach = {}) {
    const isOwn = own.includes(host) || everyInterface.includes(host);
    this.nameInUrls = isOwn ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host;
    this.#names = [...own, this.nameInUrls, ...allowedHosts].map((name) => name.toLowerCase());
    // A page cannot pose as an address that it does not have: who listens to others is called by any of its addresses.
    this.#takesAddresses = !own.includes(host);
  }

  /** @param host a Host header: a name or an address, with or without a port */
  has(host: string | undefined): boolean {
    const name = nameOf(host);
    if (name === undefined) return false;
    return this.#isNamed(name) || (this.#takesAddresses && isIP(name.replace(/^\[|\]$/g, '')) !== 0);
  }

  /** @returns whether a Host header names this machine as such: requests through a tunnel keep the tunnel's name */
  static isOwn(host: string | undefined): boolean {
    return own.includes(nameOf(host) ?? '');
  }

  /**
   * Twilio and command lines send neither header. A browser sends Origin with what a page's script sends, and
   * Sec-Fetch-Site also with its links, images and forms.
   *
   * @param host the Host header
   * @returns whether a request comes from a page of another site
   * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
   */
  isOtherSite(headers: Headers, host: string | undefined): boolean {
    const origin = headers.get('origin');
    if (origin === null) return headers.get('sec-fetch-site') === 'cross-site';
    const [, originHost] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
    const name = nameOf(originHost);
    // An address that is not ours can be another machine's.
    return name === undefined || !(this.#isNamed(name) || originHost === host);
  }

  #isNamed(name: string): boolean {
    return this.#names.some((one) => (one.startsWith('*.') ? name.endsWith(one.slice(1)) : one === name));
  }
}

/** @returns the name or address in a Host header, in lower case; undefined if there is none */
function nameOf(host = ''): string | undefined {
  const [, name] = /^(\[[\da-f:.]+\]|[^:/@\s]+)(:\d+)?$/i.exec(host) ?? [];
  return name?.toLowerCase();
}
