import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AssetName, assetNames, compileData, type Sources } from '../../../build/data/compile';
import { projectRoot } from '../../support/project';

/** The files in `assets/`. */
export const sample = Object.fromEntries(
  assetNames.map((name) => [name, readFileSync(join(projectRoot, 'assets', name), 'utf8')]),
) as Record<AssetName, string>;

export interface Editable {
  // biome-ignore lint/suspicious/noExplicitAny: the test spoils the data in ways that no type allows
  customers: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  routing: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  templates: any;
}

/** The sample with something spoiled. */
export function spoil(change: (data: Editable) => void): Sources {
  const data: Editable = {
    customers: JSON.parse(sample['customers.private.json']),
    routing: JSON.parse(sample['routing.private.json']),
    templates: JSON.parse(sample['templates.private.json']),
  };
  change(data);
  return {
    'customers.private.json': JSON.stringify(data.customers),
    'routing.private.json': JSON.stringify(data.routing),
    'templates.private.json': JSON.stringify(data.templates),
  };
}

/** The problems as `file path: problem → fix`, with the file's first word. */
export function problemsOf(sources: Sources, severity: 'problems' | 'warnings' = 'problems'): string[] {
  return compileData(sources)[severity].map(
    ({ file, path, problem, fix }) => `${file.slice(7).split('.')[0]} ${path}: ${problem} → ${fix}`,
  );
}

/** An asset as it is built. */
export function built<T>(sources: Sources, name: AssetName): T {
  return JSON.parse(compileData(sources).assets.get(name) ?? 'null') as T;
}

/** Makes one edit of `problems.txt`, e.g. `customers customers[0].worker = "eve"`. */
export function edit(data: Editable, line: string): void {
  const [, drop, file = '', path = '', sign, json = 'null'] =
    /^(delete )?(\w+) (\S+)(?: (\+?=) (.*))?$/.exec(line) ?? [];
  const keys = path.split(/[.[\]]+/).filter(Boolean);
  const last = keys.pop() ?? '';
  let parent = data[file as keyof Editable];
  for (const key of keys) parent = parent[key];
  if (drop) delete parent[last];
  else if (sign === '+=') parent[last].push(JSON.parse(json));
  else parent[last] = JSON.parse(json);
}
