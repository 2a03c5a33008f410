import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, win32 } from 'node:path';
import { functionPath } from '../../build/bundle';
import { type FileSystem, nodeFileSystem, pathBelow, writeDist } from '../../build/write-dist';

type Files = Record<string, string>;

const before: Files = {
  'functions/a.protected.js': 'a',
  'functions/callbacks/b.js': 'old b',
  'functions/old.js': 'goes',
  'assets/c.private.json': 'old c',
};
const after: Files = {
  'functions/a.protected.js': 'a',
  'functions/callbacks/b.js': 'new b',
  'functions/flex/new.js': 'comes',
  'assets/c.private.json': 'new c',
};
const other: Files = { 'functions/a.protected.js': 'a', 'functions/callbacks/b.js': 'other b' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'write-dist-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Many builds need not wait for the disk. */
const hasty: FileSystem = { ...nodeFileSystem, writeFile: (file, text) => writeFile(file, text) };

const write = (files: Files, fs = hasty): Promise<string[]> =>
  writeDist(root, new Map(Object.entries(files)), fs);

/** What a folder holds; undefined where there is none. */
function read(folder: string): Files | undefined {
  if (!existsSync(folder)) return undefined;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => !one.isDirectory()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}
const dist = (): Files | undefined => read(join(root, 'dist'));
const builds = (): string[] => readdirSync(join(root, '.builds'));
/** The name of the build that dist leads to. */
const current = (): string => basename(readlinkSync(join(root, 'dist')));

/** As a build of an earlier version wrote it, which was killed. */
function writeFolder(files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'dist', path)), { recursive: true });
    writeFileSync(join(root, 'dist', path), text);
  }
}

type Call = keyof FileSystem;

/** A file system that does something before each call. */
function watched(beforeCall: (name: Call, args: unknown[]) => unknown, fs = hasty): FileSystem {
  return new Proxy(fs, {
    get(target, name: Call) {
      const call = target[name] as (...args: unknown[]) => unknown;
      if (name === 'renameSync') {
        return (...args: unknown[]) => {
          beforeCall(name, args);
          return call(...args);
        };
      }
      return async (...args: unknown[]) => {
        await beforeCall(name, args);
        return call(...args);
      };
    },
  });
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** Windows replaces no link by another, a USB stick has none. */
const platforms: Record<string, FileSystem> = {
  'Linux or macOS': hasty,
  Windows: watched((name, [, to]) => {
    if (name === 'renameSync' && existsSync(String(to))) throw failure('EPERM');
  }),
  'a file system without links': watched((name) => {
    if (name === 'link' || name === 'symlink') throw failure('EPERM');
  }),
};
const starts: Record<string, () => unknown> = {
  'the last build': () => write(before),
  'a folder that an earlier version wrote': () => writeFolder(before),
  nothing: () => undefined,
};

describe('writing dist/', () => {
  it.each(
    Object.keys(platforms).flatMap((platform) =>
      Object.keys(starts).map((start) => [platform, start] as const),
    ),
  )(
    'on %s over %s leaves the old files or the new ones, wherever it is killed, and the next build succeeds',
    async (platform, start) => {
      const fs = platforms[platform] as FileSystem;
      const seen = new Set<string>();
      for (let died = true, step = 1; died; step += 1) {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        await starts[start]?.();
        const old = dist();
        let calls = 0;
        // The dead call nothing any more, not even to clean up.
        const dying = watched(() => {
          calls += 1;
          if (calls >= step) throw new Error('died');
        }, fs);
        await write(after, dying).catch(() => undefined);
        died = calls >= step;

        const left = dist();
        seen.add(left === undefined ? 'none' : (left['assets/c.private.json'] ?? ''));
        const twoSteps = platform !== 'Linux or macOS' || start !== 'the last build';
        expect([old, after, ...(twoSteps ? [undefined] : [])]).toContainEqual(left);

        await write(after, fs);
        expect(dist()).toEqual(after);
        await write(other, fs);
        expect(dist()).toEqual(other);
        // The last one, the one before for those who read it, and no more.
        expect(builds().length).toBeLessThanOrEqual(platform === 'Linux or macOS' ? 2 : 3);
      }
      expect([...seen]).toEqual(expect.arrayContaining([start === 'nothing' ? 'none' : 'old c', 'new c']));
    },
  );

  it.each([1, 2, 3])(
    'fails, changes nothing and leaves nothing when the disk is full at file %i',
    async (file) => {
      await write(before);
      const old = [current(), ...builds()];
      let written = 0;
      const full = watched((name) => {
        if (name === 'writeFile' && ++written === file) throw failure('ENOSPC');
      });
      await expect(write(after, full)).rejects.toThrow('ENOSPC');
      expect(dist()).toEqual(before);
      expect([current(), ...builds()]).toEqual(old);
      expect(await write(after)).toEqual(['functions/flex/new.js', 'functions/old.js']);
      expect(dist()).toEqual(after);
    },
  );

  it('puts the folder back when it cannot be replaced', async () => {
    writeFolder(before);
    let renames = 0;
    const stubborn = watched((name) => {
      if (name === 'renameSync' && [1, 3].includes(++renames)) throw failure('EPERM');
    });
    await expect(write(after, stubborn)).rejects.toThrow('EPERM');
    expect(dist()).toEqual(before);
    expect(builds()).toEqual([]);
  });

  it.each([1, 8, 12, 15, 17])('changes all or nothing when it is killed at its call %i', async (step) => {
    await write(before);
    const script = resolve(__dirname, '../support/processes/die-while-building.ts');
    const args = ['--import', 'tsx', script, root, String(step), JSON.stringify(after)];
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({
      signal: 'SIGKILL',
      stderr: '',
    });
    expect([before, after]).toContainEqual(dist());
    await write(after);
    expect(dist()).toEqual(after);
    expect(builds()).toHaveLength(2);
  });

  it('ends with the files of one build when another one begins at any moment', async () => {
    for (let began = true, step = 1; began; step += 1) {
      await write(before);
      let calls = 0;
      const interrupted = watched((name) => {
        calls += 1;
        // Nothing comes between two calls that do not wait.
        if (calls === step && name !== 'renameSync') return write(other);
      });
      await write(after, interrupted);
      began = calls >= step;
      expect([after, other]).toContainEqual(dist());
      await write(before);
      expect(builds().length).toBeLessThanOrEqual(3);
    }
  });

  it('ends with the files of one build when many write at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([write(before), write(after), write(other)]);
      expect([before, after, other]).toContainEqual(dist());
    }
  });

  it('hides no file from another process that keeps reading', async () => {
    const shared = { ...before, 'functions/old.js': 'stays' };
    await write(shared);
    const reader = spawn(
      process.execPath,
      [
        '-e',
        `const { readFileSync } = require('node:fs');
         const files = process.argv.slice(1);
         process.stdin.on('end', () => process.exit()).resume();
         (function read(reads) {
           for (const file of files) readFileSync(file);
           if (reads === 0) console.log('reading');
           setImmediate(read, reads + 1);
         })(0);`,
        ...Object.keys(shared).map((path) => join(root, 'dist', path)),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    await once(reader.stdout, 'data');
    for (let build = 0; build < 30; build += 1)
      await write({ ...shared, 'assets/c.private.json': `${build}` });
    reader.stdin.end();
    expect(await once(reader, 'exit')).toEqual([0, null]);
  });

  it('removes what ended builds left, and nothing of those that run', async () => {
    await write(before);
    const [host] = current().split('-');
    const ended = spawnSync(process.execPath, ['-e', '']).pid;
    const names = {
      ended: `${host}-${ended}-00000001`,
      running: `${host}-${process.ppid}-00000002`,
      elsewhere: `01234567-${ended}-00000003`,
      elsewhereLongAgo: `01234567-${ended}-00000004`,
      notOurs: 'somebody’s notes',
    };
    for (const name of Object.values(names))
      mkdirSync(join(root, '.builds', name, 'assets'), { recursive: true });
    utimesSync(join(root, '.builds', names.elsewhereLongAgo), 0, 0);
    await write(before);
    expect(builds().sort()).toEqual([current(), names.running, names.elsewhere, names.notOurs].sort());
  });

  it('removes what a killed build of an earlier version left', async () => {
    writeFolder({ ...before, 'assets/customers.private.json.4711.next': '{}' });
    expect(await write(before)).toEqual(['assets/customers.private.json.4711.next']);
    expect(dist()).toEqual(before);
  });
});

describe('a path', () => {
  it('has slashes on Windows too', () => {
    const folder = 'C:\\project\\functions';
    const source = win32.join(folder, 'callbacks\\routing.protected.ts');
    expect(functionPath(folder, source, win32)).toBe('callbacks/routing.protected.js');
    expect(pathBelow('C:\\project\\dist', 'C:\\project\\dist\\functions\\callbacks\\crm.js', win32)).toBe(
      'functions/callbacks/crm.js',
    );
  });
});
