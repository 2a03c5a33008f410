/** A refusal in Twilio's own shape. */
export class TwilioError extends Error {
  override readonly name = 'TwilioError';
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The JSON body that goes with it. */
  body(): { code: number; message: string; more_info: string; status: number } {
    const { code, message, status } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}

/** @returns 404/20404 for a resource that is not there */
export function notFound(path: string): TwilioError {
  return new TwilioError(404, 20404, `The requested resource ${path} was not found`);
}

/** @returns 400/20001 for a parameter that is wrong: the general code, where Twilio documents none */
export function invalid(message: string): TwilioError {
  return new TwilioError(400, 20001, message);
}
