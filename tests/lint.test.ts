import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { projectRoot } from './support/project';

/** Files that break a rule of the folders, by the import that breaks it. */
const forbidden: Record<string, string> = {
  'functions/a.ts': '../simulator/api',
  'functions/callbacks/b.protected.ts': '../../tests/support/data',
  'lib/a.ts': './routing/plan',
  'lib/b.ts': '../build/bundle',
  'lib/twilio/a.ts': '../routing/plan',
  'lib/twilio/b.ts': '../../simulator/api',
  'lib/events/a.ts': '../twilio/messages',
  'lib/customers/a.ts': '../webhook/request',
  'lib/routing/a.ts': '../webhook/request',
  'lib/outbound/a.ts': '../webhook/request',
  'lib/templates/a.ts': '../webhook/request',
  'lib/conversations/a.ts': '../webhook/request',
  'lib/proxy-addresses/a.ts': '../webhook/request',
  'lib/proxy-addresses/b.ts': '../../functions/callbacks/crm.protected',
  'lib/webhook/a.ts': '../routing/plan',
  'lib/webhook/b.ts': '../../cli/check',
  'build/a.ts': '../cli/check',
  'simulator/a.ts': '../functions/callbacks/crm.protected',
  'simulator/twilio/a.ts': '../../build/bundle',
  'simulator/console/a.ts': '../../cli/check',
};

/** Files that import each other, in a circle: values, then types alone. */
const cycles: Record<string, string> = {
  'lib/c.ts': "import { d } from './d';\nexport const c = () => d;\n",
  'lib/d.ts': "import { c } from './c';\nexport const d = () => c;\n",
  'lib/e.ts': "import type { F } from './f';\nexport interface E {\n  f: F;\n}\n",
  'lib/f.ts': "import type { E } from './e';\nexport interface F {\n  e: E;\n}\n",
};

describe('the lint', () => {
  let root: string;
  let found: Map<string, string[]>;
  beforeAll(() => {
    root = mkdtempSync(join(realpathSync(tmpdir()), 'lint-'));
    for (const file of ['biome.json', '.gitignore']) cpSync(join(projectRoot, file), join(root, file));
    const spoiled = Object.entries(forbidden).map(([file, name]) => [file, `export * from '${name}';\n`]);
    for (const [file, text] of [...spoiled, ...Object.entries(cycles)] as [string, string][]) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    found = lint(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(Object.entries(forbidden))('does not let %s import %s', (file) => {
    expect(found.get(file)).toEqual(['lint/style/noRestrictedImports']);
  });

  it.each(Object.keys(cycles))('finds the cycle of %s', (file) => {
    expect(found.get(file)).toEqual(['lint/suspicious/noImportCycles']);
  });
});

describe('the folders of lib', () => {
  it('import each other one way only', () => {
    const lib = join(projectRoot, 'lib');
    const pairs = new Set<string>();
    for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
      const [folder, name] = file.split(/[\\/]/);
      if (!folder || !name?.endsWith('.ts')) continue;
      for (const [, other] of readFileSync(join(lib, file), 'utf8').matchAll(/ from '\.\.\/([\w-]+)\//g))
        pairs.add(`${folder} → ${other}`);
    }
    expect(pairs.size).toBeGreaterThan(5);
    const both = [...pairs].filter((pair) => pairs.has(pair.split(' → ').reverse().join(' → ')));
    expect(both).toEqual([]);
  });
});

/** @returns the broken rules by file */
function lint(root: string): Map<string, string[]> {
  const biome = join(projectRoot, 'node_modules/@biomejs/biome/bin/biome');
  const { stdout } = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=github', '--max-diagnostics=none', '.'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const found = new Map<string, string[]>();
  for (const [, rule = '', path = ''] of stdout.matchAll(/^::error title=([\w/]+),file=([^,]+),/gm)) {
    const file = relative(root, path);
    found.set(file, [...(found.get(file) ?? []), rule]);
  }
  return found;
}
