import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { AssetCustomers } from '../../../lib/customers/asset-customers';
import type { CustomerDirectory } from '../../../lib/customers/directory';
import { openBuiltCustomers, type PlacedCustomer } from '../../../lib/customers/every-customer';
import {
  crc32,
  crc32InJavaScript,
  type HashKey,
  hashKey,
  privateFile,
} from '../../../lib/customers/packed-format';
import { compareCustomers } from '../../../lib/customers/places';
import type { Channel, Customer } from '../../../lib/model';
import { customer } from '../../support/data';
import { openPacked, pack } from '../../support/packed-customers';

/** Few values, so that customers have the same names, addresses and workers. */
const address = fc.constantFrom<Omit<Channel, 'key'>>(
  { type: 'sms', value: '+12125550101' },
  { type: 'whatsapp', value: 'whatsapp:+12125550101' },
  { type: 'whatsapp', value: 'whatsapp:+5215512345678' },
  { type: 'sms', value: '+525512345678' },
  { type: 'email', value: 'Ada@example.com' },
  { type: 'chat', value: 'ada' },
  { type: 'messenger', value: 'messenger:1' },
);
const anyAddress = fc.oneof(
  address,
  fc.integer({ min: 100, max: 999 }).map((n) => ({ type: 'sms' as const, value: `+1212555${n}0` })),
);
const name = fc.oneof(
  fc.constantFrom('Ada', 'ada', 'José Núñez', "O'Brien", 'Иван', '李', 'ねこ', 'محمد', '★', '\ud800'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const worker = fc.constantFrom('alice', 'bob', 'carol', 'دينا', '');
const cards = fc.uniqueArray(
  fc.record(
    {
      customer_id: fc.oneof(fc.nat({ max: 500 }).map(String), fc.string({ minLength: 1, maxLength: 4 })),
      display_name: name,
      worker,
      assigned_workers: fc.uniqueArray(worker, { maxLength: 3 }),
      channels: fc.array(anyAddress, { maxLength: 4 }),
      details: fc.record({ title: fc.string(), content: fc.string({ maxLength: 400 }) }),
      fields: fc.dictionary(fc.string(), fc.string()),
    },
    { requiredKeys: ['customer_id', 'display_name'] },
  ),
  { selector: ({ customer_id }) => customer_id, maxLength: 60 },
);
const data = fc.tuple(cards, fc.array(fc.nat(), { maxLength: 10 })).map(([given, primary]) => {
  const made = given.map((one) => customer(one as Parameters<typeof customer>[0]));
  for (const number of primary) {
    const one = made[number % (made.length || 1)];
    const key = one?.channels[number % (one.channels.length || 1)]?.key;
    if (one && key) one.primary_for = [...(one.primary_for ?? []), key];
  }
  return made.sort(compareCustomers);
});
const hash = fc.constantFrom<HashKey>(
  hashKey,
  () => [0, 0],
  () => [2 ** 32 - 1, 7],
  (key) => [hashKey(key)[0], 7],
  (key) => [key.length % 2 ? 0 : 2 ** 32 - 1, key.length % 3],
);

/** Everything that can be asked about these customers, and the answers. */
async function askAll(directory: CustomerDirectory, customers: Customer[], limit: number, search: string) {
  const answers: unknown[] = [];
  const ids = [...customers.map(({ customer_id }) => customer_id), 'nobody', ''];
  for (const id of ids) answers.push([id, await directory.byId(id)]);
  const keys = customers.flatMap(({ channels }) => channels.map(({ key }) => key));
  for (const key of new Set([...keys, '+12125559999', 'constructor'])) {
    answers.push([key, await directory.byAddress({ type: 'sms', value: '', key })]);
  }
  for (const identity of ['alice', 'bob', 'carol', 'دينا', '', 'nobody']) {
    for (const text of ['', search]) {
      let next: string | undefined;
      do {
        const page = await directory.list({
          worker: identity,
          limit,
          search: text,
          ...(next && { cursor: next }),
        });
        answers.push([identity, text, page]);
        next = page.next;
      } while (next);
    }
    for (const one of customers.slice(0, 9)) {
      answers.push(await directory.list({ worker: identity, limit, anchor: one.customer_id }));
      const moved = { ...one, display_name: `${one.display_name}!` };
      const cursor = directory.cursorAfter(moved);
      answers.push(cursor, await directory.list({ worker: identity, limit, cursor }));
    }
  }
  return answers;
}

describe('packed customers', () => {
  it('answer as the JSON asset does, whatever the data, and whatever the hashes collide with', async () => {
    await fc.assert(
      fc.asyncProperty(
        data,
        hash,
        fc.integer({ min: 1, max: 9 }),
        name,
        async (customers, by, limit, search) => {
          const asset = new AssetCustomers(JSON.parse(JSON.stringify(customers)) as Customer[]);
          const packed = openPacked(pack(customers, by), by);
          expect(await askAll(packed, customers, limit, search)).toEqual(
            await askAll(asset, customers, limit, search),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('answer as the JSON asset does where lists and keys need many blocks', async () => {
    const customers = Array.from({ length: 1_500 }, (_, i) =>
      customer({
        customer_id: `C${i}`,
        display_name: `Name ${(i * 7) % 1_500}`,
        worker: i % 10 === 0 ? 'bob' : 'alice',
        ...(i % 3 === 0 && { assigned_workers: ['carol', 'alice'] }),
        channels: [{ type: 'sms', value: i < 700 ? '+12125550101' : `+1212555${1_000 + i}` }],
        details: { title: 'About', content: 'x'.repeat(i === 9 ? 70_000 : i % 300) },
      }),
    ).sort(compareCustomers);
    const [asset, packed] = [new AssetCustomers(customers), openPacked(pack(customers))];
    for (const limit of [7, 100, 2_000]) {
      expect(await askAll(packed, customers.slice(0, 300), limit, 'name 14')).toEqual(
        await askAll(asset, customers.slice(0, 300), limit, 'name 14'),
      );
    }
  });

  it('read one card to find the owner of an address that all share', async () => {
    const everybody = { type: 'sms', value: '+12125550101' } as const;
    const customers = Array.from({ length: 2_000 }, (_, i) =>
      customer({ customer_id: `C${i}`, channels: [everybody] }),
    ).sort(compareCustomers);
    const owner = customers[1_234] as Customer;
    const key = owner.channels[0]?.key as string;
    for (const primary of [[], [key]]) {
      owner.primary_for = primary;
      const packed = openPacked(pack(customers));
      await packed.byId('nobody');
      const read = jest.spyOn(fs, 'readSync');
      const found = await packed.byAddress({ ...everybody, key });
      const reads = read.mock.calls.length;
      read.mockRestore();
      expect(found).toEqual(primary.length > 0 ? owner : customers[0]);
      // Its block of keys is a read, and so is its block of records, or two where it is long.
      expect(reads).toBeLessThanOrEqual(3);
    }
  });

  it('are read by tools in any order, also while others are read', () => {
    const customers = Array.from({ length: 200 }, (_, i) =>
      customer({ customer_id: `C${i}`, display_name: `Name ${i}`, worker: `worker ${i % 7}` }),
    ).sort(compareCustomers);
    const { asset, files } = pack(customers);
    const folder = mkdtempSync(join(tmpdir(), 'packed-'));
    try {
      const all = [['/customers.json', JSON.stringify(asset)] as const, ...files];
      for (const [name, content] of all) writeFileSync(join(folder, privateFile(name)), content);
      const built = openBuiltCustomers(folder);
      const placed: PlacedCustomer[] = [];
      for (const one of built) {
        placed.push(one);
        expect(one.read()).toEqual(customers[one.rank]);
        // One of another block.
        const first = placed[0] as PlacedCustomer;
        expect(built.read(first.reference)).toEqual(customers[first.rank]);
      }
      expect(placed.toSorted((a, b) => a.rank - b.rank).map((one) => one.read())).toEqual(customers);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are the same bytes for the same data, on every machine and version of Node.js', () => {
    const customers = Array.from({ length: 200 }, (_, i) =>
      customer({
        customer_id: `${i}`,
        display_name: `${['Ada', 'Ångström', 'Иван', '李'][i % 4]} ${i}`,
        worker: 'bob',
      }),
    );
    expect(pack(customers)).toEqual(pack(customers));
    expect(pack(customers).asset.packed.set).toBe('dc62c23a2da9c37d486aef505fa75926');
  });
});

describe('a checksum', () => {
  it('is the same in JavaScript and in zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, seed) => {
        expect(crc32InJavaScript(bytes, seed)).toBe(crc32(bytes, seed));
      }),
    );
    expect(crc32InJavaScript(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
