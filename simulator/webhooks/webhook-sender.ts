import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { TimelineEntry } from '../api';
import type { Timeline } from '../timeline';
import { webhookIdHeader } from '../webhook-id';
import { contracts, type ReceivedAnswer, type Verdict, validateResponse } from './contracts';

export type WebhookTimelineEntry = Extract<TimelineEntry, { kind: 'webhook' }>;

export interface Webhook {
  name: string;
  fields: Record<string, string>;
  trace: string;
  conversationSid?: string | undefined;
  delivery?: number;
  /** For requests that do not come from Twilio but from a page or a server: unsigned JSON with these headers. */
  json?: { headers: Record<string, string>; body: object };
}

export interface WebhookOptions {
  /** The URL of a webhook, which is also what is signed; undefined if it is switched off. */
  urlOf(name: string): string | undefined;
  authToken: string;
  /** The name of this machine in URLs, if that is not `localhost`. */
  host?: string;
  timeline: Timeline;
  /** Whether to sign the next webhook wrongly. */
  badSignature(): boolean;
}

/**
 * Sends webhooks as Twilio does: form-encoded, signed, with the caller's time limit. Adds each to the timeline, with the
 * verdict on its answer.
 */
export class WebhookSender {
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /** @returns whether a webhook is switched on */
  isOn(name: string): boolean {
    return this.#options.urlOf(name) !== undefined;
  }

  /**
   * Sends a webhook and waits for the answer.
   *
   * @returns its timeline entry; without a `status` if no answer came in time
   */
  async send(webhook: Webhook): Promise<WebhookTimelineEntry> {
    const { name, fields, trace, conversationSid, delivery = 1, json } = webhook;
    const { timeline } = this.#options;
    const url = this.#options.urlOf(name) ?? '';
    const limitMs = contracts[name]?.limitMs ?? 10_000;
    const entry = timeline.add({
      kind: 'webhook',
      name,
      url,
      fields,
      limitMs,
      problems: [],
      delivery,
      trace,
      state: 'running',
      title: delivery > 1 ? `${name}, delivered again` : name,
      ...(conversationSid !== undefined && { conversationSid }),
    }) as WebhookTimelineEntry;
    const started = performance.now();
    const wronglySigned = !json && this.#options.badSignature();
    const request = json
      ? { headers: { 'Content-Type': 'application/json', ...json.headers }, body: JSON.stringify(json.body) }
      : this.#form(url, fields, wronglySigned);
    const answer = await this.#post(url, withWebhookId(request, entry.id), limitMs);
    // Rejecting a wrong signature is correct, whatever the contract says about the answer.
    const isRefused = wronglySigned && answer.status === 403;
    const { problems, errorCode }: Verdict = isRefused ? { problems: [] } : validateResponse(name, answer);
    timeline.update(entry, {
      ms: Math.round(performance.now() - started),
      body: answer.body,
      problems,
      state: problems.length > 0 ? 'failed' : isRefused ? 'warning' : 'ok',
      ...(isRefused && { outcome: 'The signature is wrong: refused before a function ran.' }),
      ...(answer.status !== undefined && { status: answer.status }),
      ...(errorCode !== undefined && { errorCode }),
      ...(answer.replayed && { replayed: true }),
    });
    return entry;
  }

  /** @returns Twilio's signature for these fields and this URL */
  sign(url: string, fields: Record<string, string>): string {
    return getExpectedTwilioSignature(this.#options.authToken, url, fields);
  }

  #form(url: string, fields: Record<string, string>, wronglySigned: boolean): SentRequest {
    const signature = this.sign(url, fields);
    return {
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
        'X-Twilio-Signature': wronglySigned ? signWrongly(signature) : signature,
        'User-Agent': 'TwilioProxy/1.1',
        Accept: '*/*',
      },
      body: new URLSearchParams(fields).toString(),
    };
  }

  async #post(
    url: string,
    request: SentRequest,
    limitMs: number,
  ): Promise<ReceivedAnswer & { replayed?: boolean }> {
    if (!isOnThisMachine(url, this.#options.host))
      return { body: `${url} is not on this machine: nothing is sent there` };
    try {
      const response = await fetch(url, {
        method: 'POST',
        ...request,
        // A redirect could lead away from this machine. Twilio follows 301, 302, 303 and 307:
        // https://www.twilio.com/docs/api/errors/11216
        redirect: 'manual',
        signal: AbortSignal.timeout(limitMs),
      });
      const body = await response.text();
      const contentType = response.headers.get('content-type');
      const replayed = response.headers.get('idempotent-replayed') === 'true';
      return { status: response.status, body, replayed, ...(contentType !== null && { contentType }) };
    } catch (error) {
      return { body: error instanceof Error && error.name === 'TimeoutError' ? '' : String(error) };
    }
  }
}

function withWebhookId({ headers, body }: SentRequest, id: number): SentRequest {
  return { headers: { ...headers, [webhookIdHeader]: String(id) }, body };
}

interface SentRequest {
  headers: Record<string, string>;
  body: string;
}

/** @returns a well-formed signature that is always wrong */
export function signWrongly(signature: string): string {
  return `${signature.startsWith('x') ? 'y' : 'x'}${signature.slice(1)}`;
}

/** Nothing leaves this machine, whatever URL is configured. */
function isOnThisMachine(url: string, host = 'localhost'): boolean {
  return URL.canParse(url) && [host, 'localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}
