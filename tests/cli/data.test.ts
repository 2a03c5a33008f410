import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandResult, runCommand } from '../support/command-line';
import { projectRoot } from '../support/project';
import { ProjectCopy } from '../support/project-copy';

let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

const data = (...args: string[]): CommandResult => runCommand(project.root, ['data', ...args]);
const json = (...args: string[]): { status: number | null; json: unknown } => {
  const { status, stdout } = data(...args, '--json');
  return { status, json: JSON.parse(stdout) };
};
const customersFile = 'assets/customers.private.json';
const read = (file: string): string => readFileSync(project.path(file), 'utf8');
const write = (file: string, text: string): void => writeFileSync(project.path(file), text);
const replace = (file: string, from: string, to: string): void =>
  write(
    file,
    read(file).replace(from, () => to),
  );

describe('npm run data -- import', () => {
  const csv = 'Id,Name,Phone,Fax\n1002,John Fox,212-555-0199,1\n2001,Ann Lee,+12125550120,\n';

  it('shows what changes, and writes it', () => {
    write('new.csv', csv);
    const before = read(customersFile);
    expect(data('import', 'new.csv')).toEqual({
      status: 0,
      stdout: [
        'new.csv: utf-8, delimiter ",", 2 rows',
        '  Id     → customer_id',
        '  Name   → display_name',
        '  Phone  → sms',
        '  Fax    not imported',
        '~ 1002 John Fox (line 2)',
        '    channels.sms: "(212) 555-0102" → "+12125550199"',
        '+ 2001 Ann Lee (line 3)',
        '    channels.sms: "+12125550120"',
        "19 customers of the data not in the file: María Gómez, Joanna O'Neill, Søren Kjær, …",
        '1 added, 1 changed, 0 unchanged: written to assets/customers.private.json',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(read(customersFile)).not.toBe(before);
    expect(data('check')).toMatchObject({ status: 0, stdout: expect.stringContaining('21 customers') });
    const again = data('import', 'new.csv');
    expect(again.stdout).toMatch(/\n0 added, 0 changed, 2 unchanged: nothing to write\n$/);
  });

  it('prints what docs/data.md shows', () => {
    const page = readFileSync(join(projectRoot, 'docs/data.md'), 'utf8');
    const [, csv = '', shown = ''] = /```csv\n(.*?)```.*?```text\n(.*?)```/s.exec(page) ?? [];
    write('customers.csv', csv);
    const { status, stdout, stderr } = data('import', 'customers.csv', '--dry-run');
    const lines = stdout.split('\n');
    expect([status, [...lines.slice(0, -2), stderr + lines.at(-2), ''].join('\n')]).toEqual([0, shown]);

    const [, text = ''] = /^npm run data -- (.* --map .*)$/m.exec(page) ?? [];
    const args = [...text.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
    const mapped = data(...args, '--dry-run');
    expect(mapped).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/ Mobile +→ sms, whatsapp\n.* Fax +→ fields\.fax\n/s),
    });
  });

  it('writes nothing in a dry run', () => {
    write('new.csv', csv);
    const before = read(customersFile);
    const { status, stdout } = data('import', 'new.csv', '--dry-run');
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('1 added, 1 changed, 0 unchanged: nothing was written (--dry-run)\n'),
    ]);
    expect(read(customersFile)).toBe(before);
  });

  it('lists every bad row and writes nothing', () => {
    write('new.csv', `${csv}2002,Bea Bad,12,\n2003,,+12125550121,\n`);
    const before = read(customersFile);
    const { status, stdout, stderr } = data('import', 'new.csv');
    expect([status, stderr]).toEqual([
      1,
      [
        'new.csv:4: Bea Bad: "12" is not a valid phone number',
        '    → write one number, with its country code, e.g. "+1 212 555 0101"',
        'new.csv:5: has no name',
        '    → give it one, or say which column it is: --map "COLUMN=display_name"',
        '2 bad rows',
        'Nothing was written. --skip-bad-rows imports the others.',
        '',
      ].join('\n'),
    ]);
    expect(stdout).toContain('+ 2001 Ann Lee (line 3)');
    expect(read(customersFile)).toBe(before);

    expect(data('import', 'new.csv', '--skip-bad-rows')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('1 added, 1 changed, 0 unchanged: written'),
      stderr: expect.stringMatching(/^new\.csv:4: Bea Bad[\s\S]*\n2 bad rows\n$/),
    });
    expect(read(customersFile)).toContain('"Ann Lee"');
  });

  it('puts the warnings of many rows together', () => {
    write('new.csv', 'Id,Owner\n1001,alise@example.com\n1002,alise@example.com\n1003,alise@example.com\n');
    expect(data('import', 'new.csv')).toMatchObject({
      status: 0,
      stderr: [
        'Warnings:',
        'new.csv:2: "alise@example.com" is not one of the workers of assets/routing.private.json: the owner is left as it is (and in 2 other rows)',
        '    → did you mean "alice@example.com"? Otherwise add the worker there, or correct the name, and import the file again',
        '3 warnings',
        '',
      ].join('\n'),
    });
  });

  it('shows the first twenty customers, or all', () => {
    const rows = Array.from({ length: 22 }, (_, i) => `n${i},Nr ${i},+1212555014${i % 10}`);
    write('new.csv', ['Id,Name,Phone', ...rows].join('\n'));
    expect(data('import', 'new.csv', '--dry-run').stdout).toContain('\n… and 2 more; --all shows them\n');
    const all = data('import', 'new.csv', '--dry-run', '--all').stdout;
    expect(all).toContain('+ n21 Nr 21 (line 23)');
    expect(all).not.toContain('--all');
  });

  it('prints one JSON document', () => {
    write('new.csv', `${csv}2002,Bea Bad,12,\n`);
    expect(json('import', 'new.csv')).toEqual({
      status: 1,
      json: {
        ok: false,
        written: false,
        encoding: 'utf-8',
        delimiter: ',',
        rows: 3,
        columns: [
          { name: 'Id', fields: ['customer_id'] },
          { name: 'Name', fields: ['display_name'] },
          { name: 'Phone', fields: ['sms'] },
          { name: 'Fax', fields: [] },
        ],
        customers: [
          {
            customer_id: '1002',
            name: 'John Fox',
            line: 2,
            kind: 'changed',
            changes: [{ field: 'channels.sms', from: '(212) 555-0102', to: '+12125550199' }],
          },
          {
            customer_id: '2001',
            name: 'Ann Lee',
            line: 3,
            kind: 'added',
            changes: [{ field: 'channels.sms', to: '+12125550120' }],
          },
        ],
        unchanged: 0,
        missing: expect.arrayContaining([{ customer_id: '1001', name: 'María Gómez' }]),
        badRows: [{ line: 4, name: 'Bea Bad', problem: expect.any(String), fix: expect.any(String) }],
        problems: [],
        warnings: [],
      },
    });
  });

  it.each([
    [['none.csv'], 'none.csv cannot be read: there is no such file\n'],
    [['new.csv', '--map', 'Phon=sms'], 'there is no column "Phon": did you mean Phone?\n'],
    [['assets'], 'assets cannot be read: it is a folder\n'],
    [
      ['new.csv', '--country', 'Atlantis'],
      '--country Atlantis is not a country: write its code or its name, e.g. US\n',
    ],
    [
      ['new.csv', '--prune', '--skip-bad-rows'],
      "option '--prune' cannot be used with option '--skip-bad-rows'\nHelp: npm run data -- import --help\n",
    ],
    [[], "missing required argument 'file'\nHelp: npm run data -- import --help\n"],
  ])('ends with 2 where it is called wrongly: %j', (args, stderr) => {
    write('new.csv', csv);
    expect(data('import', ...args)).toEqual({ status: 2, stdout: '', stderr });
  });

  it('takes the country as cells write it', () => {
    write('new.csv', 'Id,Name,Phone\n2001,Ann Lee,030 90185555\n');
    for (const country of ['de', 'Germany']) {
      expect(data('import', 'new.csv', '--dry-run', '--country', country).stdout).toContain(
        '"+493090185555"',
      );
    }
  });

  it('says what a file is that is no CSV', () => {
    writeFileSync(project.path('new.csv'), 'PK\x03\x04');
    const message = 'new.csv is an Excel workbook: save it in Excel as "CSV UTF-8 (Comma delimited)"';
    expect(data('import', 'new.csv')).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
    expect(json('import', 'new.csv')).toEqual({ status: 1, json: { ok: false, error: message } });
  });
});

describe('npm run data -- export', () => {
  it('writes a file that Excel reads, and that an import finds nothing new in', () => {
    expect(data('export', 'all.csv', '--delimiter', ';')).toEqual({
      status: 0,
      stdout: '20 customers are in all.csv\n',
      stderr: '',
    });
    expect(read('all.csv')).toMatch(/^\uFEFFcustomer_id;display_name;worker;.*\r\n1001;María Gómez;/);
    const before = read(customersFile);
    expect(data('import', 'all.csv')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 added, 0 changed, 20 unchanged: nothing to write'),
      stderr: '',
    });
    expect(read(customersFile)).toBe(before);
  });

  it('says why there is no file, or nothing to write', () => {
    expect(data('export', 'none/all.csv')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'none/all.csv cannot be written: there is no such folder\n',
    });
    rmSync(project.path(customersFile));
    expect(data('export')).toEqual({
      status: 1,
      stdout: '',
      stderr: `${customersFile} is missing: there are no customers to export\n`,
    });
  });

  it('prints CSV, or JSON', () => {
    expect(data('export').stdout).toMatch(/^customer_id,display_name,worker,/);
    expect(json('export')).toEqual({
      status: 0,
      json: { ok: true, customers: JSON.parse(read(customersFile)).customers },
    });
  });
});

describe('npm run data -- check', () => {
  it('names line, column and customer of each problem, and who may be meant', () => {
    replace(customersFile, '"(212) 555-0102"', '"12"');
    replace(customersFile, '"worker": "alice@example.com"', '"worker": "alise@example.com"');
    replace('assets/routing.private.json', '"pool": ["alice@example.com"', '"pool": ["alicee@example.com"');
    rmSync(project.path('assets/templates.private.json'));
    expect(data('check')).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'assets/customers.private.json:8:17: error: María Gómez: worker: "alise@example.com" is not one of the workers of assets/routing.private.json',
        '    → did you mean "alice@example.com"? Otherwise add the worker there, or correct the identity here',
        'assets/customers.private.json:49:20: error: John Fox: channels[0].value: "12" is not a valid phone number',
        '    → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
        'assets/routing.private.json:65:14: error: routing.pool[0]: "alicee@example.com" is not one of the "workers"',
        '    → did you mean "alice@example.com"? Otherwise add the worker to "workers", or correct the identity',
        'assets/templates.private.json: error: is missing',
        '    → create it: docs/data.md shows the least it can hold',
        '4 problems',
        '',
      ].join('\n'),
    });
  });

  it('names the place of what is not JSON', () => {
    replace(customersFile, '"John Fox",', '"John Fox"');
    expect(data('check').stderr).toMatch(
      /^assets\/customers\.private\.json:44:7: error: is not valid JSON: /,
    );
  });

  it('prints JSON, and treats warnings as errors where that is asked for', () => {
    replace(customersFile, '"(212) 555-0102"', '"+123456789"');
    const warning = {
      severity: 'warning',
      file: customersFile,
      line: 49,
      column: 20,
      customer: 'John Fox',
      path: 'customers[1].channels[0].value',
      problem: '"+123456789" is not in any numbering plan that this build knows',
      fix: 'check its digits; if they are right, leave it as it is',
    };
    const counts = { customers: 20, workers: 4, templates: 10 };
    const result = { problems: [], warnings: [warning], counts };
    expect(json('check')).toEqual({ status: 0, json: { ok: true, ...result } });
    expect(json('check', '--strict')).toEqual({ status: 1, json: { ok: false, ...result } });
  });
});
