import type { Sources } from '../../build/data/compile';
import { type ImportOptions, type ImportPlan, planImport } from '../../build/data-import/plan-import';

/** Two customers, with short entries in one line each. */
export const customers = `{
  "defaultCountry": "US",
  "customers": [
    {
      "customer_id": 1001,
      "display_name": "María Gómez",
      "worker": "alice@example.com",
      "channels": [
        { "type": "sms", "value": "(212) 555-0101", "display_name": "Mobile" },
        { "type": "whatsapp", "value": "+1 212 555 0101" }
      ],
      "links": [{ "type": "CRM", "value": "https://example.com/1001", "display_name": "CRM" }],
      "fields": { "plan": "Gold" }
    },
    {
      "customer_id": "1002",
      "display_name": "John Fox",
      "channels": [{ "type": "sms", "value": "(212) 555-0102", "primary": true }]
    }
  ]
}
`;
export const sources: Sources = {
  'customers.private.json': customers,
  'routing.private.json': JSON.stringify({
    workers: [
      { identity: 'alice@example.com', display_name: 'Alice Adams' },
      { identity: 'bob@example.com', display_name: 'Bob Brown' },
    ],
    proxyAddresses: { defaults: { sms: '+16465550190' } },
    routing: { defaultWorker: 'alice@example.com' },
  }),
  'templates.private.json': JSON.stringify({ categories: [] }),
};

/** Imports text in UTF-8, or bytes. */
export const plan = (
  csv: string | Uint8Array,
  options?: ImportOptions,
  data = sources,
): Promise<ImportPlan> => planImport(typeof csv === 'string' ? Buffer.from(csv) : csv, data, options);

/** The customers in what an import would write. */
export const written = ({ text }: ImportPlan): { customer_id: string; display_name: string }[] =>
  JSON.parse(text ?? 'null').customers;
