import { closeSync, constants, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { access, copyFile, readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AssetName } from '../../build/data/compile';
import { unlessMissing } from '../../build/data/read/unless-missing';
import type { OtherSources } from '../../build/data-import/check-draft';
import { customersFile, digestOf } from '../../build/data-import/customers-file';
import { routingFile } from '../../build/data-import/read-routing';
import { writeAll } from '../../build/data-import/spill-file';
import type { Draft } from '../../build/data-import/write-customers';
import { UsageError } from '../program';
import { projectFolder } from '../project-folder';

/** @returns the path of a file that was named on the command line: npm runs scripts in the project's folder */
function pathOf(file: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), file);
}

/**
 * Finds a file that was named on the command line.
 *
 * @param folder a temporary folder: what is no file, such as a pipe, is copied there
 * @returns the path of a file that can be read several times
 * @throws UsageError when it cannot be read
 */
export async function findNamedFile(file: string, folder: string): Promise<string> {
  const path = pathOf(file);
  try {
    if (statSync(path).isFile()) {
      await access(path, constants.R_OK);
      return path;
    }
    const copy = join(folder, 'input');
    writeFileSync(copy, await readFile(path), { mode: 0o600 });
    return copy;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read: ${reasons.file[code] ?? code}`);
  }
}

/**
 * Writes a file that was named on the command line.
 *
 * @param parts of its text
 * @throws UsageError when it cannot be written
 */
export async function writeNamedFile(file: string, parts: AsyncIterable<string>): Promise<void> {
  const write = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UsageError(`${file} cannot be written: ${reasons.folder[code] ?? code}`);
    }
  };
  const output = write(() => openSync(pathOf(file), 'w'));
  try {
    for await (const part of parts) write(() => writeAll(output, Buffer.from(part)));
  } finally {
    closeSync(output);
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

/** Where the project's customers and its routing data are. */
export const customersPath = join(projectFolder, 'assets', customersFile);
export const routingPath = join(projectFolder, 'assets', routingFile);

/** @returns the data of the project besides the customers */
export async function readOthers(): Promise<OtherSources> {
  const read = (name: AssetName): Promise<Buffer | undefined> =>
    unlessMissing(readFile(join(projectFolder, 'assets', name)));
  return {
    [routingFile]: await read(routingFile),
    'templates.private.json': await read('templates.private.json'),
  };
}

/** A file of the data, and its new content. */
export interface Replacement {
  name: AssetName;
  /** The hash of the content when it was read, as `digestOf` returns it. */
  before: string | undefined;
  /** A file with the new content. */
  draft: Draft;
}

/** Writes the new content of a file into a temporary folder. */
export function saveDraft(path: string, text: string): Draft {
  writeFileSync(path, text);
  return { path, digest: digestOf(path) ?? '' };
}

/**
 * Replaces files of the data, each as a whole: nobody sees half of one.
 *
 * @throws when somebody has changed one of the files since
 */
export async function writeData(replacements: readonly Replacement[]): Promise<void> {
  for (const { name, before, draft } of replacements) {
    const current = digestOf(join(projectFolder, 'assets', name));
    // The same command, run twice at once, has written the same.
    if (current === before || current === draft.digest) continue;
    throw new Error(
      `assets/${name} has been changed in the meantime, by an editor or another command: nothing was written. ` +
        'Run this command again: it goes on from what is there now.',
    );
  }
  for (const { name, draft } of replacements) {
    const path = join(projectFolder, 'assets', name);
    const target = await realpath(path).catch(() => path);
    // Only a file beside it can take its place in one step. The build ignores the name.
    const copy = `${target}.${process.pid}.tmp`;
    try {
      await copyFile(draft.path, copy);
      renameSync(copy, target);
    } finally {
      rmSync(copy, { force: true });
    }
  }
}
