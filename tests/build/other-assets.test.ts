import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildProject } from '../../build/build-project';
import { listUpload } from '../../cli/deploy/upload';
import { runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';

/** Bytes that are no UTF-8. */
const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00]);
let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
  for (const file of [
    'logo.png',
    'deep/er/page.protected.html',
    'words.private.txt',
    ...['.DS_Store', '.hidden/a.png', 'notes.txt~', '.a.swp', 'b.swp', '#c.txt#', 'd.js.map', 'e.d.ts'],
    ...['customers.private.json.1234.tmp', 'routing.private.json.bak', 'Thumbs.db'],
  ]) {
    const path = project.path('assets', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, picture);
  }
});
afterAll(() => project.remove());

const build = async () => {
  const result = await buildProject(project.root);
  if (!result.ok) throw new Error(result.report);
  return result;
};

describe('a build with other files in assets/', () => {
  it('has them as they are, with the visibility in their names, but nothing that editors leave', async () => {
    expect((await build()).warnings).toMatch(/assets\/logo\.png.*is public once it is deployed/s);
    expect(listUpload(project.root).assets.map(({ path, visibility }) => `${path} ${visibility}`)).toEqual([
      '/customers.json private',
      '/deep/er/page.html protected',
      '/logo.png public',
      '/routing.json private',
      '/templates.json private',
      '/words.txt private',
    ]);
    expect(readFileSync(project.path('dist/assets/logo.png'))).toEqual(picture);
  });

  it('has another id when one of them changes, and leaves dist/ alone when none does', async () => {
    const first = await build();
    expect(await build()).toEqual({ ...first, routes: [] });
    writeFileSync(project.path('assets/logo.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xfd, 0xfe, 0x00]));
    const second = await build();
    expect([second.routes, second.buildId === first.buildId]).toEqual([[], false]);
    writeFileSync(project.path('assets/logo.png'), picture);
    expect((await build()).buildId).toBe(first.buildId);
  });

  it('no longer has one that is removed', async () => {
    rmSync(project.path('assets/words.private.txt'));
    expect((await build()).routes).toEqual(['assets/words.private.txt']);
    expect(existsSync(project.path('dist/assets/words.private.txt'))).toBe(false);
  });
});

it.each([['check'], ['deploy', '--dry-run']])(
  'npm run %s refuses a public asset that nobody has named, and a name that is none',
  (...command) => {
    const run = (...args: string[]) => runCommand(project.root, [...command, ...args]);
    const refused = run();
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining('/logo.png would be public: everybody could read it'),
    ]);
    expect(run('--public', '/logo.png').status).toBe(0);
    const wrong = run('--public', '/logo.png', '--public', '/lgoo.png');
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('--public /lgoo.png names no public asset'),
    ]);
    expect(wrong.stderr).toContain('the public assets are: /logo.png');
  },
);
