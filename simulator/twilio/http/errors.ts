/** An error that is answered in Twilio's format. */
export class TwilioError extends Error {
  override readonly name = 'TwilioError';
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The JSON body of the answer. */
  body(): { code: number; message: string; more_info: string; status: number } {
    const { code, message, status } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}

/** @returns 404/20404 for a missing resource */
export function notFound(path: string): TwilioError {
  return new TwilioError(404, 20404, `The requested resource ${path} was not found`);
}

/** @returns 400/20001 for an invalid parameter: the general code, for cases where Twilio documents none */
export function invalid(message: string): TwilioError {
  return new TwilioError(400, 20001, message);
}

/** @returns 501/20501, a code of the local Twilio's own, for what it does not simulate */
export function notSimulated(what: string): TwilioError {
  return new TwilioError(501, 20501, `The local Twilio does not simulate ${what}`);
}
