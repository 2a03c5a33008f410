import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ProjectCopy } from '../support/project-copy';

let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

const node = (...args: string[]): SpawnSyncReturns<string> =>
  // The tests' own terminal may have asked for colors.
  spawnSync(process.execPath, args, {
    cwd: project.root,
    encoding: 'utf8',
    input: '',
    env: { ...process.env, FORCE_COLOR: '0' },
  });
/** What npm runs after an install. */
const prepare = (): SpawnSyncReturns<string> => {
  const { scripts } = JSON.parse(readFileSync(project.path('package.json'), 'utf8')) as {
    scripts: { prepare: string };
  };
  const [command, ...args] = scripts.prepare.split(' ');
  expect(command).toBe('node');
  return node(...args);
};
const twilioRun = (...args: string[]): SpawnSyncReturns<string> =>
  node(project.path('node_modules/twilio-run/bin/twilio-run.js'), ...args);
function breakData(): void {
  const file = project.path('assets/customers.private.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"(212) 555-0102"', '"12"'));
}
const problem = /customers\[1\]\.channels\[0\]\.value: "12" is not a valid phone number\n {4}→ write it/;
/** The project with some of its packages only. */
function install(leaveOut: (name: string) => boolean): void {
  const all = readdirSync(project.path('node_modules')).filter((name) => !name.startsWith('.'));
  const source = project.path('node_modules.all');
  symlinkSync(join(__dirname, '../../node_modules'), source);
  rmSync(project.path('node_modules'));
  mkdirSync(project.path('node_modules'));
  for (const name of all.filter((one) => !leaveOut(one))) {
    symlinkSync(join(source, name), project.path('node_modules', name));
  }
}

describe('an install', () => {
  it('makes dist/', () => {
    expect(prepare()).toMatchObject({ status: 0, stderr: '7 functions and 3 assets are in dist/\n' });
    expect(existsSync(project.path('dist/functions/callbacks/crm.protected.js'))).toBe(true);
  });

  it.each([
    ['wrong data', breakData, problem],
    [
      'no data',
      () => rmSync(project.path('assets'), { recursive: true }),
      /customers\.private\.json\n {2}is missing/,
    ],
    [
      'no esbuild',
      () => install((name) => name === 'esbuild'),
      /^esbuild not installed[^→]*→ npm ci --include=dev/,
    ],
    [
      'esbuild without its program',
      () => {
        install((name) => name === '@esbuild' || name === 'esbuild');
        cpSync(project.path('node_modules.all/esbuild/'), project.path('node_modules/esbuild'), {
          recursive: true,
          dereference: true,
        });
      },
      /The package "@esbuild\/[\w-]+" could not be found, and is needed by esbuild/,
    ],
    [
      'no developer packages',
      () => install((name) => name !== 'twilio' && name !== '@twilio'),
      /^tsx and esbuild not installed/,
    ],
    [
      'a function that cannot be compiled',
      () => writeFileSync(project.path('functions/flex/broken.ts'), 'const = 1;'),
      /functions\/flex\/broken\.ts:1:6/,
    ],
    ['a file in the way', () => writeFileSync(project.path('.builds'), ''), /EEXIST|ENOTDIR/],
  ])('succeeds with %s, and prints the problem and what to do', (_title, spoil, expected) => {
    spoil();
    const { status, stderr } = prepare();
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/\n\nThe packages are installed, but dist\/ is missing\. .* npm run build\n$/);
    expect(status).toBe(0);
    expect(existsSync(project.path('dist'))).toBe(false);
  });

  it('keeps the last valid dist/ when the data is wrong', () => {
    prepare();
    breakData();
    expect(prepare()).toMatchObject({ status: 0, stderr: expect.stringContaining('dist/ is out of date') });
    expect(existsSync(project.path('dist/functions/callbacks/crm.protected.js'))).toBe(true);
  });
});

describe('the toolkit without a build', () => {
  it.each(['start', 'deploy'])('builds on %s, and ends with the problem where that fails', (command) => {
    breakData();
    const { status, stdout, stderr } = twilioRun(command, '--username=x', '--password=x');
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/There is no dist\/ to serve or deploy\. Fix what is listed above/);
    expect([status, stdout]).toEqual([1, '']);
  });

  it('does not build for a command that only reads the service', () => {
    breakData();
    const { stderr } = twilioRun('list', '--service-sid=none');
    expect(stderr).not.toMatch(problem);
    expect(existsSync(project.path('dist'))).toBe(false);
  });

  it('builds once, and reads where the build is', () => {
    const read = (): SpawnSyncReturns<string> =>
      node(
        '-e',
        `const { readSpecializedConfig } = require('twilio-run/dist/config/global');
         console.log(JSON.stringify(readSpecializedConfig(process.cwd(), undefined, 'deploy')))`,
      );
    const config = { functionsFolder: 'dist/functions', assetsFolder: 'dist/assets', runtime: 'node22' };
    const first = read();
    expect([JSON.parse(first.stdout), first.stderr]).toEqual([
      config,
      '7 functions and 3 assets are in dist/\n',
    ]);
    const second = read();
    expect([JSON.parse(second.stdout), second.stderr]).toEqual([config, '']);
  });
});
