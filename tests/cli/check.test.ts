import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ProjectCopy } from '../support/project-copy';

let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

/** What `npm run check` prints, and how it ends. */
function check(): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [project.path('node_modules/tsx/dist/cli.mjs'), project.path('cli/check.ts')],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

describe('npm run check', () => {
  it('says how much there is when the data is good', () => {
    expect(check()).toEqual({
      status: 0,
      stdout: 'The data is good: 20 customers, 4 workers, 10 templates\n',
      stderr: '',
    });
  });

  it('lists every problem by file, with its place and its cure, and fails', () => {
    const file = project.path('assets/customers.private.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"(212) 555-0102"', '"12"'));
    rmSync(project.path('assets/templates.private.json'));
    expect(check()).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'assets/customers.private.json',
        '  customers[1].channels[0].value: "12" is no phone number',
        '    → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
        'assets/templates.private.json',
        '  is missing',
        '    → create it: README.md shows the least it can hold',
        '2 problems',
        '',
      ].join('\n'),
    });
  });
});
