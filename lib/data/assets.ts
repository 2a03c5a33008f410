import { AssetCustomers } from './asset-customers';
import type { CustomerDirectory } from './customers';
import type { CustomersAsset, Routing, TemplatesAsset } from './types';

/** The doors to the data. Each file is read when it is first needed, once per instance of a function. */
export interface DataDoors {
  customers(): Promise<CustomerDirectory>;
  routing(): Promise<Routing>;
  templates(): Promise<TemplatesAsset>;
}

/**
 * Opens the private assets. They were checked when they were built and are trusted here.
 *
 * @param read gives the text of a private asset by its name, e.g. `/customers.json`; throws when it is missing
 */
export function openData(read: (name: string) => string): DataDoors {
  return {
    customers: once(
      () => new AssetCustomers((JSON.parse(read('/customers.json')) as CustomersAsset).customers),
    ),
    routing: once(() => JSON.parse(read('/routing.json')) as Routing),
    templates: once(() => JSON.parse(read('/templates.json')) as TemplatesAsset),
  };
}

/** Keeps what a successful load gave; a failed one is tried again by the next request. */
function once<T>(load: () => T): () => Promise<T> {
  let loaded: { value: T } | undefined;
  return async () => {
    loaded ??= { value: load() };
    return loaded.value;
  };
}
