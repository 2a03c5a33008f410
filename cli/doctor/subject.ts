import type { Twilio } from 'twilio';
import type { Customer, Routing, TemplatesAsset } from '../../lib/model';
import type { Fields } from '../setup/change';
import type { Kept } from '../setup/record';

/** An answer of the deployed functions. */
export interface ProbeAnswer {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
  ms: number;
}

/** Sends a request to the deployed functions. @throws an error when there is no answer */
export type Send = (
  url: string,
  request: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
) => Promise<ProbeAnswer>;

/** What the checks look at: an account, its deployed functions, and the project that they are made of. */
export interface Subject {
  accountSid: string;
  /** undefined with an API key: then nothing can be signed. */
  authToken: string | undefined;
  client: Twilio;
  /** Where the functions are, e.g. `https://callbacks-1234-dev.twil.io`; undefined when nobody knows. */
  url: string | undefined;
  /** The environment that it was deployed to; undefined when that is not known. */
  environment: string | undefined;
  /** Whether this is the local Twilio. */
  isLocal: boolean;
  /** The URL, if `--url` has given it. */
  givenUrl: string | undefined;
  /** Other URLs of ours that webhooks may have: the live-reloading functions of the local Twilio. */
  otherUrls: readonly string[];
  /** The variables in `.env`, and with `--local` those that the local Twilio adds. */
  variables: Readonly<Record<string, string>>;
  /** Where each of these comes from; what is missing here is known from the deployed environment alone. */
  variableSources: Readonly<Record<string, '.env' | 'local Twilio'>>;
  /** Whether the functions get exactly these variables, because they run on this machine. */
  hasOwnVariables: boolean;
  routing: Routing;
  /** The first ones who have a channel of each type, in the order of the lists. */
  customers: readonly Customer[];
  templates: TemplatesAsset;
  /** The id that a build of the sources has. */
  buildId: string;
  /** The paths of the assets that everybody may read, as their names in `assets/` say. */
  publicAssets: readonly string[];
  /** The id of `dist/`; undefined when it is missing. */
  distBuildId: string | undefined;
  /** The local Twilio's Frontline Console: its URLs and `routingMode`; null in the cloud. */
  console: Fields | null;
  /** What stays as it is after a decision in setup. */
  kept: readonly Kept[];
  send: Send;
}

/** @returns what somebody has decided in setup about what is there, if it is still the same */
export function findKept(kept: Subject['kept'], id: string, found: string | undefined): Kept | undefined {
  return kept.find((one) => one.id === id && one.found === found);
}

/** @returns whether somebody has decided in setup to keep what is there, and it is still the same */
export function isKept(kept: Subject['kept'], id: string, found: string): boolean {
  return findKept(kept, id, found) !== undefined;
}

/** An error of Twilio's REST API, as the SDK throws it. */
export interface TwilioFailure {
  status?: number;
  code?: number | string;
  message: string;
}

/**
 * Reads something from Twilio that may not be there.
 *
 * @returns undefined on 404
 */
export async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as TwilioFailure).status === 404) return undefined;
    throw error;
  }
}
