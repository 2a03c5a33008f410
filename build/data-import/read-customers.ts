import type { Sources } from '../data/compile';
import { decodeText } from '../data/encoding';

/** The name of the customers' file in `assets/`. */
export const customersFile = 'customers.private.json';

/** The customers' file as it is written, and what is in it: not checked. */
export interface CustomersText {
  text: string;
  raw: { customers: unknown[] };
  defaultCountry: string | undefined;
}

/**
 * Reads the customers' file.
 *
 * @param country the `defaultCountry` of a new file, where there is none
 * @throws when it has no list of customers
 */
export function readCustomers(sources: Sources, country?: string | undefined): CustomersText {
  const source = sources[customersFile];
  const decoded = source instanceof Uint8Array ? decodeText(source) : { text: source ?? emptyFile(country) };
  try {
    if ('text' in decoded) {
      const raw = JSON.parse(decoded.text.replace(/^\uFEFF/, '')) as CustomersText['raw'] & {
        defaultCountry?: unknown;
      };
      const defaultCountry = typeof raw.defaultCountry === 'string' ? raw.defaultCountry : undefined;
      if (Array.isArray(raw.customers)) return { text: decoded.text, raw, defaultCountry };
    }
  } catch {
    // The check says more.
  }
  throw new Error(`assets/${customersFile} has problems: "npm run data -- check" lists them`);
}

function emptyFile(country: string | undefined): string {
  const content = {
    $schema: '../schemas/customers.schema.json',
    ...(country !== undefined && { defaultCountry: country }),
    customers: [],
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
