import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';

/** Where to find `customers[60000]`. */
const hint = "npm run data -- check shows line, column and the customer's name";

let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

/** What `npm run check` prints, and how it ends. */
const check = (...args: string[]) => runCommand(project.root, ['check', ...args]);
const build = () => runCommand(project.root, ['build']);

describe('npm run check', () => {
  it('prints how much there is when the data is valid', () => {
    expect(check()).toEqual({
      status: 0,
      stdout: 'The data is valid: 20 customers, 4 workers, 10 templates\n',
      stderr: '',
    });
  });

  it('lists every problem by file, with its place and its fix, and fails', () => {
    const file = project.path('assets/customers.private.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"(212) 555-0102"', '"12"'));
    rmSync(project.path('assets/templates.private.json'));
    expect(check()).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'assets/customers.private.json',
        '  customers[1].channels[0].value: "12" is not a valid phone number',
        '    → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
        'assets/templates.private.json',
        '  is missing',
        '    → create it: docs/data.md shows the least it can hold',
        '2 problems',
        hint,
        '',
      ].join('\n'),
    });
  });

  const warning = [
    'Warnings:',
    'assets/customers.private.json',
    '  customers[1].channels[0].value: "+123456789" is not in any numbering plan that this build knows',
    '    → check its digits; if they are right, leave it as it is',
    '1 warning',
    hint,
    '',
  ].join('\n');

  it.each([
    [[], 0, 'The data is valid: 20 customers, 4 workers, 10 templates\n', warning],
    [['--strict'], 1, '', `${warning}--strict: warnings are errors\n`],
    [
      ['--strictly'],
      2,
      '',
      "unknown option '--strictly'\n(Did you mean --strict?)\nHelp: npm run check -- --help\n",
    ],
  ])('ends a check with %j and a warning with %s', (args, status, stdout, stderr) => {
    const file = project.path('assets/customers.private.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"(212) 555-0102"', '"+123456789"'));
    expect(check(...args)).toEqual({ status, stdout, stderr });
  });

  it('is part of the build, which prints warnings and goes on', () => {
    const file = project.path('assets/customers.private.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"(212) 555-0102"', '"+123456789"'));
    expect(build()).toEqual({
      status: 0,
      stdout: '7 functions and 3 assets are in dist/\n',
      stderr: warning,
    });
    expect(readFileSync(project.path('dist/assets/customers.private.json'), 'utf8')).toContain(
      '"+123456789"',
    );

    rmSync(project.path('assets/templates.private.json'));
    const failed = build();
    expect([failed.status, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toMatch(
      /is missing\n.*\n1 problem\nWarnings:\n.*\n1 warning\nnpm run data -- check .*\nNothing was built/s,
    );
  });

  it('prints as JSON where each problem is, and whom it is about', () => {
    const file = project.path('assets/customers.private.json');
    const text = readFileSync(file, 'utf8').replace('"(212) 555-0102"', '"12"');
    writeFileSync(file, text.replace('"+44 7700 900112"', '"+123456789"'));
    rmSync(project.path('assets/templates.private.json'));
    const { problems, warnings } = JSON.parse(check('--json').stdout) as Record<string, object[]>;
    expect([problems, warnings]).toEqual([
      [
        expect.objectContaining({
          path: 'customers[1].channels[0].value',
          line: 49,
          column: 20,
          customer: 'John Fox',
        }),
        {
          severity: 'error',
          file: 'assets/templates.private.json',
          path: '',
          problem: 'is missing',
          fix: expect.any(String),
        },
      ],
      [
        expect.objectContaining({
          severity: 'warning',
          line: expect.any(Number),
          customer: expect.any(String),
        }),
      ],
    ]);
  });

  it('names the byte that is not UTF-8', () => {
    const file = project.path('assets/customers.private.json');
    writeFileSync(file, Buffer.from(readFileSync(file, 'utf8').replace(/[^\0-\u00ff]/g, '?'), 'latin1'));
    expect(check()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        '  is not UTF-8: byte 0xED at line 7, column 27 (byte 155 of the file)\n    → save the file as UTF-8',
      ),
    });
  });
});
