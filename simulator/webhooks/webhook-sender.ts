import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { TimelineEntry, WebhookFault } from '../api';
import type { Timeline } from '../timeline';
import { webhookIdHeader } from '../webhook-id';
import { contracts, type ReceivedAnswer, type Verdict, validateResponse } from './contracts';
import type { Target } from './targets';
import { nameWebhookFault, sendWithFault } from './webhook-faults';

export type WebhookTimelineEntry = Extract<TimelineEntry, { kind: 'webhook' }>;

export interface Webhook {
  name: string;
  fields: Record<string, string>;
  trace: string;
  conversationSid?: string | undefined;
  /** Where it goes; without it, to the URL of the callback's name. */
  target?: Target;
  delivery?: number;
  /** How often it has been sent before without success. */
  retry?: number;
  /** For requests that do not come from Twilio but from a page or a server: unsigned JSON with these headers. */
  json?: { headers: Record<string, string>; body: object };
}

export interface WebhookOptions {
  /** The URL of a callback, which is also what is signed. */
  urlOf(name: string): string | undefined;
  authToken: string;
  /** The name of this machine in URLs, if that is not `localhost`. */
  host?: string;
  timeline: Timeline;
  /** Whether to sign the next webhook wrongly. */
  badSignature(): boolean;
  /** What goes wrong with the next webhook of this name. */
  faultOf?(name: string): WebhookFault | undefined;
  /** Settles once the functions have started: that takes longer here than at Twilio, and is no part of the time limit. */
  started?(): Promise<unknown>;
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

  /**
   * Sends a webhook and waits for the answer.
   *
   * @returns its timeline entry; without a `status` if no answer came in time
   */
  async send(webhook: Webhook): Promise<WebhookTimelineEntry> {
    const { name, fields, trace, conversationSid, delivery = 1, retry = 0, json, target } = webhook;
    const { timeline } = this.#options;
    const url = target?.url ?? this.#options.urlOf(name) ?? '';
    const method = target?.method ?? 'POST';
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
      title: titleOf(webhook),
      ...(method === 'GET' && { method }),
      ...(target && target.scope !== 'account' && { scope: target.scope }),
      ...(retry > 0 && { retry }),
      ...(conversationSid !== undefined && { conversationSid }),
    }) as WebhookTimelineEntry;
    await this.#options.started?.().catch(() => undefined);
    const started = performance.now();
    const wronglySigned = !json && this.#options.badSignature();
    const request = json
      ? {
          url,
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...json.headers },
          body: JSON.stringify(json.body),
        }
      : this.#compose(url, method, fields, wronglySigned);
    const fault = this.#options.faultOf?.(name);
    const send = () => this.#request(withWebhookId(request, entry.id), limitMs);
    const answer: PostedAnswer = await (fault ? sendWithFault(fault, limitMs, send) : send());
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
      ...(fault && { fault: nameWebhookFault(fault) }),
    });
    return entry;
  }

  /** @returns Twilio's signature for these fields and this URL */
  sign(url: string, fields: Record<string, string>): string {
    return getExpectedTwilioSignature(this.#options.authToken, url, fields);
  }

  /** With GET, the fields are in the query, and so in what is signed. */
  #compose(
    configured: string,
    method: string,
    fields: Record<string, string>,
    wronglySigned: boolean,
  ): SentRequest {
    const url = method === 'GET' ? urlWithFields(configured, fields) : withoutFragment(configured);
    const signature = this.sign(url, method === 'GET' ? {} : fields);
    return {
      url,
      method,
      headers: {
        ...(method !== 'GET' && { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }),
        'X-Twilio-Signature': wronglySigned ? signWrongly(signature) : signature,
        'User-Agent': 'TwilioProxy/1.1',
        Accept: '*/*',
      },
      ...(method !== 'GET' && { body: new URLSearchParams(fields).toString() }),
    };
  }

  async #request({ url, ...request }: SentRequest, limitMs: number): Promise<PostedAnswer> {
    if (url === '') return { body: 'No URL is configured for it.' };
    if (!isOnThisMachine(url, this.#options.host))
      return { body: `${url} is not on this machine: nothing is sent there` };
    try {
      const response = await fetch(url, {
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

type PostedAnswer = ReceivedAnswer & { replayed?: boolean };

function withWebhookId(request: SentRequest, id: number): SentRequest {
  return { ...request, headers: { ...request.headers, [webhookIdHeader]: String(id) } };
}

interface SentRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** Tells apart what is sent more than once: to another scope, again by setting, or again because it failed. */
function titleOf({ name, target, delivery = 1, retry = 0 }: Webhook): string {
  const scope = target?.scope ?? 'account';
  return [
    scope === 'account' ? name : `${name} to the ${scope}'s webhook`,
    ...(delivery > 1 ? ['delivered again'] : []),
    ...(retry > 0 ? [`retry ${retry}`] : []),
  ].join(', ');
}

/** @returns a URL with the fields in its query, as a webhook with the method GET has them */
export function urlWithFields(url: string, fields: Record<string, string>): string {
  const base = withoutFragment(url);
  return `${base}${base.includes('?') ? '&' : '?'}${new URLSearchParams(fields)}`;
}

/**
 * A fragment is neither sent nor signed. In webhooks of other products it overrides how Twilio connects; Conversations
 * and Frontline do not support that.
 *
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
function withoutFragment(url: string): string {
  return url.split('#')[0] ?? url;
}

/** @returns a well-formed signature that is always wrong */
export function signWrongly(signature: string): string {
  return `${signature.startsWith('x') ? 'y' : 'x'}${signature.slice(1)}`;
}

/** Nothing leaves this machine, whatever URL is configured. */
function isOnThisMachine(url: string, host = 'localhost'): boolean {
  return URL.canParse(url) && [host, 'localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}
