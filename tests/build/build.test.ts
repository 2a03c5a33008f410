import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProject } from '../../build/build-project';
import { ProjectCopy } from '../support/project-copy';

let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

const build = () => buildProject(project.root);
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(project.path(file), change(readFileSync(project.path(file), 'utf8')));

/** Every file of `dist/` with its text and when it was written. */
function dist(): Record<string, { text: string; written: number }> {
  const folder = project.path('dist');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const about = { text: readFileSync(file, 'utf8'), written: statSync(file).mtimeMs };
      return [file.slice(folder.length + 1), about];
    }),
  );
}

describe('a build', () => {
  it('makes dist/ and says what is in it', async () => {
    expect(await build()).toEqual({
      ok: true,
      summary: '7 functions and 3 assets are in dist/',
      buildId: expect.stringMatching(/^build-[0-9a-f]{16}$/),
      routes: expect.arrayContaining(['functions/callbacks/crm.protected.js', 'assets/routing.private.json']),
    });
    expect(Object.keys(dist())).toHaveLength(10);
  });

  it('leaves files alone that have not changed, and replaces those that have', async () => {
    await build();
    const before = dist();
    edit('assets/customers.private.json', (text) => text.replace('John Fox', 'John Wolf'));
    expect(await build()).toMatchObject({ ok: true, routes: [] });
    const after = dist();
    expect(after['assets/customers.private.json']?.text).toContain('John Wolf');
    // The callbacks hold the build's id, which is a hash of the data too.
    const unchanged = Object.keys(before).filter((name) => before[name]?.written === after[name]?.written);
    expect(unchanged.sort()).toEqual([
      'assets/routing.private.json',
      'assets/templates.private.json',
      'functions/flex/outbound-message.js',
      'functions/maintenance/sweep.js',
    ]);
  });

  it('writes nothing when nothing has changed', async () => {
    await build();
    const before = dist();
    expect(await build()).toMatchObject({ ok: true, routes: [] });
    expect(dist()).toEqual(before);
  });

  it('never shows half a file, or a missing one, to a server that reads dist/ meanwhile', async () => {
    await build();
    const names = Object.keys(dist());
    const complete = new Set(Object.values(dist()).map(({ text }) => text));
    const seen = new Set<string>();
    let building = true;
    const reading = (async () => {
      for (; building; await new Promise(setImmediate)) {
        for (const name of names) seen.add(readFileSync(project.path('dist', name), 'utf8'));
      }
    })();
    for (const [from, to] of [
      ['John Fox', 'John Wolf'],
      ['John Wolf', 'John Bear'],
    ] as const) {
      edit('assets/customers.private.json', (text) => text.replace(from, to));
      edit('lib/webhook/request.ts', (text) => `${text}\nconsole.debug('${to}');`);
      expect(await build()).toMatchObject({ ok: true });
      for (const { text } of Object.values(dist())) complete.add(text);
    }
    building = false;
    await reading;
    expect(complete.size).toBe(10 + 2 * 8);
    expect([...seen].filter((text) => !complete.has(text))).toEqual([]);
  });

  it('removes what has no source any more, and what never had one', async () => {
    await build();
    rmSync(project.path('functions/callbacks/crm.protected.ts'));
    for (const stray of [
      '.env',
      'functions/callbacks/x.js.map',
      'functions/callbacks/y.d.ts',
      // What a build that was killed leaves behind.
      'functions/callbacks/crm.protected.js.1.next',
    ]) {
      writeFileSync(project.path('dist', stray), 'x');
    }
    expect(await build()).toMatchObject({ ok: true, summary: '6 functions and 3 assets are in dist/' });
    expect(Object.keys(dist())).toHaveLength(9);
    expect(Object.keys(dist()).filter((file) => /crm|env|map|d\.ts/.test(file))).toEqual([]);
  });

  it.each([
    [
      'data that is wrong',
      'assets/customers.private.json',
      (text: string) => text.replace('"(212) 555-0102"', '"12"'),
      /^assets\/customers\.private\.json\n {2}customers\[1\]\.channels\[0\]\.value: "12" is not a valid phone number\n {4}→ write it with/,
    ],
    [
      'a function that cannot be compiled',
      'functions/callbacks/routing.protected.ts',
      (text: string) => `${text}\nconst = 1;`,
      /functions\/callbacks\/routing\.protected\.ts:\d+:\d+/,
    ],
    [
      'an import that leads nowhere',
      'lib/routing/plan.ts',
      (text: string) => `import './nowhere';\n${text}`,
      /Could not resolve "\.\/nowhere"/,
    ],
  ])(
    'fails with %s, names the place, and leaves the last valid dist/',
    async (_title, file, change, report) => {
      await build();
      const before = dist();
      edit(file, change);
      const { problems, ...result } = await build();
      expect(result).toEqual({ ok: false, report: expect.stringMatching(report) });
      expect(problems !== undefined).toBe(file.startsWith('assets/'));
      expect(dist()).toEqual(before);
    },
  );

  it('names all problems when there are several', async () => {
    edit('assets/customers.private.json', (text) => text.replace('"(212) 555-0102"', '"12"'));
    edit('assets/routing.private.json', (text) => text.replace('"defaultWorker"', '"defaultWorkers"'));
    edit('functions/callbacks/crm.protected.ts', (text) => `${text}\nconst = 1;`);
    const result = await build();
    expect(result).toMatchObject({ ok: false });
    expect(result.problems).toContainEqual({
      severity: 'error',
      file: 'assets/customers.private.json',
      line: 49,
      column: 20,
      path: 'customers[1].channels[0].value',
      customer: 'John Fox',
      problem: '"12" is not a valid phone number',
      fix: expect.stringContaining('country code'),
    });
    const { report } = result as { report: string };
    expect(report).toContain('customers[1].channels[0].value: "12" is not a valid phone number');
    expect(report).toContain('routing.defaultWorkers: there is no field "defaultWorkers" here');
    expect(report).toContain('did you mean "defaultWorker"?');
    expect(report).toContain('crm.protected.ts');
  });
});
