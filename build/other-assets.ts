import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { assetNames, type Problem } from './data/compile';
import { pathBelow } from './write-dist';

/** What editors, file managers and compilers leave beside a file. */
const leftover = /(?:^|\/)(?:\.|#|Thumbs\.db$|desktop\.ini$)|(?:~|\.(?:sw[a-p]|bak|orig|tmp|map|d\.ts))$/;

/**
 * Reads the files in `assets/` that are not data. They are deployed as they are: `.private` and `.protected` before the
 * extension say who may read them, and without either everybody may.
 *
 * @param folder `assets/`
 * @returns contents by path below the folder, with `/`
 * @see https://www.twilio.com/docs/labs/serverless-toolkit/general-usage
 */
export async function readOtherAssets(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of (await readdir(folder, { recursive: true }).catch(() => [])).sort()) {
    const path = pathBelow(folder, join(folder, name));
    if (leftover.test(path) || (assetNames as string[]).includes(path)) continue;
    // A link that leads nowhere is an editor's, too.
    const isFile = await stat(join(folder, name)).then(
      (one) => one.isFile(),
      () => false,
    );
    if (isFile) found.set(path, await readFile(join(folder, name)));
  }
  return found;
}

/** @returns the URL path and the visibility that Twilio's toolkit reads from the name of a file */
export function readAssetName(file: string): {
  path: string;
  visibility: 'public' | 'protected' | 'private';
} {
  const name = `/${file}`;
  const extension = extname(name);
  const visibility = (['protected', 'private'] as const).find((one) => name.includes(`.${one}${extension}`));
  const path = visibility === undefined ? name : name.replace(`.${visibility}${extension}`, extension);
  return { path: path.replace(/\s/g, '-'), visibility: visibility ?? 'public' };
}

/** @returns the URL paths of those files that everybody may read */
export function listPublic(files: Iterable<string>): string[] {
  return [...files]
    .map(readAssetName)
    .filter(({ visibility }) => visibility === 'public')
    .map(({ path }) => path);
}

/** @returns a warning for each file that everybody may read: the toolkit's own commands publish it without a question */
export function warnOfPublic(files: Iterable<string>): Problem[] {
  return [...files]
    .filter((file) => readAssetName(file).visibility === 'public')
    .map((file) => ({
      severity: 'warning',
      file: `assets/${file}`,
      path: '',
      problem: 'is public once it is deployed: everybody can read it',
      fix: `name it ….private${extname(file)} or ….protected${extname(file)}, unless that is meant`,
    }));
}
