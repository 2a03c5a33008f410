import { readFileSync, writeFileSync } from 'node:fs';
import { formatProblems } from '../../build/data/compile';
import { type CommandResult, runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
});
afterAll(() => project.remove());

const run = (...args: string[]): CommandResult => runCommand(project.root, args);
const file = 'assets/customers.private.json';

describe('what people read of the data', () => {
  const long = `Ann "${'🙂'.repeat(50_000)}`;
  const start = `Ann "${'🙂'.repeat(47)}`;
  const linesOf = ({ stdout, stderr }: CommandResult): string[] => `${stdout}${stderr}`.split('\n');

  beforeAll(() => {
    const data = JSON.parse(readFileSync(project.path(file), 'utf8'));
    const { worker, channels } = data.customers[0];
    const customer = { customer_id: 'long', display_name: long, worker, channels, [long]: 1 };
    writeFileSync(project.path(file), JSON.stringify({ ...data, customers: [customer, ...data.customers] }));
  });

  it.each([
    ['check', ['check']],
    ['build', ['build']],
    ['data check', ['data', 'check']],
    ['data import', ['data', 'import', 'long.csv', '--dry-run']],
    [
      'data reassign',
      ['data', 'reassign', '--from', 'alice@example.com', '--to', 'bob@example.com', '--dry-run'],
    ],
  ])('is the beginning of a name of 100,000 characters: %s', (_title, args) => {
    const row = `long2,"${long.replace('"', '""')}",12`;
    writeFileSync(
      project.path('long.csv'),
      `Id,Name,Phone,${'F'.repeat(100_000)}\nlong,x,+12125550101,\n${row},\n`,
    );
    const lines = linesOf(run(...args));
    expect(lines.filter((line) => line.includes('Ann "') || line.includes('Ann \\"')).length).toBeGreaterThan(
      0,
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(600);
    expect(lines.join('\n')).not.toMatch(/\p{Cs}/u);
    expect(lines.join('\n')).toContain(start.slice(0, 40));
  });

  it('is all of it in JSON', () => {
    const path = `customers[0].${long}`;
    const problem = `there is no field ${JSON.stringify(long)} here`;
    expect(JSON.parse(run('data', 'check', '--json').stdout)).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ customer: long, path, problem })]),
    });
  });

  it('has its numbers with commas', () => {
    const customers = Array.from({ length: 10_005 }, (_, n) => ({
      customer_id: `n${n}`,
      display_name: `N ${n}`,
      worker: 'alice@example.com',
      channels: [],
    }));
    const before = readFileSync(project.path(file), 'utf8');
    const data = JSON.parse(before);
    writeFileSync(
      project.path(file),
      JSON.stringify({ ...data, customers: [...data.customers.slice(1), ...customers] }),
    );
    const valid = 'The data is valid: 10,025 customers, 4 workers, 10 templates\n';
    expect([run('check'), run('data', 'check')].map(({ stdout }) => stdout)).toEqual([valid, valid]);
    const reassigned = run(
      'data',
      'reassign',
      '--from',
      'alice@example.com',
      '--to',
      'bob@example.com',
      '--dry-run',
    );
    expect(reassigned.stdout).toMatch(
      /^… and 9,991 more\n10,011 customers and 1 entry of routing\.customers /m,
    );
    expect(run('data', 'export', 'all.csv').stdout).toBe('10,025 customers are in all.csv\n');
    writeFileSync(project.path(file), before);
    const problem = { severity: 'error', file, path: '', problem: 'is wrong', fix: 'correct it' } as const;
    expect(formatProblems(Array.from({ length: 1_500 }, () => problem))).toMatch(/\n1,500 problems$/);
  });
});
