import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type CompileLimits, compileData, compileDataInTurns } from '../../../build/data/compile';
import { locateProblems } from '../../../build/data/locate';
import { type HashKey, hashKey } from '../../../lib/customers/packed-format';
import { sample } from './spoiled';

/** All packed, and no limit reached: what the data is with a single run, read at once. */
const plain: Partial<CompileLimits> = { packAbove: 0 };

/** The same, as if the customers were far too many for the memory. */
const small: fc.Arbitrary<Partial<CompileLimits>> = fc.record({
  packAbove: fc.constant(0),
  chunkBytes: fc.integer({ min: 1, max: 300 }),
  runCharacters: fc.constantFrom(0, 300, 1_000),
  // Every text collides, many, or none.
  hash: fc.constantFrom<HashKey>(
    () => [0, 0],
    (key) => [0, key.length],
    hashKey,
  ),
});

const numbers = ['+1 212 555 0101', '(212) 555-0102', '212-555-0101', '+44 7700 900112', '+1 646 555 0177'];
const channel = fc.record(
  {
    type: fc.constantFrom('sms', 'whatsapp'),
    value: fc.constantFrom(...numbers),
    primary: fc.boolean(),
  },
  { requiredKeys: ['type', 'value'] },
);
const names = fc.constantFrom('Ann', 'ann', 'Ångström', 'Иван', '王', "O'Brien", 'Zoë');
const customers = fc.array(
  fc.record(
    {
      customer_id: fc.integer({ min: 1, max: 60 }),
      display_name: names,
      worker: fc.constantFrom('alice@example.com', 'bob@example.com', null),
      channels: fc.uniqueArray(channel, { maxLength: 2, selector: ({ type }) => type }),
      fields: fc.constant({ plan: 'Gold' }),
    },
    { requiredKeys: ['customer_id', 'display_name', 'channels'] },
  ),
  { maxLength: 25 },
);
/** Nothing but warnings: ids are unique, and nobody claims an address that others have. */
const valid = customers.map((list) =>
  [...list, { display_name: 'Zoë', channels: [] }].map(({ channels, ...one }, index) => ({
    ...one,
    customer_id: `C${index}`,
    channels: channels.map(({ type, value }) => ({ type, value })),
  })),
);
/** Also what is no customer at all. */
const any = fc
  .tuple(customers, fc.array(fc.tuple(fc.nat(24), fc.jsonValue()), { maxLength: 2 }))
  .map(([list, spoiled]) => spoiled.reduce<unknown[]>((all, [at, one]) => all.toSpliced(at, 1, one), list));

const routing = (() => {
  const data = JSON.parse(sample['routing.private.json']);
  data.proxyAddresses.rules = [{ channel: 'sms', customers: ['C0'], proxyAddress: '+1 646 555 0190' }];
  data.routing.customers = [
    { customer_id: 'C0', worker: 'carol@example.com' },
    { address: '+1 212 555 0101', worker: 'bob@example.com' },
    { address: 'whatsapp:+44 7700 900112', worker: 'alice@example.com' },
  ];
  return JSON.stringify(data);
})();

function sourcesOf(list: readonly unknown[], indent?: number) {
  return {
    'customers.private.json': JSON.stringify({ defaultCountry: 'US', customers: list }, null, indent),
    'routing.private.json': routing,
    'templates.private.json': '{"categories": []}',
  };
}

describe('more customers than the memory has room for', () => {
  it.each([
    ['packed files', true, valid],
    ['problems, in the same places', false, any],
  ])('have the same %s', (_what, isValid, lists) => {
    fc.assert(
      fc.property(lists, small, fc.constantFrom(undefined, 2), (list, limits, indent) => {
        const sources = sourcesOf(list, indent);
        const expected = compileData(sources, plain);
        if (isValid) expect([expected.problems, expected.packed.size]).toEqual([[], 1]);
        expect(compileData(sources, limits)).toEqual(expected);
        const found = [...expected.problems, ...expected.warnings];
        for (const { customer, path } of locateProblems(found, sources)) {
          const position = /^customers\[(\d+)\]/.exec(path)?.[1];
          const { display_name: name } = Object(list[Number(position)]) as { display_name?: string };
          if (customer !== undefined) expect(customer).toBe(name);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are read from their file, and nothing of them is left behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'many-'));
    try {
      const list = Array.from({ length: 12_000 }, (_, i) => ({
        customer_id: `C${(i * 7919) % 12_000}`,
        display_name: `Customer ${i % 100}`,
        channels: [{ type: 'email', value: `${i}@example.com` }],
      }));
      const sources = sourcesOf(list);
      const path = join(folder, 'customers.private.json');
      writeFileSync(path, sources['customers.private.json']);
      const said: string[] = [];
      const large = { ...sources, 'customers.private.json': { path } };
      const left: string[][] = [];
      const report = (text: string): void => {
        said.push(text);
        left.push(readdirSync(folder));
      };
      const limits = { ...plain, runCharacters: 100_000, temporaryFolder: folder };
      expect(await compileDataInTurns(large, report, limits)).toEqual(compileData(sources, plain));
      expect(said[0]).toBe('Checking the customers: 1,000 of 12,000');
      expect(said.at(-1)).toBe('Packing the customers: 12,000 of 12,000');
      // Sorted parts are in files without names: no end of the process leaves them behind.
      expect(new Set(left.flat())).toEqual(new Set(['customers.private.json']));

      const changed = compileDataInTurns(large, () => appendFileSync(path, ' '), limits);
      await expect(changed).rejects.toThrow('has been changed while it was read');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
