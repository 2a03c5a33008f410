import twilio, { type RequestClient, type Twilio } from 'twilio';
import { endpoint } from '../../functions/flex/outbound-message';
import { openTwilio, requestTimeoutMs } from '../../lib/twilio/api';
import { boundHttpClient } from '../../lib/twilio/http-client';
import type { EndpointPlatform } from '../../lib/webhook/endpoint';
import { serveEndpoint } from '../../lib/webhook/endpoint';
import type { RuntimeContext } from '../../lib/webhook/platform';
import { VirtualClock } from './clock';
import { type Fault, spoilings } from './faults';
import type { Nature } from './ground';
import { type Answer, type Asked, patternOf } from './http';
import { agent, apiKey, assets, authToken } from './setting';
import { StandIn } from './stand-in';

/** A request is this long on its way to Twilio, and its answer on its way back, in milliseconds. */
const wayMs = 15;

/** What a caller hears; without a status, the instance has died. */
export interface Heard {
  status: number | undefined;
  body: Record<string, unknown>;
  headers: Record<string, string>;
  /** When, on the true clock. */
  at: number;
  /** How long it took, in milliseconds. */
  ms: number;
  /** How many requests the instance made. */
  requests: number;
}

/** How an instance's clocks go wrong, in milliseconds. */
type Skew = (instance: number) => number;

/** In what a run differs from one where nothing goes wrong. */
export interface Circumstances {
  faults?: readonly Fault[];
  nature?: Partial<Nature>;
  skew?: Skew;
  /** Whether an instance stands still once it has answered; else what it has begun goes on. */
  freezes?: boolean;
}

/** One run: a Twilio, instances of the function that call it, and what goes wrong between them. */
export class World {
  readonly clock = new VirtualClock();
  readonly twilio: StandIn;
  /** The requests that left, by `patternOf`. */
  readonly steps: string[] = [];
  /** When the last fault struck. */
  lastFaultAt = 0;
  readonly #faults: { fault: Fault; met: number; until: number }[];
  readonly #skew: Skew;
  readonly #freezes: boolean;
  readonly #lines: { at: number; instance: number; text: string; body?: object | string }[] = [];
  #instances = 0;
  #ids = 0;

  constructor({ faults = [], nature = {}, skew = () => 0, freezes = false }: Circumstances = {}) {
    this.#freezes = freezes;
    this.twilio = new StandIn(this.clock, nature);
    this.twilio.flex.addWorker(agent);
    this.#faults = faults.map((fault) => ({ fault, met: 0, until: 0 }));
    this.#skew = skew;
  }

  /** Calls the endpoint as a server does, on an instance of its own. */
  async call(body: Record<string, unknown>): Promise<Heard> {
    const instance = new Instance(++this.#instances);
    const begin = this.clock.now();
    const heard = await new Promise<Omit<Heard, 'at' | 'ms' | 'requests'>>((hear) => {
      instance.onKill = () => hear({ status: undefined, body: {}, headers: {} });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
      const event = { worker: agent, ...body, request: { headers } };
      const handler = serveEndpoint(endpoint, this.#platform(instance));
      void handler(this.#context(), event, (_error, payload) => {
        if (!instance.isAlive) return;
        if (this.#freezes) instance.freeze();
        hear(payload as Heard);
      });
    });
    const at = this.clock.now();
    this.write(instance.number, `answers ${heard.status ?? 'nothing'} ${JSON.stringify(heard.body)}`);
    return { ...heard, at, ms: at - begin, requests: instance.requests };
  }

  #context(): RuntimeContext {
    const { workspaceSid, workflowSid, queueSid } = this.twilio.flex;
    return {
      ACCOUNT_SID: this.twilio.ground.accountSid,
      AUTH_TOKEN: authToken,
      OUTBOUND_API_KEY: apiKey,
      FLEX_WORKSPACE_SID: workspaceSid,
      FLEX_WORKFLOW_SID: workflowSid,
      FLEX_QUEUE_SID: queueSid,
    } as unknown as RuntimeContext;
  }

  #platform(instance: Instance): EndpointPlatform {
    const skew = this.#skew(instance.number);
    const now = () => this.clock.now() + skew;
    const timer: EndpointPlatform['timer'] = (ms) => {
      let clear = () => {};
      const done = new Promise<void>((fire) => {
        clear = this.clock.after(ms, () => {
          if (instance.isAlive) fire();
        });
      });
      return { done, clear: () => clear() };
    };
    // Each instance draws other numbers, and the same ones in every run.
    let drawn = instance.number * 7_919;
    const random = () => {
      drawn = (drawn * 1_103_515_245 + 12_345) % 2_147_483_648;
      return drawn / 2_147_483_648;
    };
    const client = this.#client(instance);
    const { accountSid } = this.twilio.ground;
    return {
      now,
      timer,
      date: () => Date.UTC(2026, 0, 1) + now(),
      newId: () => `id-${++this.#ids}`,
      log: () => {},
      readAsset: (name) => assets[name] ?? '{}',
      pathOfAsset: (name) => name,
      respond: (status, body, headers) => ({ status, body, headers }),
      twilio: (_context, deadline) =>
        openTwilio(() => client, { deadline, timer, random, sleep: (ms) => timer(ms).done }),
      sync: (_context, deadline) => {
        const bounds = { deadline, timer, limitMs: requestTimeoutMs };
        const httpClient = boundHttpClient(client.httpClient, bounds);
        return twilio(accountSid, authToken, { httpClient, lazyLoading: true }).sync.v1.services('default');
      },
    };
  }

  #client(instance: Instance): Twilio {
    const httpClient = { request: (options: Sent) => this.#send(instance, readSent(options)) };
    return twilio(this.twilio.ground.accountSid, authToken, {
      httpClient: httpClient as unknown as RequestClient,
      lazyLoading: true,
    });
  }

  /** Takes a request to Twilio and its answer back, as the fault that it meets lets it. */
  #send(instance: Instance, asked: Asked): Promise<Received> {
    if (!instance.isAlive) return never();
    instance.requests += 1;
    const step = patternOf(asked);
    this.steps.push(step);
    const fault = this.#meet(step);
    this.write(instance.number, `${step}${fault ? ` ✗ ${fault.spoiling}, effect ${fault.effect}` : ''}`);
    return new Promise((resolve, reject) => {
      const answerAfter = (ms: number, answer: Answer) =>
        void this.clock.after(ms, () => {
          if (instance.isAlive) resolve(received(answer));
        });
      if (!fault) {
        this.clock.after(wayMs, () => {
          const answer = this.twilio.handle(asked);
          this.write(instance.number, `  ${answer.status}`, answer.body);
          answerAfter(wayMs, answer);
        });
        return;
      }
      const { spoiling, effect } = fault;
      let truth: Answer | undefined;
      if (effect !== 'none') {
        this.clock.after(wayMs + effect, () => {
          truth = this.twilio.handle(asked);
          this.write(instance.number, `  in fact ${truth.status}`, truth.body);
        });
      }
      if (spoiling === 'kill') {
        this.clock.after(effect === 'none' ? 0 : wayMs + effect, () => instance.kill());
        return;
      }
      const how = spoilings[spoiling];
      if ('hangs' in how) return;
      if ('fails' in how) {
        this.clock.after(2 * wayMs, () => {
          if (instance.isAlive) reject(Object.assign(new Error('no whole answer'), { code: how.fails }));
        });
      } else if ('instead' in how) answerAfter(2 * wayMs, how.instead);
      else if ('body' in how) {
        const status = asked.method === 'POST' && asked.path.endsWith('s') ? 201 : 200;
        answerAfter(2 * wayMs, { status, headers: {}, body: how.body });
      } else {
        this.clock.after(2 * wayMs + how.answersAfter, () => {
          if (truth) answerAfter(0, truth);
        });
      }
    });
  }

  #meet(step: string): Fault | undefined {
    let met: Fault | undefined;
    for (const one of this.#faults) {
      if (one.fault.step !== step) continue;
      const count = one.met++;
      const { from, lasts, effect } = one.fault;
      if (met || count < from) continue;
      const now = this.clock.now();
      if (count === from) one.until = lasts === 'once' ? now : now + lasts;
      if (lasts === 'once' ? count > from : now > one.until) continue;
      met = one.fault;
      this.lastFaultAt = this.clock.now() + (effect === 'none' ? 0 : effect);
    }
    return met;
  }

  /** @returns what happened, line by line */
  log(): string[] {
    return this.#lines.map(({ at, instance, text, body }) => {
      const begin = `${(at / 1_000).toFixed(2).padStart(7)} s  instance ${instance}  ${text}`;
      return body === undefined ? begin : `${begin} ${typeof body === 'string' ? body : brief(body)}`;
    });
  }

  write(instance: number, text: string, body?: object | string): void {
    this.#lines.push({ at: this.clock.now(), instance, text, ...(body !== undefined && { body }) });
  }
}

/** A function's process. One that was killed hears nothing and does nothing any more. */
class Instance {
  isAlive = true;
  requests = 0;
  onKill: () => void = () => {};

  constructor(readonly number: number) {}

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.onKill();
  }

  freeze(): void {
    this.isAlive = false;
  }
}

interface Sent {
  method: string;
  uri: string;
  headers?: Record<string, string>;
  params?: Record<string, unknown>;
  data?: Record<string, unknown>;
}

interface Received {
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

function readSent({ method, uri, headers = {}, params = {}, data = {} }: Sent): Asked {
  const { hostname: host, pathname: path, searchParams } = new URL(uri);
  const texts = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  return {
    method: method.toUpperCase(),
    host,
    path,
    query: { ...Object.fromEntries(searchParams), ...texts(params) },
    form: texts(data),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

function received({ status, headers, body }: Answer): Received {
  return { statusCode: status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function brief(body: object): string {
  const { sid, code, revision, status, date_updated } = body as Record<string, unknown>;
  const facts = { sid, code, revision, status, date_updated };
  const keys = Object.entries(body)
    .filter(([, value]) => Array.isArray(value))
    .map(([key, value]) => `${key}: ${value.length}`);
  return `${JSON.stringify(facts)} ${keys}`;
}

const never = () => new Promise<never>(() => {});
