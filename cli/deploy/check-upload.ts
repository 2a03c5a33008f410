import { extname } from 'node:path';
import { limits } from '../../simulator/twilio/serverless/limits';
import { findKeyFault, keyVariables, leastKeyLength } from '../check-key';
import type { Upload, UploadedFile } from './upload';

/** Why something is not deployed. */
export interface UploadProblem {
  problem: string;
  fix: string;
}

const megabyte = 1_000_000;
/** `ACCOUNT_SID` and `AUTH_TOKEN`, which Twilio adds to the variables, in bytes. */
const credentialBytes = 'ACCOUNT_SID'.length + 34 + 'AUTH_TOKEN'.length + 32;

/**
 * Checks an upload against Twilio's limits, and that it shows nothing that should stay private.
 *
 * @param publicAssets the paths of the assets that everybody may read
 * @returns every problem; none may be deployed
 */
export function checkUpload(upload: Upload, publicAssets: readonly string[] = []): UploadProblem[] {
  return [
    ...checkFiles(upload),
    ...checkPaths([...upload.functions, ...upload.assets]),
    ...checkPublic(
      upload.assets.filter(({ visibility }) => visibility === 'public').map(({ path }) => path),
      publicAssets,
    ),
    ...checkVariables(upload.variables),
  ];
}

/**
 * Checks that exactly those assets are public that somebody has named.
 *
 * @param paths the public assets
 * @param named those that `--public` names
 */
export function checkPublic(paths: readonly string[], named: readonly string[]): UploadProblem[] {
  const list = paths.length > 0 ? paths.join(', ') : 'none';
  return [
    ...paths
      .filter((path) => !named.includes(path))
      .map((path) => ({
        problem: `${path} would be public: everybody could read it`,
        fix: `name the file ….private${extname(path)} or ….protected${extname(path)}, or add --public ${path}`,
      })),
    ...named
      .filter((path) => !paths.includes(path))
      .map((path) => ({
        problem: `--public ${path} names no public asset`,
        fix: `correct or remove it; the public assets are: ${list}`,
      })),
  ];
}

function checkFiles({ functions, assets }: Upload): UploadProblem[] {
  const problems: UploadProblem[] = [];
  const privateAssets = assets.filter(({ visibility }) => visibility === 'private');
  const count = (what: string, files: readonly UploadedFile[], maximum: number): void => {
    if (files.length <= maximum) return;
    problems.push({
      problem: `${files.length} ${what}: Twilio takes at most ${maximum} in one build`,
      fix: 'join some of them, or move some to a service of their own',
    });
  };
  count('functions', functions, limits.functions);
  count('private assets', privateAssets, limits.privateAssets);
  for (const { path, visibility, bytes } of assets) {
    const maximum = visibility === 'private' ? limits.privateAsset : limits.otherAsset;
    if (bytes <= maximum) continue;
    problems.push({
      problem: `${path} has ${formatSize(bytes)}: Twilio takes at most ${maximum / megabyte} MB`,
      fix: 'remove what the callbacks do not need',
    });
  }
  const sum = [...functions, ...assets].reduce((total, { bytes }) => total + bytes, 0);
  if (sum > limits.build) {
    problems.push({
      problem: `all files together have ${formatSize(sum)}: plan for at most ${limits.build / megabyte} MB`,
      fix: 'remove what the callbacks do not need',
    });
  }
  return problems;
}

/** Which of two files Twilio would serve at one path is not documented. */
function checkPaths(files: readonly UploadedFile[]): UploadProblem[] {
  const byPath = new Map<string, string[]>();
  for (const { path, file } of files) byPath.set(path, [...(byPath.get(path) ?? []), file]);
  return [...byPath].flatMap(([path, names]) =>
    names.length < 2
      ? []
      : {
          problem: `${names.join(' and ')} have the same path, ${path}: only one of them would be served`,
          fix: 'rename or remove all but one of them',
        },
  );
}

function checkVariables(variables: Readonly<Record<string, string>>): UploadProblem[] {
  const problems: UploadProblem[] = [];
  let sum = credentialBytes;
  for (const [name, value] of Object.entries(variables)) {
    const bytes = Buffer.byteLength(value);
    sum += Buffer.byteLength(name) + bytes;
    if (name.length > limits.variableKey) {
      problems.push({
        problem: `the name of ${name} has ${name.length} characters: Twilio takes at most ${limits.variableKey}`,
        fix: 'give it a shorter name in .env',
      });
    }
    if (bytes > limits.variableValue) {
      problems.push({
        problem: `${name} has ${bytes} bytes: Twilio takes at most ${limits.variableValue}`,
        fix: 'shorten it in .env, or put it into a private asset',
      });
    }
  }
  if (sum > limits.variables) {
    problems.push({
      problem: `all variables together, with ACCOUNT_SID and AUTH_TOKEN, have ${sum} bytes: Twilio takes at most ${limits.variables}`,
      fix: 'remove from .env what the callbacks do not need',
    });
  }
  for (const name of keyVariables) {
    const key = variables[name];
    const fault = key === undefined ? undefined : findKeyFault(key);
    if (key === undefined || fault === undefined) continue;
    problems.push(
      fault === 'short'
        ? {
            problem: `${name} is too short (${key.length} characters)`,
            fix: `use at least ${leastKeyLength}, e.g. openssl rand -hex 32`,
          }
        : {
            problem: `${name} contains characters that cannot be sent in a header`,
            fix: 'use ASCII letters and digits without spaces, e.g. openssl rand -hex 32',
          },
    );
  }
  return problems;
}

/** @returns a size as people read it, e.g. `1.5 kB`: Twilio's limits are in such units, too */
export function formatSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < megabyte ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / megabyte).toFixed(1)} MB`;
}
