import { CallbackError, Misconfigured, TwilioRefused, TwilioUnavailable } from '../../lib/errors';
import { formatCount } from '../format-count';

/** @returns why a sweep stopped, and what to do about it; an error that is not one of the library unchanged */
export function explainStop(error: unknown): unknown {
  if (!(error instanceof CallbackError)) return error;
  return new Error(`${describe(error)} Run it again later: it goes on where it stopped.`, { cause: error });
}

function describe(error: CallbackError): string {
  const { fix, file, field, request, attempts } = error.facts;
  if (error instanceof Misconfigured) return `${error.code}: ${field} in ${file}: ${fix}.`;
  if (!(error instanceof TwilioUnavailable || error instanceof TwilioRefused)) return error.message;
  const { status, code, message } = Object(error.cause) as Record<string, unknown>;
  if (status === undefined)
    return code === undefined ? error.message : `${error.message.slice(0, -1)} (${code}: ${message}).`;
  // Without a message of Twilio, it only repeats the status.
  const details = [code, message === `HTTP ${status}` ? undefined : message];
  const named = details.filter((part) => part !== undefined).join(' ');
  const start = Number(attempts) > 1 ? `After ${formatCount(Number(attempts), 'attempt')}, Twilio` : 'Twilio';
  return `${start} answered ${status}${named && ` (${named})`} to "${request}".`;
}
