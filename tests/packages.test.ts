import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './support/project';

interface LockedPackage {
  version: string;
  integrity?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

interface PackageFile {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(projectRoot, ...path), 'utf8')) as T;

describe('the packages', () => {
  it('are only the SDK and the runtime handler in a deployment', () => {
    const { dependencies } = read<PackageFile>('package.json');
    expect(Object.keys(dependencies)).toEqual(['@twilio/runtime-handler', 'twilio']);
  });
});

describe.each(['.', 'tests/clients'])('the packages of %s', (folder) => {
  const { dependencies, devDependencies } = read<PackageFile>(folder, 'package.json');
  const { packages } = read<{ packages: Record<string, LockedPackage> }>(folder, 'package-lock.json');
  const { '': _project, ...locked } = packages;

  it('are named with one exact version: what is deployed is what was tested', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^(npm:twilio@)?\d+\.\d+\.\d+$/)]);
    }
  });

  it('are locked with their integrity, and without the address of any registry', () => {
    const without = Object.keys(locked).filter((path) => !locked[path]?.integrity?.startsWith('sha512-'));
    expect(without).toEqual([]);
    expect(Object.keys(locked).filter((path) => locked[path]?.resolved)).toEqual([]);
  });

  it('are locked for every platform, not only for the one that wrote the lockfile', () => {
    const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(locked, name, path)),
    );
    expect(missing).toEqual([]);
  });
});

/** @returns whether Node.js finds the package from a path of the lockfile: there or in a folder above */
function isLocked(locked: Record<string, LockedPackage>, name: string, path: string): boolean {
  if (locked[`${path}/node_modules/${name}`]) return true;
  const above = path.lastIndexOf('/node_modules/');
  return above < 0
    ? locked[`node_modules/${name}`] !== undefined
    : isLocked(locked, name, path.slice(0, above));
}
