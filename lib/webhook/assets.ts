import { AssetCustomers } from '../customers/asset-customers';
import type { CustomerDirectory } from '../customers/directory';
import { Misconfigured } from '../errors';
import type { CustomersAsset, Routing, TemplatesAsset } from '../model';

/** Loads the data: each file when it is first needed, once for each instance of a function. */
export interface AssetLoaders {
  customers(): Promise<CustomerDirectory>;
  routing(): Promise<Routing>;
  templates(): Promise<TemplatesAsset>;
}

/**
 * Opens the private assets. The build has checked them, and they are trusted here.
 *
 * @param read returns the text of a private asset by its name, e.g. `/customers.json`; throws when it is missing
 * @returns loaders that throw Misconfigured when a file is missing or is not JSON
 */
export function loadAssets(read: (name: string) => string): AssetLoaders {
  const load = <T>(name: string): T => parse(name, read(name)) as T;
  return {
    customers: loadOnce(() => new AssetCustomers(load<CustomersAsset>('/customers.json').customers)),
    routing: loadOnce(() => load<Routing>('/routing.json')),
    templates: loadOnce(() => load<TemplatesAsset>('/templates.json')),
  };
}

/** Parses an asset: a file that was valid when it was built can still be damaged on its way. */
function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const file = `assets${name.replace('.json', '.private.json')}`;
    const fix = 'run `npm run build` and deploy again: the asset is not what was built';
    throw new Misconfigured('asset_broken', { file, field: '', fix }, { cause });
  }
}

/** Keeps the result of a successful load; after a failure, the next request tries again. */
function loadOnce<T>(load: () => T): () => Promise<T> {
  let loaded: { value: T } | undefined;
  return async () => {
    loaded ??= { value: load() };
    return loaded.value;
  };
}
