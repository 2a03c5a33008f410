import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AssetName, readSources, type Sources } from '../../build/data/compile';
import { UsageError } from '../program';
import { projectFolder } from '../project-folder';

/** @returns the path of a file that was named on the command line: npm runs scripts in the project's folder */
function pathOf(file: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), file);
}

/**
 * Reads a file that was named on the command line.
 *
 * @throws UsageError when it cannot be read
 */
export async function readNamedFile(file: string): Promise<Buffer> {
  try {
    return await readFile(pathOf(file));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read: ${reasons.file[code] ?? code}`);
  }
}

/**
 * Writes a file that was named on the command line.
 *
 * @throws UsageError when it cannot be written
 */
export async function writeNamedFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(pathOf(file), text);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be written: ${reasons.folder[code] ?? code}`);
  }
}

const common = {
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'you are not allowed to',
};
const reasons: Record<'file' | 'folder', Record<string, string>> = {
  file: { ...common, ENOENT: 'there is no such file' },
  folder: {
    ...common,
    ENOENT: 'there is no such folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the disk is read-only',
  },
};

/** @returns the data of the project */
export function readData(): Promise<Sources> {
  return readSources(join(projectFolder, 'assets'));
}

/**
 * Replaces files of the data, each as a whole: nobody sees half of one.
 *
 * @param texts the new content by name
 * @param sources as they were read
 * @throws when somebody has changed one of the files since
 */
export async function writeData(texts: ReadonlyMap<AssetName, string>, sources: Sources): Promise<void> {
  const now = await readData();
  for (const name of texts.keys()) {
    const current = Buffer.from(now[name] ?? '');
    const isAsRead = current.equals(Buffer.from(sources[name] ?? ''));
    // The same command, run twice at once, has written the same.
    if (isAsRead || current.equals(Buffer.from(texts.get(name) ?? ''))) continue;
    throw new Error(
      `assets/${name} has been changed in the meantime, by an editor or another command: nothing was written. ` +
        'Run this command again: it goes on from what is there now.',
    );
  }
  for (const [name, text] of texts) {
    const path = join(projectFolder, 'assets', name);
    const target = await realpath(path).catch(() => path);
    const draft = `${target}.${process.pid}.tmp`;
    try {
      await writeFile(draft, text);
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  }
}
