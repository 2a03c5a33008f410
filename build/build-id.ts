import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What bundled functions have in place of the build's id, which is a hash of them all. */
export const buildIdPlaceholder = 'build-id-is-put-here';

/**
 * Puts together what a build makes.
 *
 * @param bundles the functions
 * @param assets the data, packed customers, and what else is in `assets/`; of files with one name, the last is taken
 * @returns contents by path below `dist/`, and the build's id, which is in the functions
 */
export function assembleBuild(
  bundles: ReadonlyMap<string, string>,
  ...assets: ReadonlyMap<string, string | Uint8Array>[]
): { files: Map<string, string | Uint8Array>; buildId: string } {
  const files = new Map<string, string | Uint8Array>();
  for (const [path, text] of bundles) files.set(`functions/${path}`, text);
  for (const some of assets) for (const [name, content] of some) files.set(`assets/${name}`, content);
  return { files, buildId: addBuildId(files) };
}

/**
 * Puts the build's id into the functions: a hash of code and data. The same sources have the same id on every machine.
 *
 * @param files contents by path below `dist/`; the functions, which have the placeholder, are changed
 * @returns e.g. `build-0123456789abcdef`
 */
export function addBuildId(files: Map<string, string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof content === 'string') hash.update(JSON.stringify([path, content]));
    else hash.update(JSON.stringify([path, content.length])).update(content);
  }
  const buildId = `build-${hash.digest('hex').slice(0, 16)}`;
  for (const [path, text] of files) {
    if (typeof text === 'string' && path.startsWith('functions/')) {
      files.set(path, text.replaceAll(buildIdPlaceholder, buildId));
    }
  }
  return buildId;
}

/** @returns the id in a built `dist/`; undefined when there is no such folder, or its build is older than ids */
export function readBuildId(dist: string): string | undefined {
  const folder = join(dist, 'functions');
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!name.endsWith('.js')) continue;
      const [id] = /\bbuild-[0-9a-f]{16}\b/.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
      if (id !== undefined) return id;
    }
  } catch {
    // There is no such folder.
  }
  return undefined;
}
