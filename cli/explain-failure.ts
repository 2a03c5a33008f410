/** Errors of the network, as Node.js and axios name them. */
const networkCodes =
  /^(?:E(?:AI_AGAIN|CONN\w+|HOSTUNREACH|NETUNREACH|NOTFOUND|PIPE|PROTO|TIMEDOUT)|ERR_NETWORK|ERR_TLS\w*|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|UNABLE_TO\w+|UND_ERR\w+)$/;

/** What the errors of the SDK, of axios and of `fetch` have. */
interface Failure {
  message?: string;
  status?: number;
  code?: number | string;
  cause?: { code?: string; message?: string };
}

/**
 * Twilio's and the network's own messages say too little, e.g. `Authenticate`.
 *
 * @param options.isLocal whether the command was called with `--local`
 * @returns what failed, and what to do about it
 */
export function explainFailure(error: unknown, { isLocal = false } = {}): string {
  if (!(error instanceof Error)) return String(error);
  const { message, status, code, cause } = error as Error & Failure;
  // The errors of our own have texts as their codes.
  if (typeof status === 'number' && typeof code !== 'string') {
    const details = [status, code, message].filter((part) => part !== undefined).join(' ');
    return explainStatus(status, details, isLocal);
  }
  const reason = [code, cause?.code].find((one) => typeof one === 'string' && networkCodes.test(one));
  if (reason === undefined && message !== 'socket hang up') return message;
  return `Twilio cannot be reached (${cause?.message || message || reason}): check the network and its proxy, or with --local that npm start still runs, and run the command again.`;
}

function explainStatus(status: number, details: string, isLocal: boolean): string {
  switch (status) {
    case 401:
      return `Twilio rejects the credentials (${details}): compare ACCOUNT_SID and AUTH_TOKEN in .env, or the API key, with the Console: Account → API keys & tokens.`;
    case 403:
      return `Twilio does not permit this request (${details}): with an API key, check its permissions; with the auth token, check that the account is active and has the product.`;
    case 404:
      return `Twilio does not find something (${details}): check that the SIDs in .env and assets/routing.private.json belong to this account.`;
    case 429:
      return `Twilio gets too many requests (${details}): run the command again later.`;
    default:
      if (status >= 500) {
        const advice = isLocal
          ? 'npm run simulate -- fault lists the faults that are on, and --off ends them.'
          : 'run the command again later; https://status.twilio.com names outages.';
        return `Twilio returned an error (${details}): ${advice}`;
      }
      return `Twilio refuses a request (${details}): https://www.twilio.com/docs/api/errors explains the code.`;
  }
}
