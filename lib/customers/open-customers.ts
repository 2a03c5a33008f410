import { Misconfigured } from '../errors';
import type { CustomersAsset } from '../model';
import { AssetCustomers } from './asset-customers';
import type { CustomerDirectory } from './directory';
import { PackedCustomers } from './packed-customers';
import type { PackedAsset } from './packed-format';

/**
 * Opens the customers: those in the asset itself, or those in the packed files that it lists.
 *
 * @param asset `/customers.json`
 * @param pathOf returns the path of an asset by its name; throws when it is missing
 * @throws Misconfigured when the asset has neither
 */
export function openCustomers(
  asset: CustomersAsset | PackedAsset | null,
  pathOf: (name: string) => string,
): CustomerDirectory {
  if (isPacked(asset)) return new PackedCustomers(asset, pathOf);
  if (Array.isArray(asset?.customers)) return new AssetCustomers(asset.customers);
  throw new Misconfigured('asset_broken', {
    file: 'assets/customers.private.json',
    field: 'customers',
    fix: 'run `npm run build` and deploy again: the asset is not what was built',
  });
}

function isPacked(asset: CustomersAsset | PackedAsset | null): asset is PackedAsset {
  return asset !== null && typeof asset === 'object' && 'packed' in asset;
}
