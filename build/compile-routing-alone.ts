import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Routing } from '../lib/model';
import { decodeText } from './data/encoding';
import { type Problem, reportTo } from './data/problems';
import { reportDuplicateKeys } from './data/read/json-text';
import { compileRouting } from './data/routing/routing';
import { sources } from './data/schema/sources';

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
  const bytes = await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const decoded = bytes && decodeText(bytes);
  if (!decoded || !('text' in decoded)) return undefined;
  const text = decoded.text.replace(/^\uFEFF/, '');
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const problems: Problem[] = [];
  const report = reportTo(problems, `assets/${name}`);
  reportDuplicateKeys(text, report);
  const result = v.safeParse(sources.routing, raw);
  if (!result.success) return undefined;
  const known = new Set(result.output.workers.flatMap((worker) => worker?.identity ?? []));
  const { asset } = compileRouting({ value: result.output, raw, isWhole: true }, known, undefined, report);
  return problems.some(({ severity }) => severity === 'error') ? undefined : asset;
}
