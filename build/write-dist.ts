import { createHash, randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { hostname } from 'node:os';
import nodePath, { basename, dirname, join, type PlatformPath, relative, resolve } from 'node:path';

/** The file system calls that a build makes. */
export type FileSystem = Pick<
  typeof promises,
  'link' | 'mkdir' | 'readdir' | 'readFile' | 'readlink' | 'rename' | 'rm' | 'stat' | 'symlink' | 'writeFile'
> & { renameSync: typeof renameSync };

type Path = Pick<PlatformPath, 'relative' | 'sep'>;

export const nodeFileSystem: FileSystem = { ...promises, renameSync };

/** The age after which a build of another computer or container counts as ended, in milliseconds. */
const longestBuild = 60 * 60 * 1000;

/** Containers share folders, but not process ids. */
const ownHost = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The names of the builds that this process is writing. */
const writing = new Set<string>();

/**
 * Makes `dist/` hold exactly these files, in one step. The files are written to a folder of their own below
 * `.builds/`, which the toolkit and git ignore, and `dist` is a link to the last complete one: a build that is killed,
 * or that finds the disk full, changes nothing. A file whose content has not changed stays the same file. The previous
 * folder stays until the next build, for processes that are still reading it.
 *
 * @param root the project's folder
 * @param files contents by path below `dist/`, with `/`
 * @returns the paths that were added or removed
 * @throws what the file system throws; `dist/` then stays as it was
 */
export async function writeDist(
  root: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  fs: FileSystem = nodeFileSystem,
): Promise<string[]> {
  const dist = join(root, 'dist');
  const builds = join(root, '.builds');
  await removeAbandoned(builds, dist, fs);

  // Not through the link: another build may change it meanwhile.
  const link = await fs.readlink(dist).catch(() => undefined);
  const current = link === undefined ? dist : resolve(root, link);
  const present = await listFiles(current, fs);
  const unchanged = await findUnchanged(current, files, fs);
  const added = [...files.keys()].filter((path) => !present.has(path));
  const removed = [...present].filter((path) => !files.has(path));
  const changed = [...added, ...removed];
  if (changed.length === 0 && unchanged.size === files.size) return [];

  const name = [ownHost, process.pid, randomBytes(4).toString('hex')].join('-');
  const folder = join(builds, name);
  writing.add(name);
  try {
    for (const [path, content] of files) {
      const file = join(folder, path);
      await fs.mkdir(dirname(file), { recursive: true });
      const isSame =
        unchanged.has(path) &&
        link !== undefined &&
        (await fs.link(join(current, path), file).then(
          () => true,
          () => false,
        ));
      if (!isSame) await fs.writeFile(file, content, { flush: true });
    }
    await replace(dist, folder, fs);
  } catch (error) {
    for (const rest of [folder, `${folder}.link`]) {
      await fs.rm(rest, { recursive: true, force: true }).catch(() => undefined);
    }
    throw error;
  } finally {
    writing.delete(name);
  }
  return changed;
}

/** Points `dist` to a folder. Where a link cannot be replaced in one step, as on Windows, it takes two. */
async function replace(dist: string, folder: string, fs: FileSystem): Promise<void> {
  // On Windows, a junction needs no privileges, but an absolute path.
  const target = process.platform === 'win32' ? folder : relative(dirname(dist), folder);
  // Some file systems have no links: use the folder itself.
  const next = await fs.symlink(target, `${folder}.link`, 'junction').then(
    () => `${folder}.link`,
    () => folder,
  );
  try {
    fs.renameSync(next, dist);
    return;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // A folder is in the way, or a link on Windows.
    if (!['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(code)) throw error;
  }
  // Synchronous: nothing else in this process can read in between.
  fs.renameSync(dist, `${folder}.old`);
  try {
    fs.renameSync(next, dist);
  } catch (error) {
    try {
      fs.renameSync(`${folder}.old`, dist);
    } catch {
      // Another build has created `dist` meanwhile.
    }
    throw error;
  }
}

/**
 * Removes the folders of builds that have ended, except the one that `dist` points to. The link is read last: a build
 * that has ended no longer changes it.
 */
async function removeAbandoned(builds: string, dist: string, fs: FileSystem): Promise<void> {
  for (const name of await fs.readdir(builds).catch(() => [])) {
    if (!(await isAbandoned(join(builds, name), fs))) continue;
    const current = await fs.readlink(dist).catch(() => '');
    if (basename(current) === name) continue;
    // Windows does not remove files that are being read: the next build does.
    await fs.rm(join(builds, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isAbandoned(path: string, fs: FileSystem): Promise<boolean> {
  const [, name = '', host, pid] =
    /^(([0-9a-f]{8})-(\d+)-[0-9a-f]{8})(\.link|\.old)?$/.exec(basename(path)) ?? [];
  if (host === undefined) return false;
  if (host === ownHost) return Number(pid) === process.pid ? !writing.has(name) : !isRunning(Number(pid));
  const { mtimeMs } = await fs.stat(path).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs > longestBuild;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @returns the paths of the files below a folder, with `/`; none where there is no folder */
async function listFiles(folder: string, fs: FileSystem): Promise<Set<string>> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory());
  return new Set(files.map((entry) => pathBelow(folder, join(entry.parentPath, entry.name))));
}

/** @returns the paths of the files that already have the given content */
async function findUnchanged(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  fs: FileSystem,
): Promise<Set<string>> {
  const unchanged = new Set<string>();
  for (const [path, content] of files) {
    const present = await fs.readFile(join(folder, path)).catch(() => undefined);
    if (present?.equals(typeof content === 'string' ? Buffer.from(content) : content)) unchanged.add(path);
  }
  return unchanged;
}

/** @returns the path of a file below a folder, with `/`: Windows separates with backslashes */
export function pathBelow(folder: string, file: string, path: Path = nodePath): string {
  return path.relative(folder, file).split(path.sep).join('/');
}
