import fc from 'fast-check';
import { parseAddress } from '../../../lib/address';
import { customerListAnswer } from '../../../lib/customers/cards';
import { type CustomerDirectory, type CustomerPage, InvalidCursor } from '../../../lib/customers/directory';
import { compareCustomers } from '../../../lib/customers/places';
import type { Customer } from '../../../lib/model';
import { fold } from '../../../lib/text';
import { customer } from '../../support/data';
import { forms } from '../../support/packed-customers';

const worker = 'alice@example.com';
const named = (...names: string[]): Customer[] =>
  names.map((display_name, i) => customer({ customer_id: String(i + 1), display_name, worker }));
const idsOf = (page: CustomerPage): string[] => page.customers.map(({ customer_id }) => customer_id);
/** The cursor of a place, as `cursorAfter` writes it. */
const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function find(directory: CustomerDirectory, text: string): Promise<Customer | undefined> {
  const address = parseAddress(text);
  return address && directory.byAddress(address);
}

const nobody = { customers: [], next: undefined };

describe.each(forms)('%s', (_form, open) => {
  describe('a lookup', () => {
    const directory = open([
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
      expect((await find(directory, address))?.customer_id).toBe(id);
    });

    it('by an address that several cards share finds the one that the build chose', async () => {
      const channels = [{ type: 'sms', value: '+12125550101' } as const];
      const cards = ['1', '2', '3'].map((customer_id) => customer({ customer_id, channels }));
      const chosen = cards.map((card, i) => (i === 1 ? { ...card, primary_for: ['+12125550101'] } : card));
      for (const order of [chosen, chosen.toReversed()]) {
        const found = await find(open(order), 'whatsapp:+12125550101');
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
      const both = open([
        customer({ customer_id: 'm', channels: [{ type: 'sms', value: '+525512345678' }] }),
        customer({ customer_id: 'a', channels: [{ type: 'whatsapp', value: 'whatsapp:+5491123456789' }] }),
        customer({ customer_id: 'b', channels: [{ type: 'whatsapp', value: 'whatsapp:+5541988887777' }] }),
      ]);
      expect((await find(both, address))?.customer_id).toBe(id);
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
      const directory = open([
        customer({ customer_id: '1', worker }),
        customer({ customer_id: '2', worker: 'bob', assigned_workers: [worker] }),
        customer({ customer_id: '3', worker, assigned_workers: [worker] }),
        customer({ customer_id: '4', worker: 'bob' }),
        customer({ customer_id: '5' }),
      ]);
      expect(idsOf(await directory.list({ worker, limit: 10 }))).toEqual(['1', '2', '3']);
      expect(await directory.list({ worker: 'nobody', limit: 10 })).toEqual(nobody);
    });

    it('is visited wholly, each customer once, whatever the page size and the way to page', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 120 }),
          fc.integer({ min: 1, max: 100 }),
          fc.boolean(),
          async (count, limit, byAnchor) => {
            const customers = named(...Array.from({ length: count }, (_, i) => `Customer ${i}`)).sort(
              compareCustomers,
            );
            const directory = open(customers);
            const seen: string[] = [];
            let last: { cursor: string } | { anchor: string } | undefined;
            for (let pages = 0; ; pages++) {
              expect(pages).toBeLessThanOrEqual(count);
              const page = await directory.list({ worker, limit, ...last });
              expect(page.customers.length).toBeLessThanOrEqual(limit);
              seen.push(...idsOf(page));
              if (page.next === undefined) break;
              last = byAnchor ? { anchor: seen.at(-1) ?? '' } : { cursor: page.next };
            }
            expect(seen).toEqual(customers.map(({ customer_id }) => customer_id));
          },
        ),
      );
    });

    it("ends after an anchor that is not among the worker's customers", async () => {
      const directory = open([...named('Ada', 'Bob'), customer({ customer_id: '9', worker: 'bob' })]);
      for (const anchor of ['deleted', '9', '__proto__']) {
        expect(await directory.list({ worker, limit: 1, anchor })).toEqual(nobody);
      }
    });

    it.each([
      ['is gone', (all: Customer[]) => all.filter(({ customer_id }) => customer_id !== '3')],
      [
        'has another name',
        (all: Customer[]) =>
          all.map((one) => (one.customer_id === '3' ? { ...one, display_name: 'Zoe' } : one)),
      ],
      [
        "is another worker's",
        (all: Customer[]) => all.map((one) => (one.customer_id === '3' ? { ...one, worker: 'bob' } : one)),
      ],
      ['is still there', (all: Customer[]) => all],
    ])('goes on where it was when the last customer of the page %s', async (_title, change) => {
      const all = named('Ada', 'Bo', 'Cyd', 'cyd', 'Dan', 'Eve');
      const page = await open(all).list({ worker, limit: 3 });
      expect(idsOf(page)).toEqual(['1', '2', '3']);
      const changed = open(change(all).sort(compareCustomers));
      const rest = idsOf(await changed.list({ worker, limit: 10, cursor: page.next ?? '' }));
      expect(rest.filter((id) => id !== '3')).toEqual(['4', '5', '6']);
    });

    it('skips nobody and shows nobody twice whoever is deleted between the pages', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 }),
          fc.integer({ min: 1, max: 10 }),
          fc.func(fc.boolean()),
          async (names, limit, staysAfter) => {
            let left = named(...names).sort(compareCustomers);
            const lost = new Set<string>();
            const seen: string[] = [];
            let cursor: string | undefined;
            do {
              const page = await open(left).list({ worker, limit, ...(cursor && { cursor }) });
              seen.push(...idsOf(page));
              cursor = page.next;
              for (const { customer_id } of left)
                if (!staysAfter(customer_id, seen.length)) lost.add(customer_id);
              left = left.filter(({ customer_id }) => !lost.has(customer_id));
            } while (cursor);
            expect(new Set(seen).size).toBe(seen.length);
            expect(seen.filter((id) => !lost.has(id))).toEqual(left.map(({ customer_id }) => customer_id));
          },
        ),
      );
    });

    it('takes the cursors of earlier versions for anchors', async () => {
      const directory = open(named('Ada', 'Bo', 'Cyd'));
      const listAfter = async (id: string) =>
        idsOf(await directory.list({ worker, limit: 9, cursor: cursorOf({ after: id }) }));
      expect([await listAfter('2'), await listAfter('deleted')]).toEqual([['3'], []]);
    });

    it.each([
      '',
      'x',
      '5',
      ...[{}, 'x', [], null, { after: 5 }, { after: '1', name: 5 }, { after: '1', name: null }].map(cursorOf),
      cursorOf({ after: '1', name: 'a'.repeat(100_000) }),
    ])('refuses a cursor that it did not make: %j', async (cursor) => {
      await expect(open(named('Ada')).list({ worker, limit: 1, cursor })).rejects.toThrow(InvalidCursor);
    });

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
      ['soren', ['5']],
      ['SØREN kjær', ['5']],
      ['kjaer', ['5']],
      ["o'brien", ['6']],
      ['O’Brien', ['6']],
      ['obrien', ['6']],
      ['o brien', ['6']],
      ['jean-luc', ['CRM-0042']],
      ['jean luc', ['CRM-0042']],
      ['JeanLuc', ['CRM-0042']],
      ['luc-jean', ['CRM-0042']],
      ['picard, j.', ['CRM-0042']],
      ['★', ['8']],
      ['☆', []],
      ['crm-0042', ['CRM-0042']],
      ['CRM0042', ['CRM-0042']],
      ['0042', ['CRM-0042']],
      ['max.strasse@example.com', ['3']],
      ['Max.Strasse@', ['3']],
      ['strasse@example.org', []],
      ['example.com max', ['3']],
      ['55', []],
      ['+44', []],
      ['1', ['1']],
      ['8', ['8']],
      ['555', ['1', '2']],
      ['555 0101', ['1']],
      ['+1 (0)212 555 0101', ['1']],
      ['0101 0102', []],
      ['+52 55 1234 5678', ['4']],
      ['+52 1 55 1234 5678', ['4']],
      ['nunez '.repeat(1_000), ['1']],
      ['é'.repeat(10_000), []],
    ])('is searched over names, ids, e-mail addresses and numbers: %j finds %j', async (search, ids) => {
      const all = named(
        'José Núñez',
        'Ada',
        'Max Strasse',
        'ねこ',
        'Søren Kjær',
        "Pat O'Brien",
        'Picard, Jean-Luc',
        '★',
      );
      all[0]?.channels.push({ type: 'sms', value: '+12125550101', key: '+12125550101' });
      all[1]?.channels.push({ type: 'whatsapp', value: 'whatsapp:+12125550102', key: '+12125550102' });
      all[2]?.channels.push({
        type: 'email',
        value: 'Max.Strasse@example.com',
        key: 'max.strasse@example.com',
      });
      all[3]?.channels.push({ type: 'whatsapp', value: 'whatsapp:+5215512345678', key: '+525512345678' });
      const [pat, picard] = [all[5], all[6]] as [Customer, Customer];
      picard.customer_id = 'CRM-0042';
      for (const name of ["Pat O'Brien", 'Pat O’Brien']) {
        pat.display_name = name;
        expect(idsOf(await open(all).list({ worker, limit: 10, search }))).toEqual(ids);
      }
    });

    it('finds every customer by any part of the folded name', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
          fc.nat(),
          async (name, at) => {
            const folded = fold(name);
            const search = folded.slice(at % Math.max(1, folded.length));
            const directory = open(named(name));
            expect(idsOf(await directory.list({ worker, limit: 1, search }))).toEqual(['1']);
          },
        ),
      );
    });

    it('folds a search once, however many customers there are, and no more of it than a name can have', async () => {
      const directory = open(named(...Array.from({ length: 1_000 }, (_, i) => `Customer ${i}`)));
      await directory.list({ worker, limit: 1, search: 'x' });
      const normalize = jest.spyOn(String.prototype, 'normalize');
      await directory.list({ worker, limit: 1, search: 'é'.repeat(10_000) });
      const folded = normalize.mock.contexts.map(String);
      normalize.mockRestore();
      expect(folded).toEqual(['é'.repeat(256)]);
    });

    it('pages through what a search finds', async () => {
      const directory = open(named('Ann A', 'Bob', 'Ann B', 'Cyd', 'Ann C'));
      const first = await directory.list({ worker, limit: 2, search: 'ann' });
      expect(idsOf(first)).toEqual(['1', '3']);
      const second = await directory.list({ worker, limit: 2, search: 'ann', cursor: first.next ?? '' });
      expect([idsOf(second), second.next]).toEqual([['5'], undefined]);
    });
  });

  describe('the answer to GetCustomersList', () => {
    it('never grows over 64 KB, and what was cut comes with the next page', async () => {
      const customers = named(...Array.from({ length: 150 }, (_, i) => `${'é'.repeat(240)} ${i}`));
      for (const one of customers) one.avatar = `https://example.com/${'a'.repeat(900)}`;
      const directory = open(customers.sort(compareCustomers));
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const answer = customerListAnswer(
          await directory.list({ worker, limit: 100, ...(token !== undefined && { cursor: token }) }),
          (one) => directory.cursorAfter(one),
        );
        expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(64 * 1024);
        seen.push(...answer.objects.customers.map(({ customer_id }) => customer_id));
        token = answer.objects.next_page_token;
      } while (token);
      expect(seen).toEqual(customers.map(({ customer_id }) => customer_id));
    });
  });
});
