import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addBuildId, buildIdPlaceholder, readBuildId } from '../../build/build-id';

const files = (changes: Record<string, string> = {}): Map<string, string> =>
  new Map(
    Object.entries({
      'functions/a.js': `answer('${buildIdPlaceholder}')`,
      'assets/b.private.json': '{}',
      ...changes,
    }),
  );

describe("the build's id", () => {
  it('is the same for the same files in any order, and another for any other text or path', () => {
    const ids = [
      addBuildId(files()),
      addBuildId(new Map([...files()].reverse())),
      addBuildId(files({ 'assets/b.private.json': '{ }' })),
      addBuildId(files({ 'assets/c.private.json': '{}' })),
      addBuildId(files({ 'functions/a.js': `reply('${buildIdPlaceholder}')` })),
    ];
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(4);
  });

  it('is put into functions, and nowhere else', () => {
    const built = files({ 'assets/b.private.json': `"${buildIdPlaceholder}"` });
    const id = addBuildId(built);
    expect(Object.fromEntries(built)).toEqual({
      'functions/a.js': `answer('${id}')`,
      'assets/b.private.json': `"${buildIdPlaceholder}"`,
    });
  });

  it('can be read from a built folder, and is undefined where there is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'build-id-'));
    expect(readBuildId(join(folder, 'none'))).toBeUndefined();
    expect(readBuildId(join(__dirname, '../../dist'))).toMatch(/^build-[0-9a-f]{16}$/);
    writeFileSync(join(folder, 'functions'), 'a file');
    expect(readBuildId(folder)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
