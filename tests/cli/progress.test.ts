import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withProgress } from '../../cli/progress';
import { freePorts } from '../../simulator/listen';
import { runCommand } from '../support/command-line';
import { projectRoot } from '../support/project';
import { ProjectCopy } from '../support/project-copy';
import { Started } from '../support/started';

const script = [
  ...['--require', join(projectRoot, 'tests/support/processes/fast-clock.cjs')],
  ...['--import', 'tsx', 'cli/main.ts'],
];
const checked = /^(Checking the customers: \d+,000 of 10,020 …\n){5}/m;

describe('what a command says while it works, outside a terminal', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('is a line after a second, and another at most every ten seconds when there is something new', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation();
    const at: [number, string][] = [];
    said.mockImplementation((text: string) => at.push([Math.round(performance.now() / 1000), text]));
    const wait = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);
    const start = performance.now();
    const work = withProgress(
      'Checking',
      async (report) => {
        for (let second = 1; second <= 25; second++) {
          await wait(1);
          report(`Checking: ${second}`);
        }
        report('Packing');
        await wait(60);
        report('Done');
        await wait(10);
        return 'result';
      },
      { onlyLines: true },
    );
    expect(await work).toBe('result');
    expect(at.map(([second, text]) => [second - Math.round(start / 1000), text])).toEqual([
      [1, 'Checking …'],
      [11, 'Checking: 10 …'],
      [21, 'Checking: 20 …'],
      [31, 'Packing …'],
      [85, 'Done …'],
    ]);
    await wait(60);
    expect(said).toHaveBeenCalledTimes(5);
  });

  it('is nothing when it takes less than a second', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation();
    await withProgress('Checking', async (report) => report('Checking: 1'), { onlyLines: true });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(said).not.toHaveBeenCalled();
  });
});

describe('how far the customers are, when there are many', () => {
  const project = new ProjectCopy();
  afterAll(() => project.remove());
  const customers = Array.from({ length: 10_000 }, (_, i) => ({
    customer_id: `C${i}`,
    display_name: `Customer ${i}`,
    channels: [{ type: 'email', value: `c${i}@example.com` }],
  }));
  const data = project.path('assets/customers.private.json');
  beforeAll(() => {
    const own = JSON.parse(readFileSync(data, 'utf8')) as { customers: object[] };
    writeFileSync(data, JSON.stringify({ ...own, customers: [...own.customers, ...customers] }));
  });
  const run = (...args: string[]) => runCommand(project.root, args, {}, script);

  it.each(['check', 'build', 'data check'])('is said by npm run %s', (command) => {
    const { status, stderr } = run(...command.split(' '));
    expect(stderr).toMatch(checked);
    expect(status).toBe(0);
  });

  it('is said by an import, from its rows to its check', () => {
    const rows = customers.map(({ customer_id: id }, i) => `${id},Other ${i}`);
    writeFileSync(project.path('new.csv'), ['Id,Name', ...rows].join('\n'));
    const { status, stderr } = run('data', 'import', 'new.csv', '--dry-run');
    expect(stderr).toMatch(/^Reading rows: [1-9],000 …$/m);
    expect(stderr).toMatch(checked);
    expect(status).toBe(0);
  });

  it.each([
    ['npm start', ['start', '--json'], /"type":"build","ok":true/],
    ['npm run start:functions', ['start-functions'], /^Built: 7 functions/m],
  ])('is said by %s, on stderr', async (_name, args, built) => {
    const [PORT, SIMULATOR_PORT, SIMULATOR_PROXY_PORT] = (await freePorts(3)).map(String);
    const said = project.path('stderr.txt');
    const call = [process.execPath, ...script, ...args].map((part) => `'${part}'`).join(' ');
    const running = new Started(project.root, 'sh', ['-c', `exec ${call} 2>stderr.txt`], {
      ...{ PORT: String(PORT), SIMULATOR_PORT: String(SIMULATOR_PORT) },
      ...{ SIMULATOR_PROXY_PORT: String(SIMULATOR_PROXY_PORT) },
    });
    try {
      await running.prints(built);
      expect(readFileSync(said, 'utf8')).toMatch(checked);
      expect(running.output).not.toContain('Checking');
    } finally {
      running.kill();
    }
  });
});
