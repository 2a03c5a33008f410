import type { Faults, RequestFault, WebhookFault } from './api';
import { isRequestNamed } from './fault-targets';
import type { Fault } from './twilio/http/faults';

type Chosen = RequestFault | WebhookFault;

/** The faults for all REST requests. */
const simpleFaults: Record<Faults['rest'], Fault | undefined> = {
  none: undefined,
  429: { status: 429, code: 20429, message: 'Too Many Requests' },
  500: { status: 500, code: 20500, message: 'An internal server error has occurred' },
  hang: { hang: true },
  torn: { cut: 5, after: true },
  drip: { drip: 1_000, after: true },
};

/** Decides which of the faults that the settings name happens next. */
export class ChosenFaults {
  readonly #current: () => Faults;
  readonly #onUsedUp: (fault: Chosen) => void;
  readonly #counters = new WeakMap<Chosen, Counter>();
  /** How many REST requests have failed by the fault for all of them. */
  #simple = 0;

  /** @param onUsedUp gets a fault that has happened as often as it should */
  constructor(current: () => Faults, onUsedUp: (fault: Chosen) => void) {
    this.#current = current;
    this.#onUsedUp = onUsedUp;
  }

  /** Counts from the start again. */
  restart(): void {
    this.#simple = 0;
  }

  /** @returns what goes wrong with a REST request; each call counts */
  ofRequest(request: { method: string; path: string }): Fault | undefined {
    const { rest, restTimes, requests } = this.#current();
    const simple = simpleFaults[rest];
    if (simple && this.#simple < (restTimes ?? Number.POSITIVE_INFINITY)) {
      this.#simple += 1;
      return simple;
    }
    const chosen = this.#next(requests, ({ on }) => on === 'all' || isRequestNamed(on, request));
    return chosen && toFault(chosen);
  }

  /** @returns what goes wrong with a webhook; each call counts */
  ofWebhook(name: string): WebhookFault | undefined {
    return this.#next(this.#current().webhooks, ({ on }) => on === 'all' || on === name);
  }

  #next<F extends Chosen>(faults: F[], isAbout: (fault: F) => boolean): F | undefined {
    return faults.filter(isAbout).find((fault) => {
      const counter = this.#counters.get(fault) ?? new Counter(fault);
      this.#counters.set(fault, counter);
      const happens = counter.next();
      if (counter.isUsedUp) this.#onUsedUp(fault);
      return happens;
    });
  }
}

/** How often a fault has happened. */
class Counter {
  readonly #fault: Chosen;
  readonly #random: () => number;
  #asked = 0;
  #happened = 0;

  constructor(fault: Chosen) {
    this.#fault = fault;
    this.#random = seeded(fault.seed ?? 1);
  }

  get isUsedUp(): boolean {
    return this.#happened >= (this.#fault.times ?? Number.POSITIVE_INFINITY);
  }

  /** @returns whether it happens now */
  next(): boolean {
    const { every = 1, probability = 1 } = this.#fault;
    this.#asked += 1;
    const happens = !this.isUsedUp && this.#asked % every === 0 && this.#random() < probability;
    if (happens) this.#happened += 1;
    return happens;
  }
}

/**
 * The generator mulberry32.
 *
 * @returns numbers from 0 up to 1, the same for the same seed
 */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function toFault(chosen: RequestFault): Fault {
  const after = 'done' in chosen && chosen.done === true;
  switch (chosen.kind) {
    case 'error':
      return { ...toError(chosen), after };
    case 'cut':
      return { cut: 'half', after };
    case 'drip':
      return { drip: chosen.ms, after: true };
    case 'reset':
      return { reset: true, after };
    case 'hang':
      return { hang: true, after };
    case 'late':
      return { delay: chosen.ms, after: true };
  }
}

/**
 * Twilio documents no Retry-After for its REST API, but clients should follow one.
 *
 * @see https://www.twilio.com/docs/api/errors/20429
 */
function toError({ status, code, retryAfter }: Extract<RequestFault, { kind: 'error' }>): Fault {
  return {
    status,
    code: code ?? 20_000 + status,
    message: messages[status] ?? `HTTP ${status}`,
    ...(retryAfter !== undefined && { headers: { 'Retry-After': String(retryAfter) } }),
  };
}

const messages: Record<number, string> = {
  429: 'Too Many Requests',
  500: 'An internal server error has occurred',
  503: 'Service Unavailable',
};
