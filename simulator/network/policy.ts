import { isAllowed, isLoopback, isSwitchedOff, isTwilioHost, type OpenHosts } from './hosts';

/** A connection that was refused. */
export interface Refusal {
  host: string;
  port: number;
  /** What was refused, and what to do, in a sentence or two. */
  text: string;
  /** The timeline id of the webhook that the function was handling. */
  webhookId?: number;
}

export interface NetworkPolicyOptions {
  /** The hosts besides Twilio's that may be reached; none when left out. */
  open?: OpenHosts | undefined;
  onRefused?(refusal: Refusal): void;
}

/** Decides which hosts the functions may reach: Twilio's, which the local Twilio answers, and this machine. */
export class NetworkPolicy {
  readonly #options: NetworkPolicyOptions;

  constructor(options: NetworkPolicyOptions) {
    this.#options = options;
  }

  /** @returns why a connection is refused, which is reported too; undefined if it is not */
  check(host: string, port: number, webhookId: number | undefined): Refusal | undefined {
    const text = this.#reason(host, port);
    if (text === undefined) return undefined;
    const refusal: Refusal = { host, port, text, ...(webhookId !== undefined && { webhookId }) };
    this.#options.onRefused?.(refusal);
    return refusal;
  }

  #reason(host: string, port: number): string | undefined {
    if (isSwitchedOff(host)) {
      return `Twilio has switched off ${host}: use ${host.replace(/\.\w+\./, '.')}, or name the edge too.`;
    }
    if (isTwilioHost(host)) {
      if (port === 443) return undefined;
      return `${host}:${port} is not simulated, and nothing is sent to Twilio: its API is at port 443.`;
    }
    if (isLoopback(host) || isAllowed(host, this.#options.open ?? [])) return undefined;
    return (
      `The local Twilio lets nothing out to ${host}:${port}. To allow it, start with --allow-net=${host}, or with ` +
      '--allow-net for every host.'
    );
  }
}
