import type { Context, EnvironmentVariables } from '@twilio-labs/serverless-runtime-types/types';
import type { CustomerDirectory } from '../customers/directory';
import { openCustomers } from '../customers/open-customers';
import { type PackedAsset, privateFile } from '../customers/packed-format';
import { Misconfigured } from '../errors';
import type { CustomersAsset, Routing, TemplatesAsset } from '../model';
import { type Deadline, openTwilio, type TwilioApi } from '../twilio/api';

/** The `context` that Twilio's runtime passes: the environment variables and `getTwilioClient`. */
export type RuntimeContext = Context<EnvironmentVariables>;

export type LogLevel = 'info' | 'warn' | 'error';

/** What a callback needs from the runtime; tests have their own. */
export interface Platform {
  /** @returns milliseconds on a monotonic clock */
  now(): number;
  /** A timer whose `done` resolves after `ms`, unless it is cleared before. */
  timer(ms: number): { done: Promise<void>; clear(): void };
  log(level: LogLevel, line: string): void;
  /** @returns the text of a private asset. @throws Misconfigured when there is none of this name */
  readAsset(name: string): string;
  /** @returns the path of a private asset, to read parts of it. @throws Misconfigured when there is none of this name */
  pathOfAsset(name: string): string;
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

  readAsset: (name) => findAsset(name).open(),

  pathOfAsset: (name) => findAsset(name).path,

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

/** @throws Misconfigured when there is no asset of this name */
function findAsset(name: string): { path: string; open(): string } {
  const asset = Runtime.getAssets()[name];
  if (asset) return asset;
  throw new Misconfigured('asset_missing', {
    file: `assets/${privateFile(name)}`,
    field: '',
    fix: 'run `npm run build` and deploy again: the asset is not part of this deployment',
  });
}

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

/** Loads the data: each file when it is first needed, once for each instance of a function. */
export interface AssetLoaders {
  customers(): Promise<CustomerDirectory>;
  routing(): Promise<Routing>;
  templates(): Promise<TemplatesAsset>;
}

/**
 * Opens the private assets. The build has checked them, and they are trusted here.
 *
 * @param platform reads private assets by their names, e.g. `/customers.json`
 * @returns loaders that throw Misconfigured when a file is missing or is not JSON
 */
export function loadAssets(platform: Pick<Platform, 'readAsset' | 'pathOfAsset'>): AssetLoaders {
  const load = <T>(name: string): T => parseAsset(name, platform.readAsset(name)) as T;
  const pathOf = (name: string): string => platform.pathOfAsset(name);
  return {
    customers: loadOnce(() =>
      openCustomers(load<CustomersAsset | PackedAsset | null>('/customers.json'), pathOf),
    ),
    routing: loadOnce(() => load<Routing>('/routing.json')),
    templates: loadOnce(() => load<TemplatesAsset>('/templates.json')),
  };
}

/** Parses an asset: a file that was valid when it was built can still be damaged on its way. */
function parseAsset(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const file = `assets/${privateFile(name)}`;
    const fix = 'run `npm run build` and deploy again: the asset is not what was built';
    throw new Misconfigured('asset_broken', { file, field: '', fix }, { cause });
  }
}

/** Keeps the result of a successful load; after a failure, the next request tries again. */
function loadOnce<T>(load: () => T): () => Promise<T> {
  let loaded: { value: T } | undefined;
  return async () => {
    loaded ??= { value: load() };
    return loaded.value;
  };
}
