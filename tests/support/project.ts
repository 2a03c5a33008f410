import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { accountSid, authToken } from './fake-twilio';
import type { AssetName, Assets, Env } from './runtime';

export const projectRoot = resolve(__dirname, '..', '..');

/** @throws when the bundle is not there */
export function requireDist(dist = join(projectRoot, 'dist')): string {
  if (existsSync(join(dist, 'functions'))) return dist;
  throw new Error(`There is no bundle to test in ${dist}: run npm run build first`);
}

/** The assets that a runtime begins with: those of the bundle, replaced by those given. */
export function startingAssets(dist: string | undefined, given: Assets = {}): Assets {
  const folder = join(requireDist(dist), 'assets');
  const built = (existsSync(folder) ? readdirSync(folder) : []).map((file): [AssetName, string] => [
    `/${file.replace('.private.json', '')}.json`,
    readFileSync(join(folder, file), 'utf8'),
  ]);
  return { ...Object.fromEntries(built), ...given };
}

/** `/customers.json` is in `customers.private.json`. */
export function privateName(name: string): string {
  return name.slice(1).replace(/\.(?=\w+$)/, '.private.');
}

/** @returns variables with the account's credentials, less those that are `undefined` */
export function completeEnv(...layers: Env[]): Record<string, string> {
  const env: Env = Object.assign({ ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken }, ...layers);
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Function files by URL path, e.g. `/callbacks/routing`. */
export function listFunctions(folder: string): Map<string, string> {
  const functions = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(js|ts)$/.test(name)) continue;
    const path = `/${name.replaceAll('\\', '/').replace(/(\.protected|\.private)?\.(js|ts)$/, '')}`;
    functions.set(path, join(folder, name));
  }
  return functions;
}
