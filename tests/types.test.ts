import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './support/project';

const marker = '// @ts-expect-error ';
const files = readdirSync(join(__dirname, 'types'));
const statements = files.flatMap((file) => {
  const lines = readFileSync(join(__dirname, 'types', file), 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    line.startsWith(marker) ? [{ file, line: index + 2, sentence: line.slice(marker.length) }] : [],
  );
});

describe('the compiler, once nothing tells it to expect errors,', () => {
  let folder: string;
  let errors: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'types-'));
    for (const name of ['build', 'lib', 'node_modules'])
      symlinkSync(join(projectRoot, name), join(folder, name));
    cpSync(join(projectRoot, 'tsconfig.json'), join(folder, 'tsconfig.json'));
    mkdirSync(join(folder, 'tests/types'), { recursive: true });
    for (const file of files) {
      const text = readFileSync(join(__dirname, 'types', file), 'utf8');
      writeFileSync(join(folder, 'tests/types', file), text.replaceAll(marker, '// '));
    }
    const { stdout } = spawnSync(process.execPath, [join(projectRoot, 'node_modules/typescript/bin/tsc')], {
      cwd: folder,
      encoding: 'utf8',
    });
    errors = [...stdout.matchAll(/^tests\/types\/([^(]+)\((\d+),\d+\): error/gm)].map(
      ([, file, line]) => `${file}:${line}`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(statements)('refuses $file:$line: $sentence', ({ file, line }) => {
    expect(errors).toContain(`${file}:${line}`);
  });

  it('refuses nothing else', () => {
    expect([...new Set(errors)].sort()).toEqual(statements.map(({ file, line }) => `${file}:${line}`).sort());
  });
});
