/**
 * What a callback can fail with. The class says who is to blame, the status says it to the caller, `code` is stable
 * and may be relied on, and `facts` go to the log and nowhere else. A message of a 4xx names the field; a message of
 * a 5xx stays general unless the caller is the one who can mend it.
 */
export abstract class CallbackError extends Error {
  abstract readonly status: number;
  readonly code: string;
  /** What the log says beyond the code; no personal data. */
  readonly facts: Record<string, unknown>;
  /** What the caller is told beyond the code and the message. */
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.facts = options.facts ?? {};
    this.details = options.details ?? {};
  }
}

export interface ErrorOptions {
  facts?: Record<string, unknown>;
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** 400: a field of the event is missing or wrong. */
export class InvalidEvent extends CallbackError {
  readonly status = 400;

  constructor(field: string, problem: string) {
    super('invalid_event', `${field} ${problem}`, { facts: { field } });
  }
}

/** 422: an action that this callback does not have, or an event that is not its own. */
export class UnknownAction extends CallbackError {
  readonly status = 422;

  constructor(field: string, known: readonly string[]) {
    super('unknown_action', `${field} must be one of: ${known.join(', ')}`, { facts: { field } });
  }
}

/** 401: nobody whom we know. The caller is not told why; the log is. */
export class Unauthorized extends CallbackError {
  readonly status = 401;

  constructor(reason: string) {
    super('unauthorized', 'Not authorized.', { facts: { reason } });
  }
}

/** 403: it exists, but this worker may not see it. */
export class Forbidden extends CallbackError {
  readonly status = 403;
}

/** 404: what was asked for does not exist. */
export class NotFound extends CallbackError {
  readonly status = 404;
}

/** 409: it cannot be done beside what is there already. */
export class Conflict extends CallbackError {
  readonly status = 409;
}

/** 415: a body that is neither JSON nor a form. */
export class UnsupportedMediaType extends CallbackError {
  readonly status = 415;

  constructor() {
    super('unsupported_media_type', 'Send JSON or a form by POST, with its Content-Type.');
  }
}

/** 422: well-formed, but it cannot be done like this. */
export class Unprocessable extends CallbackError {
  readonly status = 422;
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

/** 502: Twilio refused what we asked for; asking again will not help. */
export class TwilioRefused extends CallbackError {
  readonly status = 502;
  /** `duplicate`: what we asked for is there already; `missing`: no such resource; `refused`: anything else. */
  readonly kind: 'duplicate' | 'missing' | 'refused';

  constructor(kind: TwilioRefused['kind'], facts: Record<string, unknown>, cause?: unknown) {
    super('twilio_refused', 'Twilio refused a request.', { facts, cause });
    this.kind = kind;
  }
}

/** 503: Twilio could not be reached, or was too busy for as long as we could wait. */
export class TwilioUnavailable extends CallbackError {
  readonly status = 503;

  constructor(facts: Record<string, unknown>, cause?: unknown) {
    super('twilio_unavailable', 'Twilio could not be reached in time.', { facts, cause });
  }
}

/** 503: nobody can say whether Twilio did what we asked for. */
export class TwilioUncertain extends TwilioUnavailable {}

/** 503: the work was not done when the caller's time ran out. */
export class OutOfTime extends CallbackError {
  readonly status = 503;

  constructor(budgetMs: number) {
    super('out_of_time', 'The work could not be done in time.', { facts: { budgetMs } });
  }
}
