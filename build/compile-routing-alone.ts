import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Routing } from '../lib/model';
import { knownWorkers, parseSource } from './data/parse-source';
import { type Problem, reportTo } from './data/problems';
import { unlessMissing } from './data/read/unless-missing';
import { compileRouting } from './data/routing/routing';

const name = 'routing.private.json';

/**
 * Compiles the routing data without the customers, who may be so many that reading them takes minutes: what it says about
 * customers is not checked, and `routing.addresses` also has the addresses of customers.
 *
 * @param folder `assets/`
 * @returns undefined when the routing data is not valid
 * @throws the file system's error, except for a missing file
 */
export async function compileRoutingAlone(folder: string): Promise<Routing | undefined> {
  const problems: Problem[] = [];
  const report = reportTo(problems, `assets/${name}`);
  const file = parseSource('routing', await unlessMissing(readFile(join(folder, name))), report);
  if (!file) return undefined;
  const { asset } = compileRouting(file, knownWorkers(file), undefined, report);
  return problems.some(({ severity }) => severity === 'error') ? undefined : asset;
}
