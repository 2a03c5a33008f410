import fs from 'node:fs';
import type { CustomerDirectory } from '../../../lib/customers/directory';
import { PackedCustomers } from '../../../lib/customers/packed-customers';
import { checksumOfSet, type PackedSet } from '../../../lib/customers/packed-format';
import { Misconfigured } from '../../../lib/errors';
import { customer } from '../../support/data';
import { openAny, openPacked, pack } from '../../support/packed-customers';

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
