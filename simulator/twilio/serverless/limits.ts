import { invalid } from '../http/errors';
import type { Variable, Version } from './resources';

/** Twilio does not say which megabyte it means: *unsure*. What fits into the smaller one fits. */
const megabyte = 1_000_000;

/**
 * Twilio's limits, except the ten seconds and the request's size, which the gateway enforces. With which code Twilio
 * rejects each is not documented.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/api
 */
export const limits = {
  services: 10,
  environments: 25,
  functions: 50,
  privateAssets: 50,
  otherAssets: 1_000,
  /** bytes */
  privateAsset: 10 * megabyte,
  otherAsset: 25 * megabyte,
  /** Functions and assets of one build, in bytes: inferred from AWS Lambda. */
  build: 200 * megabyte,
  variableKey: 128,
  /** bytes of UTF-8 */
  variableValue: 450,
  variables: 3 * 1024,
};

/** @throws TwilioError 400 if there is no room for one more */
export function requireRoom(what: 'services' | 'environments', present: number): void {
  if (present >= limits[what]) throw invalid(`There can be at most ${limits[what]} ${what}`);
}

/** @throws TwilioError 400 for a file that is too large */
export function requireFileSize(visibility: string, content: Buffer): void {
  const maximum = visibility === 'private' ? limits.privateAsset : limits.otherAsset;
  if (content.length > maximum) {
    throw invalid(`The content is larger than ${maximum / megabyte} MB, the limit for ${visibility} files`);
  }
}

/** @throws TwilioError 400 for a build with too many files, or of too many bytes */
export function requireBuildSize(functions: Version[], assets: Version[], bytes: number): void {
  const privateAssets = assets.filter(({ visibility }) => visibility === 'private').length;
  const counts = [
    ['function versions', functions.length, limits.functions],
    ['private asset versions', privateAssets, limits.privateAssets],
    ['public and protected asset versions', assets.length - privateAssets, limits.otherAssets],
  ] as const;
  for (const [what, count, maximum] of counts) {
    if (count > maximum)
      throw invalid(`A build can have at most ${maximum} ${what}, and this one has ${count}`);
  }
  if (bytes > limits.build) throw invalid(`The build is larger than ${limits.build / megabyte} MB`);
}

/** @throws TwilioError 400 for a variable that is too long, or if all together are */
export function requireVariables(variables: readonly Pick<Variable, 'key' | 'value'>[]): void {
  let sum = 0;
  for (const { key, value } of variables) {
    const bytes = Buffer.byteLength(value);
    if (key.length > limits.variableKey) throw invalid(`Key is longer than ${limits.variableKey} characters`);
    if (bytes > limits.variableValue) throw invalid(`Value is longer than ${limits.variableValue} bytes`);
    sum += Buffer.byteLength(key) + bytes;
  }
  if (sum > limits.variables)
    throw invalid(`The variables together are longer than ${limits.variables} bytes`);
}
