import fs, { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
  split: fc.record({ chunkBytes: fc.integer({ min: 1, max: 300 }) }),
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

  const entry = '{"customer_id": "C0", "display_name": "Zoë", "channels": []}';
  const many = Array(50).fill(entry).join(',\n');

  it.each([
    ['another name', `{"defaultCountry": "US",\n"Customers": [${many}]}`, [2, 14]],
    ['no name', `[${many}]`, [1, 1]],
    ['braces', `{\n"customers": {"a": [${many}]}, "b": 1}`, [2, 14]],
    ['a list before it', `{"customers": [],\n"customers": [${many}]}`, [2, 14]],
    [
      'other lists after it',
      `{"customers": [${entry}],\n"b": [${many}],\n"c": "${'x'.repeat(5_000)}"}`,
      [2, 6],
    ],
  ])('have the same problems when they are not held in memory: with %s', (_what, text, place) => {
    const sources = { ...sample, 'customers.private.json': text };
    const { problems } = compileData(sources, { split: { aroundBytes: 100, chunkBytes: 64 } });
    expect(problems).toEqual(compileData(sources).problems);
    const places = locateProblems(problems, sources).map(({ line, column }) => [line, column]);
    expect(places).toContainEqual(place);
  });

  it('have a problem of their own when they are no list, and too many for the memory', () => {
    const byId = Array.from({ length: 50 }, (_, i) => `"C${i}": ${entry}`).join(',\n');
    const sources = { ...sample, 'customers.private.json': `{${byId}}` };
    const { problems } = compileData(sources, { split: { aroundBytes: 100 } });
    expect(problems.filter(({ file }) => file.includes('customers'))).toEqual([
      expect.objectContaining({
        path: '',
        problem: 'has more than 0 MB outside the list "customers"',
        fix: 'write all of them as "customers": [ … ], and remove what the file need not have',
      }),
    ]);
  });

  it('are each read only up to a size: a larger one is a problem, and what refers to it is none', () => {
    const list = [
      {
        customer_id: 'C0',
        display_name: 'Ann',
        channels: [],
        details: { title: 'T', content: 'x'.repeat(900) },
      },
      { customer_id: 'C1', display_name: 'Bob', channels: [], foo: 1 },
    ];
    const sources = { ...sourcesOf(list, 2), 'routing.private.json': routing };
    const { problems } = compileData(sources, { split: { elementBytes: 500, chunkBytes: 64 } });
    expect(locateProblems(problems, sources)).toEqual([
      expect.objectContaining({
        path: 'customers[0]',
        problem: 'is larger than 0 MB; it begins at line 4',
        fix: 'shorten it there',
        line: 4,
        column: 5,
      }),
      expect.objectContaining({ path: 'customers[1].foo', customer: 'Bob' }),
    ]);
  });

  it.each([
    ['ENOSPC', /^there is no room in (\S+) for the sorted customers: set TMPDIR to a folder with room$/],
    [
      'EIO',
      /^the sorted customers cannot be written to (\S+) \(EIO: .*\): set TMPDIR to a folder with room$/,
    ],
  ])('name the folder that cannot have them for a while: %s', (code, message) => {
    const failed = Object.assign(new Error(`${code}: no, write`), { code, syscall: 'write' });
    const write = jest.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw failed;
    });
    try {
      const sources = sourcesOf([{ customer_id: 'C0', display_name: 'Ann', channels: [] }]);
      const limits = { ...plain, runCharacters: 0, temporaryFolder: tmpdir() };
      expect(() => compileData(sources, limits)).toThrow(message);
    } finally {
      write.mockRestore();
    }
    const none = { ...plain, runCharacters: 0, temporaryFolder: join(tmpdir(), 'no', 'such') };
    expect(() => compileData(sourcesOf([JSON.parse(entry)]), none)).toThrow(/no\/such.*set TMPDIR to/);
  });
});
