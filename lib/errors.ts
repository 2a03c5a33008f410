/**
 * An error that a function answers. Its class and status say who has to act, its `code` is stable and public, and its
 * `facts` go only to the log. The message of a 4xx names the field; that of a 5xx is general unless the caller can fix it.
 *
 * docs/errors.md has a row for each code.
 */
export abstract class CallbackError extends Error {
  abstract readonly status: number;
  readonly code: string;
  /** What the log gets besides the code; no personal data. */
  readonly facts: Record<string, unknown>;
  /** What the answer has besides the code and the message. */
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.facts = { ...options.facts };
    this.details = { ...options.details };
  }
}

export interface ErrorOptions {
  facts?: Record<string, unknown>;
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** @returns the same error, with more for the caller and for the log */
export function withDetails<E extends CallbackError>(error: E, details: Record<string, unknown>): E {
  Object.assign(error.details, details);
  Object.assign(error.facts, details);
  return error;
}

/** 400: a field of the event is missing or wrong. */
export class InvalidEvent extends CallbackError {
  readonly status = 400;

  constructor(field: string, problem: string) {
    super('invalid_event', `${field} ${problem}`, { facts: { field } });
  }
}

/** 422: an action that this callback does not have, or an event for another one. */
export class UnknownAction extends CallbackError {
  readonly status = 422;

  constructor(field: string, known: readonly string[]) {
    super('unknown_action', `${field} must be one of: ${known.join(', ')}`, { facts: { field } });
  }
}

/** 401: the caller is not authenticated. Only the log gets the reason. */
export class Unauthorized extends CallbackError {
  readonly status = 401;

  constructor(reason: string) {
    super('unauthorized', 'Not authorized.', { facts: { reason } });
  }
}

/** 403: it exists, but this caller may not use it. */
export class Forbidden extends CallbackError {
  readonly status = 403;
}

/** 404: the requested resource does not exist. */
export class NotFound extends CallbackError {
  readonly status = 404;
}

/** 409: it conflicts with something that exists or is in progress. */
export class Conflict extends CallbackError {
  readonly status = 409;
}

/** 415: the body is neither JSON nor a form. */
export class UnsupportedMediaType extends CallbackError {
  readonly status = 415;

  constructor() {
    super('unsupported_media_type', 'Send JSON or a form by POST, with its Content-Type.');
  }
}

/** 422: the request is well-formed, but cannot be carried out. */
export class Unprocessable extends CallbackError {
  readonly status = 422;
}

/** 429: more than is allowed in a time; `retryAfter` in the details says in how many seconds there is room again. */
export class TooManyRequests extends CallbackError {
  readonly status = 429;
}

/** 500: our own data or configuration is wrong; the log names the file, the field and the fix. */
export class Misconfigured extends CallbackError {
  readonly status = 500;

  constructor(
    code: string,
    where: { file: string; field: string; fix: string },
    options: { cause?: unknown; message?: string } = {},
  ) {
    super(code, options.message ?? 'This service is misconfigured; its log says where.', {
      facts: where,
      cause: options.cause,
    });
  }
}

/** 502: Twilio rejected a request for good; a retry will not help. */
export class TwilioRefused extends CallbackError {
  readonly status = 502;
  /** `duplicate`: it exists already; `missing`: no such resource; `refused`: anything else. */
  readonly kind: 'duplicate' | 'missing' | 'refused';

  constructor(kind: TwilioRefused['kind'], facts: Record<string, unknown>, cause?: unknown) {
    super('twilio_refused', 'Twilio refused a request.', { facts, cause });
    this.kind = kind;
  }
}

/** 503: Twilio could not be reached, or was busy, for as long as we could wait. */
export class TwilioUnavailable extends CallbackError {
  readonly status = 503;

  constructor(facts: Record<string, unknown>, cause?: unknown) {
    super('twilio_unavailable', 'Twilio could not be reached in time.', { facts, cause });
  }
}

/** 503: Twilio may have done, or may still do, what we asked for. */
export class TwilioUncertain extends TwilioUnavailable {}

/** 503: a step may have been done, or may still be done: it is looked for before it is repeated. */
export class InDoubt extends CallbackError {
  readonly status = 503;

  /**
   * @param advice what the caller can do
   * @param inDoubt the step, and by what its traces are found
   * @param retryAfter seconds
   */
  constructor(
    advice: string,
    inDoubt: { step: string; tag: string } & Record<string, unknown>,
    retryAfter: number,
  ) {
    super('in_doubt', `Twilio has not said whether it was done: ${advice}.`, {
      facts: { inDoubt },
      details: { retryAfter, inDoubt },
    });
  }
}

/** How an earlier request with the same key failed, in a form that can be kept. */
export interface KeptFailure {
  status: number;
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** The failure of an earlier request with the same key, said again. */
export class RepeatedFailure extends CallbackError {
  readonly status: number;

  constructor({ status, code, message, details }: KeptFailure, retryAfter: number) {
    super(code, message, { facts: { repeated: true }, details: { ...details, retryAfter } });
    this.status = status;
  }
}

/** 503: the work was not done when the caller's time ran out. */
export class OutOfTime extends CallbackError {
  readonly status = 503;

  constructor(budgetMs: number) {
    super('out_of_time', 'The work could not be done in time.', { facts: { budgetMs } });
  }
}
