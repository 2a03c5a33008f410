import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileDataInTurns, openSources } from '../../build/data/compile';
import type { CustomerDirectory } from '../../lib/customers/directory';
import { openCustomers } from '../../lib/customers/open-customers';
import { type PackedAsset, privateFile } from '../../lib/customers/packed-format';
import type { CustomersAsset, Routing } from '../../lib/model';
import { createTemporaryFolder } from '../../simulator/temporary-folder';
import { formatCount } from '../format-count';
import { withProgress } from '../progress';

/**
 * Compiles the data of the project, and opens it as the functions do: many customers are read by position, from files that
 * are removed when the process ends.
 *
 * @throws an error that says how many problems the data has
 */
export async function openData(root: string): Promise<{ customers: CustomerDirectory; routing: Routing }> {
  const sources = await openSources(join(root, 'assets'));
  const { assets, packed, problems } = await withProgress(undefined, (report) =>
    compileDataInTurns(sources, report),
  );
  if (problems.length > 0) {
    throw new Error(`The data has ${formatCount(problems.length, 'problem')}: "npm run check" lists them.`);
  }
  const folder = packed.size > 0 ? makeTemporaryFolder() : '';
  for (const [name, content] of packed) writeFileSync(join(folder, name), content, { mode: 0o600 });
  const asset = JSON.parse(assets.get('customers.private.json') ?? 'null') as CustomersAsset | PackedAsset;
  return {
    customers: openCustomers(asset, (name) => join(folder, privateFile(name))),
    routing: JSON.parse(assets.get('routing.private.json') ?? 'null') as Routing,
  };
}

/** @returns a folder that is removed when the process ends, also by a signal */
function makeTemporaryFolder(): string {
  const folder = createTemporaryFolder();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      remove();
      process.kill(process.pid, signal);
    });
  }
  return folder;
}
