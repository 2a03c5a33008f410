import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { AssetCustomers } from '../../../lib/customers/asset-customers';
import type { CustomerDirectory } from '../../../lib/customers/directory';
import { openBuiltCustomers, type PlacedCustomer } from '../../../lib/customers/every-customer';
import { PackedCustomers } from '../../../lib/customers/packed-customers';
import {
  checksumOfSet,
  crc32,
  crc32InJavaScript,
  type HashKey,
  hashKey,
  type PackedSet,
  privateFile,
} from '../../../lib/customers/packed-format';
import { compareCustomers } from '../../../lib/customers/places';
import { Misconfigured } from '../../../lib/errors';
import type { Channel, Customer } from '../../../lib/model';
import { customer } from '../../support/data';
import { openAny, openPacked, pack } from '../../support/packed-customers';

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

const small = ['Ada', 'Bo', 'Cyd'].map((display_name, i) =>
  customer({
    customer_id: `${i + 1}`,
    display_name,
    worker: 'alice',
    channels: [{ type: 'sms', value: `+1212555010${i}` }],
  }),
);

/** @returns the answer, or the file that an error names */
async function tell(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    return { code: error.code, file: error.facts.file };
  }
}
const questions: ((directory: CustomerDirectory) => Promise<unknown>)[] = [
  (directory) => directory.byId('2'),
  (directory) => directory.byId('9'),
  (directory) => directory.byAddress({ type: 'sms', value: '', key: '+12125550102' }),
  (directory) => directory.list({ worker: 'alice', limit: 2, search: 'y' }),
];
/** @returns what `tell` tells of each question; a set that cannot be opened answers none of them */
async function tellAll(set: Parameters<typeof openPacked>[0]): Promise<unknown[]> {
  const opened = await tell(async () => openPacked(set));
  if (!(opened instanceof PackedCustomers)) return questions.map(() => opened);
  return Promise.all(questions.map((ask) => tell(() => ask(opened))));
}
const file = '/customers-1.bin';
const broken = { code: 'customers_damaged', file: 'dist/assets/customers-1.private.bin' };

describe('a damaged set of packed customers', () => {
  it('is recognized, or the damage is harmless, whichever byte of a file is flipped', async () => {
    const { asset, files } = pack(small);
    const bytes = files.get(file) as Buffer;
    const right = await tellAll({ asset, files });
    let recognized = 0;
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
      for (const [i, told] of (await tellAll({ asset, files: new Map([[file, flipped]]) })).entries()) {
        if (JSON.stringify(told) === JSON.stringify(broken)) recognized++;
        else expect([at, told]).toEqual([at, right[i]]);
      }
    }
    expect(recognized).toBeGreaterThan(1_000);
  });

  it('is recognized, or the damage is harmless, whichever byte of the list of files is flipped', async () => {
    const { asset, files } = pack(small);
    const text = Buffer.from(JSON.stringify(asset));
    const right = await questions[0]?.(openPacked({ asset, files }));
    for (let at = 0; at < text.length; at++) {
      const flipped = Buffer.from(text);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 7)), at);
      const told = await tell(async () => {
        let parsed: unknown;
        try {
          parsed = JSON.parse(flipped.toString());
        } catch {
          return 'not JSON';
        }
        return questions[0]?.(openAny(parsed as typeof asset, files));
      });
      expect([
        right,
        'not JSON',
        { ...broken, file: 'dist/assets/customers.private.json' },
        { code: 'asset_broken', file: 'assets/customers.private.json' },
      ]).toContainEqual(told);
    }
  });

  it.each([
    ['a missing file', () => new Map([[file, undefined]])],
    ['an empty file', () => new Map([[file, Buffer.alloc(0)]])],
    ['a file that is too short', (own: Buffer) => new Map([[file, own.subarray(0, -64)]])],
    ['a file that is too long', (own: Buffer) => new Map([[file, Buffer.concat([own, Buffer.alloc(64)])]])],
    [
      'the file of another build',
      () => pack(small.map((one) => ({ ...one, display_name: `${one.display_name}s` }))).files,
    ],
    ['a folder', () => new Map([[file, 'folder' as const]])],
  ])('is recognized by %s', async (_title, change) => {
    const { asset, files } = pack(small);
    expect(await tellAll({ asset, files: change(files.get(file) as Buffer) })).toEqual(
      questions.map(() => broken),
    );
  });

  it('is recognized when a file that is open cannot be read any more, and answers when it can again', async () => {
    const set = pack(small);
    const [right, opened] = [await tellAll(set), openPacked(set)];
    const read = jest.spyOn(fs, 'readSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    });
    const told = await Promise.all(questions.map((ask) => tell(() => ask(opened))));
    read.mockRestore();
    expect(told).toEqual(questions.map(() => broken));
    expect(await Promise.all(questions.map((ask) => tell(() => ask(opened))))).toEqual(right);
  });

  it('keeps no file open that it cannot use', async () => {
    const { asset, files } = pack(small);
    const [open, close] = [jest.spyOn(fs, 'openSync'), jest.spyOn(fs, 'closeSync')];
    const cut = new Map([[file, files.get(file)?.subarray(0, -64)]]);
    const told = await tell(async () => openPacked({ asset, files: cut }));
    const [opened, closed] = [open.mock.results.map(({ value }) => value), close.mock.calls.flat()];
    jest.restoreAllMocks();
    expect(told).toEqual(broken);
    expect(closed).toEqual(expect.arrayContaining(opened));
  });

  it.each<[string, (set: PackedSet) => unknown]>([
    ['nothing', () => null],
    ['text', () => 'packed'],
    ['no field', () => ({})],
    ['no id', ({ set: _, ...rest }) => rest],
    ['a short id', (set) => ({ ...set, set: 'ab' })],
    ['no files', ({ files: _, ...rest }) => rest],
    ['files without a name', (set) => ({ ...set, files: [{ bytes: 64 }] })],
    ['nothing for a file', (set) => ({ ...set, files: [null] })],
    ['no table', ({ table: _, ...rest }) => rest],
    ['nothing for the table', (set) => ({ ...set, table: null })],
    ['a table without blocks', (set) => ({ ...set, table: { start: set.table.start } })],
    ['a negative place', (set) => ({ ...set, table: { ...set.table, start: -1 } })],
    ['no number of customers', ({ customers: _, ...rest }) => rest],
    ['another version', (set) => ({ ...set, version: 1 })],
  ])('is recognized by a list of the files that has %s and the right checksum', async (_title, change) => {
    const { asset, files } = pack(small);
    const packed = change(asset.packed) as PackedSet;
    const told = await tell(async () => openAny({ packed, checksum: checksumOfSet(packed) }, files));
    expect(told).toEqual({ ...broken, file: 'dist/assets/customers.private.json' });
  });

  it('is recognized when a block is that of another build', async () => {
    const { asset, files } = pack(small);
    const other = pack(small.map((one) => ({ ...one, country: 'US' })));
    const mixed = Buffer.from(other.files.get(file) as Buffer);
    const own = files.get(file) as Buffer;
    own.copy(mixed, 0, 0, 64);
    expect(await tellAll({ asset, files: new Map([[file, mixed.subarray(0, own.length)]]) })).toEqual(
      questions.map(() => broken),
    );
  });
});
