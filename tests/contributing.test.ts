import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { devRuntime } from './support/process-runtimes';
import { projectRoot } from './support/project';
import { ProjectCopy } from './support/project-copy';

const run = promisify(execFile);
const page = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
const [, chapter = ''] = page.split('## Add a callback in ten minutes');
const files = [...chapter.matchAll(/^`([\w./-]+)`\n\n```ts\n(.*?)^```$/gms)];
const shell = [...chapter.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) =>
  text.replaceAll('\\\n', ' '),
);
const [commands = '', curl = ''] = shell;
const [, answer = ''] = /^```json\n(.*?)^```$/ms.exec(chapter) ?? [];

describe('CONTRIBUTING.md, step by step in a copy of the project', () => {
  let project: ProjectCopy;
  beforeAll(() => {
    const needed = ['tests', 'bench', 'jest.config.js', 'biome.json', 'knip.jsonc', '.gitignore'];
    project = new ProjectCopy(needed);
    for (const [, file = '', text = ''] of files) {
      mkdirSync(dirname(project.path(file)), { recursive: true });
      writeFileSync(project.path(file), text);
    }
  });
  afterAll(() => project.remove());

  it('names four files', () => {
    expect(files).toHaveLength(4);
  });

  it.each(commands.trim().split('\n'))(
    'succeeds: %s',
    async (command) => {
      const [program = '', ...args] = command.split(' ');
      await run(program, args, { cwd: project.root });
    },
    120_000,
  );

  it('gets the answer of the page for the request of the page', async () => {
    const { pathname } = new URL(/https?:\S+/.exec(curl)?.[0] ?? '');
    const fields = Object.fromEntries(
      [...curl.matchAll(/-d (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    );
    const running = await devRuntime.start({ dist: project.path('dist') });
    try {
      expect(await running.call(pathname, fields)).toMatchObject({ status: 200, body: JSON.parse(answer) });
    } finally {
      await running.stop();
    }
  });
});
