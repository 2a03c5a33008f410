import type { Context, EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';
import type { Deadline } from '../deadline';
import { Misconfigured } from '../errors';
import { openTwilio, type TwilioApi } from '../twilio/api';
import type { LogLevel } from './log';

/** The `context` that Twilio's runtime passes: the environment variables and `getTwilioClient`. */
export type RuntimeContext = Context<EnvironmentVariables>;

/** What a callback needs from the runtime; tests have their own. */
export interface Platform {
  /** @returns milliseconds on a monotonic clock */
  now(): number;
  /** A timer whose `done` resolves after `ms`, unless it is cleared before. */
  timer(ms: number): { done: Promise<void>; clear(): void };
  log(level: LogLevel, line: string): void;
  /** @returns the text of a private asset. @throws Misconfigured when there is none of this name */
  readAsset(name: string): string;
  /** @returns the value for the runtime's `callback`: a JSON answer */
  respond(status: number, body: object, headers?: Readonly<Record<string, string>>): object;
  /** Opens Twilio's REST API. @throws Misconfigured when the account's credentials are missing or malformed */
  twilio(context: RuntimeContext, deadline: Deadline): TwilioApi;
}

/**
 * Twilio's Functions runtime.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/client
 */
export const twilioPlatform: Platform = {
  now: () => performance.now(),

  timer(ms) {
    let handle: NodeJS.Timeout | undefined;
    const done = new Promise<void>((resolve) => {
      handle = setTimeout(resolve, ms);
    });
    return { done, clear: () => clearTimeout(handle) };
  },

  log(level, line) {
    if (level === 'info') console.log(line);
    else if (level === 'warn') console.warn(line);
    else console.error(line);
  },

  readAsset(name) {
    const asset = Runtime.getAssets()[name];
    if (asset) return asset.open();
    throw new Misconfigured('asset_missing', {
      file: `assets${name.replace('.json', '.private.json')}`,
      field: '',
      fix: 'run `npm run build` and deploy again: the asset is not part of this deployment',
    });
  },

  respond(status, body, headers = {}) {
    const response = new Twilio.Response();
    response.setStatusCode(status);
    response.appendHeader('Content-Type', 'application/json');
    for (const [name, value] of Object.entries(headers)) response.appendHeader(name, value);
    response.setBody(body);
    return response;
  },

  twilio(context, deadline) {
    requireCredentials(context);
    return openTwilio((options) => context.getTwilioClient(options), {
      deadline,
      timer: twilioPlatform.timer,
      random: Math.random,
      sleep: (ms) => twilioPlatform.timer(ms).done,
    });
  },
};

/** @throws Misconfigured when the account's credentials are missing */
export function requireCredentials(context: RuntimeContext): void {
  const missing = ['ACCOUNT_SID', 'AUTH_TOKEN'].filter((name) => !context[name]);
  if (missing.length > 0) {
    const field = missing.join(' and ');
    throw new Misconfigured(
      'missing_credentials',
      {
        file: '.env',
        field,
        fix: 'locally: copy .env.example to .env and fill it in; deployed: tick "Add my Twilio Credentials (ACCOUNT_SID) and (AUTH_TOKEN) to ENV" in the service\'s dependencies and settings',
      },
      {
        message: `${field} ${missing.length > 1 ? 'are' : 'is'} not set: fill in .env (see .env.example), or add the Twilio credentials to the deployed service's environment.`,
      },
    );
  }
}
