import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { holdCustomers, openBuiltCustomers } from '../../lib/customers/every-customer';
import { privateFile } from '../../lib/customers/packed-format';
import { compareCustomers } from '../../lib/customers/places';
import { matchesSearch, readSearch, searchText } from '../../lib/customers/search';
import type { Channel, Customer } from '../../lib/model';
import { CustomerIndex, ownersOf } from '../../simulator/data/customer-index';
import { SourceFile } from '../../simulator/data/source-file';
import { pack } from '../support/packed-customers';

const folder = mkdtempSync(join(tmpdir(), 'customer-index-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes customers as packed assets. @returns the index of them */
function packedIndex(customers: readonly Customer[]): CustomerIndex {
  const { asset, files } = pack(customers);
  writeFileSync(join(folder, 'customers.private.json'), JSON.stringify(asset));
  for (const [name, bytes] of files) writeFileSync(join(folder, privateFile(name)), bytes);
  return new CustomerIndex(openBuiltCustomers(folder), 3);
}

const name = fc.constantFrom('Ana Šimić', 'Jean-Luc Ó', 'Άννα 王', "D'Arcy 12", 'ana', '– –', '🙂', 'Q"\\ "');
const channel = fc.oneof(
  fc.nat(30).map((n): Channel => {
    const number = `+12125550${100 + n}`;
    return { type: n % 2 ? 'sms' : 'whatsapp', value: n % 2 ? number : `whatsapp:${number}`, key: number };
  }),
  fc
    .nat(9)
    .map((n): Channel => ({ type: 'email', value: `Ana.${n}@example.com`, key: `ana.${n}@example.com` })),
  fc.nat(9).map((n): Channel => ({ type: 'chat', value: `ana${n}`, key: `chat:ana${n}` })),
);
const worker = fc.constantFrom('alice', 'bob', 'Zoë');
const customers = fc
  .uniqueArray(
    fc.record(
      {
        customer_id: fc.nat(99).map((n) => `C-${n}`),
        display_name: name,
        channels: fc.array(channel, { maxLength: 3 }),
        links: fc.constant<Customer['links']>([]),
        worker,
        assigned_workers: fc.uniqueArray(worker, { minLength: 1 }),
      },
      { requiredKeys: ['customer_id', 'display_name', 'channels', 'links'] },
    ),
    { selector: (one) => one.customer_id, maxLength: 40 },
  )
  .map((all) => (all as Customer[]).sort(compareCustomers));
const query = fc.constantFrom(
  ...[
    '',
    'ana',
    'simic ana',
    'jean luc',
    'a',
    'ana.3@example',
    'c-1',
    '212 555 0107',
    '107',
    '–',
    'άννα',
    '12',
    'x',
    '"',
    '\\',
    'q"',
  ],
);

describe('the index of customers', () => {
  it('lists those who match, page by page, in the order of the lists, in both forms', async () => {
    await fc.assert(
      fc.asyncProperty(
        customers,
        fc.record({
          query,
          worker: fc.option(worker, { nil: undefined }),
          channel: fc.constantFrom(undefined, 'sms', 'chat'),
        }),
        fc.integer({ min: 1, max: 9 }),
        async (all, filter, limit) => {
          const search = readSearch(filter.query);
          const expected = all.filter(
            (one) =>
              (!search || matchesSearch(searchText(one), search)) &&
              (!filter.worker || ownersOf(one).includes(filter.worker)) &&
              (!filter.channel || one.channels.some(({ type }) => type === filter.channel)),
          );
          for (const index of [packedIndex(all), new CustomerIndex(holdCustomers(all))]) {
            const given = {
              query: filter.query,
              limit,
              ...(filter.worker && { worker: filter.worker }),
              ...(filter.channel && { channel: filter.channel }),
            };
            const found: Customer[] = [];
            for (let after: number | undefined = 0; after !== undefined; ) {
              const page = await index.list({ ...given, after });
              expect(page.customers.length).toBeLessThanOrEqual(limit);
              found.push(...page.customers);
              after = page.next;
            }
            expect(found).toEqual(expected);
            expect([...index.all()]).toHaveLength(all.length);
          }
          // In any order, while others are read.
          const built = openBuiltCustomers(folder);
          const placed = [...built].toReversed();
          for (const { rank, reference, read } of placed) {
            expect([read(), built.read(reference)]).toEqual([all[rank], all[rank]]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('searches a list of several blocks, and who owns a customer tells nothing of a channel', async () => {
    const all = Array.from({ length: 700 }, (_, n): Customer => {
      const value = `+1212555${String(n).padStart(4, '0')}`;
      const channels: Channel[] = n % 100 === 0 ? [] : [{ type: 'sms', value, key: value }];
      const owner = n % 7 === 0 ? {} : { worker: n % 2 ? 'alice' : 'bob' };
      return { customer_id: `c${n}`, display_name: `Ana ${n}`, channels, links: [], ...owner };
    }).sort(compareCustomers);
    const index = packedIndex(all);
    const ids = async (filter: object): Promise<string[]> =>
      (await index.list({ limit: 700, ...filter })).customers.map((one) => one.customer_id);
    const expected = (is: (one: Customer) => boolean): string[] =>
      all.filter(is).map((one) => one.customer_id);
    expect(await ids({ query: 'ana 69' })).toEqual(expected((one) => one.display_name.includes('69')));
    expect(await ids({ worker: 'bob', query: 'ana' })).toEqual(expected((one) => one.worker === 'bob'));
    expect(await ids({ worker: 'bob', channel: 'sms' })).toEqual(
      expected((one) => one.worker === 'bob' && one.channels.length > 0),
    );
    expect(await ids({ channel: 'email' })).toEqual([]);
  });

  it('finds by id, by number on either channel, by e-mail address, and by identity, in both forms', () => {
    const card = (customer_id: string, ...channels: Channel[]): Customer => ({
      ...{ customer_id, display_name: customer_id, channels, links: [] },
    });
    const all = [
      card('a', { type: 'whatsapp', value: 'whatsapp:+12125550101', key: '+12125550101' }),
      card('b', { type: 'email', value: 'B@example.com', key: 'b@example.com' }),
      card('c', { type: 'chat', value: 'c@example.com', key: 'chat:c@example.com' }),
    ];
    for (const index of [packedIndex(all), new CustomerIndex(holdCustomers(all))]) {
      const addresses = ['+12125550101', 'whatsapp:+12125550101', 'b@example.com', 'c@example.com', 'nobody'];
      expect(addresses.map((one) => index.byAddress(one)?.customer_id)).toEqual([
        ...['a', 'a', 'b', 'c', undefined],
      ]);
      expect([index.byId('b'), index.byId('d')]).toEqual([all[1], undefined]);
    }
  });
});

describe('the place of a customer in the file', () => {
  it('is that of the file as it is now, also while it is no JSON', async () => {
    const file = join(folder, 'file.json');
    const source = new SourceFile(folder, 'file.json');
    const lines = (...ids: string[]) => Promise.all(ids.map((one) => source.customerLine(one)));
    expect(await lines('1')).toEqual([undefined]);
    writeFileSync(
      file,
      '\uFEFF{"customers": [\r\n{"customer_id": 1},\r\n\r\n{"customer_id": " 2 "},\n{"fields": {"customer_id": "4"}, "customer\\u005fid": "\\u0035"}]}',
    );
    expect(await lines('1', '2', '3', '4')).toEqual([2, 4, undefined, undefined]);
    writeFileSync(file, '{"customers": [{"customer_id": "3"},\n{"customer_id": "2"},\n{"customer_id": ');
    expect(await lines('1', '2', '3')).toEqual([undefined, 2, 1]);
    expect(await source.customerRows('2')).toEqual([{ path: 'customer_id', value: '2', line: 2 }]);
  });
});
