import fc from 'fast-check';
import { AssetCustomers } from '../../../lib/customers/asset-customers';
import { customerListAnswer } from '../../../lib/customers/cards';
import { InvalidCursor } from '../../../lib/customers/directory';
import type { Customer } from '../../../lib/model';
import { fold } from '../../../lib/text';
import { customer } from '../../support/data';

const worker = 'alice@example.com';
const named = (...names: string[]): Customer[] =>
  names.map((display_name, i) => customer({ customer_id: String(i + 1), display_name, worker }));
const idsOf = (page: { items: { customer: Customer }[] }): string[] =>
  page.items.map((item) => item.customer.customer_id);

describe('a lookup', () => {
  const directory = new AssetCustomers([
    customer({
      customer_id: '7',
      channels: [
        { type: 'sms', value: '+12125550101' },
        { type: 'email', value: 'Ada@example.com' },
        { type: 'chat', value: 'ada' },
      ],
    }),
    customer({ customer_id: '8', channels: [{ type: 'whatsapp', value: 'whatsapp:+12125550102' }] }),
  ]);

  it.each([
    ['+12125550101', '7'],
    ['whatsapp:+12125550101', '7'],
    ['+1 (212) 555-0102', '8'],
    ['ada@EXAMPLE.com', '7'],
    ['ada', '7'],
    ['+1212555010', undefined],
    ['+121255501011', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('by address %j finds %s', async (address, id) => {
    expect((await directory.byAddress(address))?.customer_id).toBe(id);
  });

  it('by an address that several cards share finds the one that the build chose', async () => {
    const channels = [{ type: 'sms', value: '+12125550101' } as const];
    const cards = ['1', '2', '3'].map((customer_id) => customer({ customer_id, channels }));
    const chosen = cards.map((card, i) => (i === 1 ? { ...card, primary_for: ['+12125550101'] } : card));
    for (const order of [chosen, chosen.toReversed()]) {
      const found = await new AssetCustomers(order).byAddress('whatsapp:+12125550101');
      expect(found?.customer_id).toBe('2');
    }
  });

  it.each([
    ['whatsapp:+5215512345678', 'm'],
    ['+525512345678', 'm'],
    ['whatsapp:+541123456789', 'a'],
    ['whatsapp:+554188887777', 'b'],
    ['+5541988887777', 'b'],
  ])('by %s finds the card with either spelling of the number', async (address, id) => {
    const both = new AssetCustomers([
      customer({ customer_id: 'm', channels: [{ type: 'sms', value: '+525512345678' }] }),
      customer({ customer_id: 'a', channels: [{ type: 'whatsapp', value: 'whatsapp:+5491123456789' }] }),
      customer({ customer_id: 'b', channels: [{ type: 'whatsapp', value: 'whatsapp:+5541988887777' }] }),
    ]);
    expect((await both.byAddress(address))?.customer_id).toBe(id);
  });

  it.each([
    ['7', '7'],
    ['9', undefined],
    ['constructor', undefined],
  ])('by id %j finds %s', async (id, found) => {
    expect((await directory.byId(id))?.customer_id).toBe(found);
  });
});

describe("a worker's list", () => {
  it('has the customers who are the own by the data or by an entry, once each', async () => {
    const directory = new AssetCustomers([
      customer({ customer_id: '1', worker }),
      customer({ customer_id: '2', worker: 'bob', assigned_workers: [worker] }),
      customer({ customer_id: '3', worker, assigned_workers: [worker] }),
      customer({ customer_id: '4', worker: 'bob' }),
      customer({ customer_id: '5' }),
    ]);
    expect(idsOf(await directory.list({ worker, limit: 10 }))).toEqual(['1', '2', '3']);
    expect(await directory.list({ worker: 'nobody', limit: 10 })).toEqual({ items: [], more: false });
  });

  it('is visited wholly, each customer once, whatever the page size and the way to page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        async (count, limit, byAnchor) => {
          const customers = named(...Array.from({ length: count }, (_, i) => `Customer ${i}`));
          const directory = new AssetCustomers(customers);
          const seen: string[] = [];
          let last: { cursor: string } | { anchor: string } | undefined;
          for (let pages = 0; ; pages++) {
            expect(pages).toBeLessThanOrEqual(count);
            const page = await directory.list({ worker, limit, ...last });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...idsOf(page));
            const end = page.items.at(-1);
            if (!page.more || !end) break;
            last = byAnchor ? { anchor: end.customer.customer_id } : { cursor: end.cursor };
          }
          expect(seen).toEqual(customers.map(({ customer_id }) => customer_id));
        },
      ),
    );
  });

  it("ends after an anchor that is not among the worker's customers", async () => {
    const directory = new AssetCustomers([
      ...named('Ada', 'Bob'),
      customer({ customer_id: '9', worker: 'bob' }),
    ]);
    for (const anchor of ['deleted', '9', '__proto__']) {
      expect(await directory.list({ worker, limit: 1, anchor })).toEqual({ items: [], more: false });
    }
  });

  it.each(['', 'x', '5', Buffer.from('{}').toString('base64url')])(
    'refuses a cursor that it did not make: %j',
    async (cursor) => {
      await expect(new AssetCustomers(named('Ada')).list({ worker, limit: 1, cursor })).rejects.toThrow(
        InvalidCursor,
      );
    },
  );

  it.each([
    ['jose', ['1']],
    ['JOSÉ', ['1']],
    ['nunez jose', ['1']],
    ['  núñez ', ['1']],
    ['ada', ['2']],
    ['(212) 555-01', ['1', '2']],
    ['+1 212 555 0102', ['2']],
    ['0212 555 0102', ['2']],
    ['ada 0102', ['2']],
    ['ada 0101', []],
    ['straße', ['3']],
    ['strasse', ['3']],
    ['ねこ', ['4']],
    ['.', []],
    ['q', []],
  ])('is searched over names and numbers: %j finds %j', async (search, ids) => {
    const [a, b, c, d] = named('José Núñez', 'Ada', 'Max Strasse', 'ねこ') as [
      Customer,
      Customer,
      Customer,
      Customer,
    ];
    a.channels.push({ type: 'sms', value: '+12125550101' });
    b.channels.push({ type: 'whatsapp', value: 'whatsapp:+12125550102' });
    const directory = new AssetCustomers([a, b, c, d]);
    expect(idsOf(await directory.list({ worker, limit: 10, search }))).toEqual(ids);
  });

  it('finds every customer by any part of the folded name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
        fc.nat(),
        async (name, at) => {
          const folded = fold(name);
          const search = folded.slice(at % Math.max(1, folded.length));
          const directory = new AssetCustomers(named(name));
          expect(idsOf(await directory.list({ worker, limit: 1, search }))).toEqual(['1']);
        },
      ),
    );
  });

  it('pages through what a search finds', async () => {
    const directory = new AssetCustomers(named('Ann A', 'Bob', 'Ann B', 'Cyd', 'Ann C'));
    const first = await directory.list({ worker, limit: 2, search: 'ann' });
    expect([idsOf(first), first.more]).toEqual([['1', '3'], true]);
    const cursor = first.items.at(-1)?.cursor ?? '';
    const second = await directory.list({ worker, limit: 2, search: 'ann', cursor });
    expect([idsOf(second), second.more]).toEqual([['5'], false]);
  });
});

describe('the answer to GetCustomersList', () => {
  it('never grows over 64 KB, and what was cut comes with the next page', async () => {
    const customers = named(...Array.from({ length: 150 }, (_, i) => `${'é'.repeat(240)} ${i}`));
    for (const one of customers) one.avatar = `https://example.com/${'a'.repeat(900)}`;
    const directory = new AssetCustomers(customers);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const answer = customerListAnswer(
        await directory.list({ worker, limit: 100, ...(token !== undefined && { cursor: token }) }),
      );
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(64 * 1024);
      seen.push(...answer.objects.customers.map(({ customer_id }) => customer_id));
      token = answer.objects.next_page_token;
    } while (token);
    expect(seen).toEqual(customers.map(({ customer_id }) => customer_id));
  });
});
