import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packLimits } from '../../build/data/pack/customers-asset';
import { CustomersPacker } from '../../build/data/pack/pack-customers';
import { AssetCustomers } from '../../lib/customers/asset-customers';
import type { CustomerDirectory } from '../../lib/customers/directory';
import { openCustomers } from '../../lib/customers/open-customers';
import { PackedCustomers } from '../../lib/customers/packed-customers';
import type { HashKey, PackedAsset } from '../../lib/customers/packed-format';
import type { Customer } from '../../lib/model';

/** Packed customers in a folder: the content of each file, by its name as an asset. */
export interface PackedFiles {
  asset: PackedAsset;
  files: Map<string, Buffer>;
}

let parent: string | undefined;
let count = 0;
afterAll(() => {
  if (parent !== undefined) rmSync(parent, { recursive: true, force: true });
  parent = undefined;
});

/** Packs customers as the build does. */
export function pack(customers: readonly Customer[], hash?: HashKey): PackedFiles {
  const packer = new CustomersPacker(undefined, hash);
  for (const one of customers) packer.add(one);
  return packer.finish(packLimits.maxPacked);
}

/** Opens packed customers from files, as a function does. A file that is undefined is not there, or is a folder. */
export function openPacked(
  { asset, files }: { asset: PackedAsset; files: ReadonlyMap<string, Buffer | 'folder' | undefined> },
  hash?: HashKey,
): PackedCustomers {
  return new PackedCustomers(asset, writeFiles(files), hash);
}

/** Opens customers from an asset as it was parsed, as a function does. */
export function openAny(asset: PackedAsset, files: ReadonlyMap<string, Buffer>): CustomerDirectory {
  return openCustomers(asset, writeFiles(files));
}

/** @returns the path of a file by its name */
function writeFiles(files: ReadonlyMap<string, Buffer | 'folder' | undefined>): (name: string) => string {
  parent ??= mkdtempSync(join(tmpdir(), 'packed-'));
  const folder = join(parent, String(count++));
  mkdirSync(folder);
  for (const [name, bytes] of files) {
    if (bytes === 'folder') mkdirSync(join(folder, name));
    else if (bytes) writeFileSync(join(folder, name), bytes);
  }
  return (name) => join(folder, name);
}

/** Both forms in which customers are deployed. */
export const forms: readonly (readonly [string, (customers: Customer[]) => CustomerDirectory])[] = [
  ['customers in one JSON asset', (customers) => new AssetCustomers(customers)],
  ['packed customers', (customers) => openPacked(pack(customers))],
];
