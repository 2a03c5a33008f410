import { AssetCustomers } from '../customers/asset-customers';
import type { CustomerDirectory } from '../customers/directory';
import { Misconfigured } from '../errors';
import type { CustomersAsset, Routing, TemplatesAsset } from '../model';

/** How the data is loaded: each file when it is first needed, once per instance of a function. */
export interface AssetLoaders {
  customers(): Promise<CustomerDirectory>;
  routing(): Promise<Routing>;
  templates(): Promise<TemplatesAsset>;
}

/**
 * Opens the private assets. They were checked when they were built and are trusted here.
 *
 * @param read gives the text of a private asset by its name, e.g. `/customers.json`; throws when it is missing
 */
export function loadAssets(read: (name: string) => string): AssetLoaders {
  const load = <T>(name: string): T => parse(name, read(name)) as T;
  return {
    customers: once(() => new AssetCustomers(load<CustomersAsset>('/customers.json').customers)),
    routing: once(() => load<Routing>('/routing.json')),
    templates: once(() => load<TemplatesAsset>('/templates.json')),
  };
}

/** What was checked when it was built can still be cut short on its way. */
function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const file = `assets${name.replace('.json', '.private.json')}`;
    const fix = 'run `npm run build` and deploy again: the asset is not what was built';
    throw new Misconfigured('asset_broken', { file, field: '', fix }, { cause });
  }
}

/** Keeps what a successful load gave; a failed one is tried again by the next request. */
function once<T>(load: () => T): () => Promise<T> {
  let loaded: { value: T } | undefined;
  return async () => {
    loaded ??= { value: load() };
    return loaded.value;
  };
}
