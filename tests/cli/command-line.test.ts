import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { freePort } from '../../simulator/listen';
import { type CommandResult, readCommandLines, runCommand } from '../support/command-line';
import { projectRoot } from '../support/project';
import { ProjectCopy } from '../support/project-copy';

const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** The arguments of the command line by npm script. */
const commands = Object.entries(scripts).flatMap(([name, script]): [string, string[]][] => {
  const [, args] = /^node (?:--\S+ )*--import tsx cli\/main\.ts ?(.*)$/.exec(script) ?? [];
  return args === undefined ? [] : [[name, args.split(' ').filter(Boolean)]];
});

const run = (...args: string[]) => runCommand(projectRoot, args);

/** The calls that only print, and then what each has printed. */
const calls: string[][] = [];
let results: CommandResult[];
beforeAll(() => {
  results = readCommandLines(calls);
});

/** @returns what a call prints, for use in the tests */
function printed(...args: string[]): () => CommandResult | undefined {
  const index = calls.push(args) - 1;
  return () => results[index];
}

describe('help', () => {
  it('lists every command, each of which has an npm script', () => {
    const { status, stdout, stderr } = run('--help');
    expect([status, stderr]).toEqual([0, '']);
    const [, list = ''] = stdout.split('Commands:\n');
    const names = [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(commands.flatMap(([, [name]]) => name ?? []).sort());
  });

  it.each(commands.map(([script, args]) => [script, printed(...args, '--help')] as const))(
    'of npm run %s names that script and its options',
    (script, help) => {
      const call = script === 'start' ? 'npm start' : `npm run ${script}`;
      expect(help()).toEqual({
        status: 0,
        stdout: expect.stringMatching(new RegExp(`^Usage: ${call} -- \\[options\\][^]*-h, --help`)),
        stderr: '',
      });
    },
  );

  const simulate: [string, string, string[]][] = [
    ['inbound', '--from <number> --body <text> [options]', ['--to', '--channel', '--group', '--json']],
    ['outgoing', '--worker <identity> --customer <id> [options]', ['--channel', '--body', '--json']],
    [
      'outbound',
      '--agent <identity> --customer <id> --body <text> [options]',
      ['--channel', '--subject', '--key', '--as', '--json'],
    ],
    [
      'settings',
      '[options]',
      ['--agent-response', '--channel-fails-after', '--channel-error-code', '--opt-out', '--json'],
    ],
    ['scenario', '[options] <name>', ['--json']],
    ['fault', '[options] [name] [field=value...]', ['--times', '--on', '--off', 'rest-500', '--json']],
    ['away', '[options] <worker>', ['--back', '--json']],
    ['close', '<conversation> | <number> | --all [options]', ['--all', '--json']],
    ['reset', '[options]', ['--json']],
    ['list', '[options]', ['--json']],
  ];
  it.each(
    simulate.map(([name, ...expected]) => [name, ...expected, printed('simulate', name, '--help')] as const),
  )('of npm run simulate -- %s names what it needs and what it takes', (name, usage, options, help) => {
    const { status, stdout } = help() ?? {};
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: npm run simulate -- ${name} ${usage}\n`);
    for (const option of options) expect(stdout).toContain(`  ${option}`);
  });

  it.each([
    ['npm run cli', []],
    ['npm run simulate', ['simulate']],
  ])('is shown where %s names no command, which is wrong usage', (call, args) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Usage: ${call} -- [options] <command>`);
  });
});

describe('wrong usage', () => {
  const wrong: [string, string][] = [
    ['chek', "unknown command 'chek'\n(Did you mean check?)\nHelp: npm run cli -- --help\n"],
    ['start --bowser', "unknown option '--bowser'\nHelp: npm start -- --help\n"],
    [
      'start-functions --hepl',
      "unknown option '--hepl'\n(Did you mean --help?)\nHelp: npm run start:functions -- --help\n",
    ],
    ['build --jsn', "unknown option '--jsn'\n(Did you mean --json?)\nHelp: npm run build -- --help\n"],
    [
      'simulate inbond --body x',
      "unknown command 'inbond'\n(Did you mean inbound?)\nHelp: npm run simulate -- --help\n",
    ],
    [
      'simulate outbound --chanel sms',
      "unknown option '--chanel'\n(Did you mean --channel?)\nHelp: npm run simulate -- outbound --help\n",
    ],
    [
      'simulate list --jsn',
      "unknown option '--jsn'\n(Did you mean --json?)\nHelp: npm run simulate -- list --help\n",
    ],
    ['simulate inbound --body x', '--from is missing\nHelp: npm run simulate -- inbound --help\n'],
    [
      'simulate inbound --from +12125550101 --body=',
      '--body is missing\nHelp: npm run simulate -- inbound --help\n',
    ],
    [
      'simulate inbound --channel fax',
      "option '--channel <channel>' argument 'fax' is invalid. Allowed choices are sms, whatsapp.\nHelp: npm run simulate -- inbound --help\n",
    ],
    [
      'simulate settings --channel-fails-after soon',
      "option '--channel-fails-after <ms>' argument 'soon' is invalid. It must be a whole number.\nHelp: npm run simulate -- settings --help\n",
    ],
    [
      'data import new.csv --encoding utf-99',
      "option '--encoding <name>' argument 'utf-99' is invalid. There is no such encoding: write it like utf-8 or windows-1252.\nHelp: npm run data -- import --help\n",
    ],
    ...['import new.csv', 'export'].flatMap((command) =>
      ['xx', '"'].map((delimiter): [string, string] => [
        `data ${command} --delimiter ${delimiter}`,
        `option '--delimiter <character>' argument '${delimiter}' is invalid. It must be one character, such as ";", or "tab".\nHelp: npm run data -- ${command.split(' ')[0]} --help\n`,
      ]),
    ),
    ['simulate scenario', "missing required argument 'name'\nHelp: npm run simulate -- scenario --help\n"],
    [
      'check assets',
      "too many arguments for 'check'. Expected 0 arguments but got 1.\nHelp: npm run check -- --help\n",
    ],
  ];
  it.each(wrong.map(([args, stderr]) => [args, stderr, printed(...args.split(' '))] as const))(
    'ends with 2, and names what was meant: %s',
    (_args, stderr, result) => {
      expect(result()).toEqual({ status: 2, stdout: '', stderr });
    },
  );

  it('ends the process with 2', () => {
    const { status, stdout, stderr } = run('start', '--bowser');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain("unknown option '--bowser'");
  });
});

describe('the command line in a project', () => {
  let project: ProjectCopy;
  beforeEach(() => {
    project = new ProjectCopy();
  });
  afterEach(() => project.remove());

  const replace = (file: string, from: string, to: string): void =>
    writeFileSync(project.path(file), readFileSync(project.path(file), 'utf8').replace(from, to));
  const addProblem = () => replace('assets/customers.private.json', '"(212) 555-0102"', '"12"');
  const addWarning = () => replace('assets/customers.private.json', '"(212) 555-0102"', '"+123456789"');
  /** How a command ended, and the one JSON document that it printed. */
  const json = (args: string[], env?: Record<string, string>): { status: number | null; json: unknown } => {
    const { status, stdout } = runCommand(project.root, [...args, '--json'], env);
    return { status, json: JSON.parse(stdout) };
  };

  const problem = {
    severity: 'error',
    file: 'assets/customers.private.json',
    path: 'customers[1].channels[0].value',
    problem: '"12" is not a valid phone number',
    fix: expect.stringContaining('write it with its country code'),
    ...{ line: 49, column: 20, customer: 'John Fox' },
  };
  const warning = { ...problem, severity: 'warning', problem: expect.any(String), fix: expect.any(String) };
  const counts = { customers: 20, workers: 4, templates: 10 };

  it.each([
    ['valid data', [], () => undefined, 0, { ok: true, problems: [], warnings: [], counts }],
    ['a problem', [], addProblem, 1, { ok: false, problems: [problem], warnings: [] }],
    ['a warning', [], addWarning, 0, { ok: true, problems: [], warnings: [warning], counts }],
    ['a warning that counts', ['--strict'], addWarning, 1, { ok: false, problems: [], warnings: [warning] }],
  ])('prints the report of check as JSON: %s', (_title, args, change, status, expected) => {
    change();
    expect(json(['check', ...args])).toEqual({ status, json: expect.objectContaining(expected) });
  });

  it('prints what build built, or why it failed, as JSON', () => {
    addWarning();
    expect(json(['build'])).toEqual({
      status: 0,
      json: {
        ok: true,
        buildId: expect.stringMatching(/^build-[0-9a-f]{16}$/),
        summary: '7 functions and 3 assets are in dist/',
        routes: expect.arrayContaining(['functions/callbacks/crm.protected.js']),
        warnings: expect.stringMatching(/^Warnings:\n/),
        problems: [
          expect.objectContaining({ severity: 'warning', customer: 'John Fox', line: 49, column: 20 }),
        ],
      },
    });
    replace('assets/customers.private.json', '"+123456789"', '"12"');
    expect(json(['build'], { FORCE_COLOR: '1' })).toEqual({
      status: 1,
      json: {
        ok: false,
        report: expect.stringMatching(/^assets\/customers\.private\.json\n[\s\S]*\n1 problem$/),
        problems: [
          expect.objectContaining({ severity: 'error', customer: 'John Fox', line: 49, column: 20 }),
        ],
      },
    });
  });

  it('prints as JSON that no local Twilio answers simulate, which is not wrong usage', async () => {
    const SIMULATOR_PORT = String(await freePort());
    const error = `No local Twilio answers at http://localhost:${SIMULATOR_PORT} (SIMULATOR_PORT). Start it in another terminal: npm start`;
    expect(json(['simulate', 'list'], { SIMULATOR_PORT })).toEqual({ status: 1, json: { ok: false, error } });
    expect(runCommand(project.root, ['simulate', 'list'], { SIMULATOR_PORT })).toEqual({
      status: 1,
      stdout: '',
      stderr: `${error}\n`,
    });
  });

  it('colors the reports of check and build where that is wanted, and nowhere else', () => {
    addProblem();
    const report = (env: Record<string, string>, command = 'check') =>
      runCommand(project.root, [command], env).stderr;
    const plain = report({});
    expect(plain).toContain('"12" is not a valid phone number');
    expect(stripVTControlCharacters(plain)).toBe(plain);
    // Node.js warns of the two at once.
    expect(report({ NO_COLOR: '1', FORCE_COLOR: '1' })).not.toContain('\u001b');
    expect(report({ FORCE_COLOR: '0' })).toBe(plain);

    for (const command of ['check', 'build']) {
      const colored = report({ FORCE_COLOR: '1' }, command);
      expect(colored).toContain('\u001b[31m1 problem\u001b[39m');
      expect(stripVTControlCharacters(colored)).toBe(report({ NO_COLOR: '1' }, command));
    }
  });

  it('colors the help where that is wanted, and nowhere else', () => {
    const help = (env: Record<string, string>) => runCommand(project.root, ['--help'], env).stdout;
    const plain = help({});
    expect(stripVTControlCharacters(plain)).toBe(plain);
    expect(help({ NO_COLOR: '1' })).toBe(plain);
    const colored = help({ FORCE_COLOR: '1' });
    expect(colored).toContain('\u001b[1mUsage:\u001b[22m');
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  it('works on the project that it is part of, wherever it is called from', () => {
    addProblem();
    const tsx = project.path('node_modules/tsx/dist/loader.mjs');
    const main = project.path('cli/main.ts');
    const { status, stderr } = runCommand(tmpdir(), ['check'], {}, ['--import', tsx, main]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('"12" is not a valid phone number')]);
  });

  it('builds without the local Twilio', () => {
    writeFileSync(project.path('simulator/local-twilio.ts'), 'const = 1;');
    expect(runCommand(project.root, ['build'])).toMatchObject({ status: 0 });
    expect(runCommand(project.root, ['start'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('local-twilio.ts'),
    });
  });

  it('writes the files of schemas, country-prefixes and simulated that are part of the project', () => {
    const written = [
      ...['customers', 'routing', 'templates'].map((name) => `schemas/${name}.schema.json`),
      'lib/proxy-addresses/country-prefixes.ts',
      'docs/simulated.md',
    ];
    for (const folder of ['schemas', 'docs']) mkdirSync(project.path(folder), { recursive: true });
    rmSync(project.path('lib/proxy-addresses/country-prefixes.ts'));
    for (const command of ['schemas', 'country-prefixes', 'simulated']) {
      expect(runCommand(project.root, [command])).toEqual({ status: 0, stdout: '', stderr: '' });
    }
    for (const file of written) {
      expect(readFileSync(project.path(file), 'utf8')).toBe(readFileSync(join(projectRoot, file), 'utf8'));
    }
  });
});
