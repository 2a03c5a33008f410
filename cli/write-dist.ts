import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Makes a folder hold exactly these files. A file whose text is the same is left alone, a changed one is replaced in
 * one step, so that a server which reads the folder never sees half a file; everything else goes.
 *
 * @param folder the folder; made when missing
 * @param files texts by path below the folder, with `/`
 * @returns the paths that were added or removed
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const present = await listFiles(folder);
  const changed: string[] = [];
  for (const [path, text] of files) {
    const file = join(folder, path);
    if (!present.has(path)) changed.push(path);
    else if ((await readFile(file, 'utf8')) === text) continue;
    await mkdir(dirname(file), { recursive: true });
    const next = `${file}.${process.pid}.next`;
    await writeFile(next, text);
    await rename(next, file);
  }
  for (const path of present) {
    if (files.has(path)) continue;
    await rm(join(folder, path));
    changed.push(path);
  }
  await removeEmptyFolders(folder);
  return changed;
}

async function listFiles(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory());
  return new Set(
    files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  );
}

async function removeEmptyFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const child = join(folder, entry.name);
    await removeEmptyFolders(child);
    if ((await readdir(child)).length === 0) await rmdir(child);
  }
}
