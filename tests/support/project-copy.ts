import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const parts = [
  'functions',
  'lib',
  'build',
  'cli',
  'simulator',
  'assets',
  'package.json',
  'tsconfig.json',
  '.twilioserverlessrc.js',
];

/** A copy of the project that a test may change; `node_modules` is the project's own. */
export class ProjectCopy {
  readonly root = makeFolder();

  /** @param more files and folders of the project beyond those that a build needs */
  constructor(more: readonly string[] = []) {
    for (const part of [...parts, ...more]) {
      // The clients' packages, if they are installed, are some 40 000 files.
      const filter = (file: string): boolean => basename(file) !== 'node_modules';
      cpSync(join(root, part), join(this.root, part), { recursive: true, filter });
    }
    symlinkSync(join(root, 'node_modules'), join(this.root, 'node_modules'));
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** tsx keeps what it has compiled by the path: a copy in the folder of an earlier one of this process starts sooner. */
function makeFolder(): string {
  const name = `project-${process.pid}`;
  for (let n = 0; ; n++) {
    const folder = join(realpathSync(tmpdir()), `${name}-${n}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
