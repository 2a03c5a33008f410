import { TwilioError } from './errors';
import { ConnectionReset, type Fault, Faults, type Matcher, nameFault, wireFaultOf } from './faults';
import type { RestAnswer, RestRequest } from './request';
import { RequestLimits } from './request-limits';
import { newSid } from './sids';

/** What observers get once a request has been handled. */
export interface RestObservation {
  request: RestRequest;
  /** undefined if there was none. */
  answer?: RestAnswer;
  ms?: number;
  fault?: string;
}

/** The body of a success that is not one: long enough to be cut, and invalid JSON wherever it is cut. */
const unfinished = `{"account_sid": "AC${'0'.repeat(32)}", "attributes": "${'{}'.repeat(200)}`;

type Outcome = Pick<RestAnswer, 'status' | 'body'>;

/** Answers requests with Twilio's headers, keeps to its limits, applies faults, and notifies observers. */
export class RequestHandler {
  readonly #ask: (request: RestRequest) => Promise<Outcome>;
  readonly #faults = new Faults();
  /** What goes wrong with a request by the console's settings; asked once for each. */
  chosenFault: (request: RestRequest) => Fault | undefined = () => undefined;
  /** How many requests are let in; the settings say so. */
  limits = new RequestLimits();
  #observers = new Set<(observation: RestObservation) => void>();

  /** @param ask carries out a request synchronously, and resolves to the answer */
  constructor(ask: (request: RestRequest) => Promise<Outcome>) {
    this.#ask = ask;
  }

  /** @returns a function that removes the observer */
  onRequest(observer: (observation: RestObservation) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Makes matching requests fail. @returns a function that removes the fault */
  fail(matcher: Matcher, fault: Fault, times?: number): () => void {
    return this.#faults.add(matcher, fault, times);
  }

  /**
   * Answers one request.
   *
   * @returns the answer; never settles if a fault says so
   * @throws ConnectionReset if a fault says so
   */
  async handle(request: RestRequest): Promise<RestAnswer> {
    const refused = this.limits.enter(request);
    if (refused) {
      const answer = this.#withHeaders({ status: refused.status, body: refused.body() });
      for (const observer of this.#observers) observer({ request, answer, ms: 0 });
      return answer;
    }
    let answer: RestAnswer | undefined;
    try {
      answer = await this.#handle(request);
    } finally {
      this.limits.leave();
    }
    return answer ?? new Promise<never>(() => {});
  }

  /** @returns undefined if it is never to be answered */
  async #handle(request: RestRequest): Promise<RestAnswer | undefined> {
    const started = performance.now();
    const fault = this.#takeFault(request);
    const observe = (answer: RestAnswer | undefined): void => {
      const observation: RestObservation = {
        request,
        ...(answer && { answer }),
        ms: performance.now() - started,
        ...(fault && { fault: nameFault(fault) }),
      };
      for (const observer of this.#observers) observer(observation);
    };

    let answer = fault && !fault.after ? undefined : await this.#answer(request);
    if (fault?.later !== undefined) setTimeout(() => void this.#answer(request), fault.later).unref();
    if (fault?.delay !== undefined) await new Promise((done) => setTimeout(done, fault.delay));
    if (fault && 'hang' in fault) {
      observe(undefined);
      return undefined;
    }
    if (fault && 'reset' in fault) {
      observe(undefined);
      throw new ConnectionReset();
    }
    if (fault && 'status' in fault) {
      const { status, code = 20_000 + status, message = `HTTP ${status}` } = fault;
      answer = this.#withHeaders({
        status,
        body: fault.body ?? new TwilioError(status, code, message).body(),
      });
    }
    if (fault && (wireFaultOf(fault) || 'body' in fault)) answer ??= await this.#answerToCorrupt(request);
    const wire = fault && wireFaultOf(fault, answer?.body);
    if (answer && wire) answer = { ...answer, wire };
    if (answer && fault && 'body' in fault && fault.body !== undefined) {
      answer = { ...answer, ...this.#withHeaders({ status: answer.status, body: fault.body }) };
    }
    if (answer && fault && 'headers' in fault) {
      answer = { ...answer, headers: { ...answer.headers, ...fault.headers } };
    }
    answer ??= await this.#answer(request);
    observe(answer);
    return answer;
  }

  /** @returns an answer for a fault to corrupt; only a GET is carried out */
  async #answerToCorrupt(request: RestRequest): Promise<RestAnswer> {
    if (request.method === 'GET') return this.#answer(request);
    const { headers, body } = this.#withHeaders({ status: 200, body: unfinished });
    const status = request.method === 'POST' && !/\/(CH|MB|IM)[^/]+$/.test(request.path) ? 201 : 200;
    return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body };
  }

  #takeFault(request: RestRequest): Fault | undefined {
    return this.chosenFault(request) ?? this.#faults.take(request);
  }

  async #answer(request: RestRequest): Promise<RestAnswer> {
    return this.#withHeaders(await this.#ask(request));
  }

  #withHeaders({ status, body }: Outcome): RestAnswer {
    return {
      status,
      headers: {
        'Content-Type': typeof body === 'string' && body !== '' ? 'text/html' : 'application/json',
        'Twilio-Request-Id': newSid('RQ'),
        'Twilio-Request-Duration': '0.010',
        'Twilio-Concurrent-Requests': String(this.limits.underWay),
        'X-Powered-By': 'local Twilio',
      },
      body,
    };
  }
}
