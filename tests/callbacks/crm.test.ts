import type { Customer } from '../../lib/model';
import { customer, routing } from '../support/data';
import { fixture, without } from '../support/fixtures';
import { type Running, runtimes } from '../support/runtimes';

const path = '/callbacks/crm';
const list = without(fixture('get-customers-list'), 'PageSize', 'Anchor', 'NextPageToken', 'Query');
const details = fixture('get-customer-details');
const worker = list.Worker as string;

const ada: Customer = {
  customer_id: 'ada',
  display_name: 'Ada Lovelace',
  avatar: 'https://example.com/ada.png',
  worker,
  language: 'en',
  country: 'US',
  channels: [
    { type: 'sms', value: '+12125550101' },
    { type: 'whatsapp', value: 'whatsapp:+12125550101', display_name: 'Mobile' },
  ],
  links: [{ type: 'CRM', value: 'https://example.com/ada', display_name: 'Card' }],
  details: { title: 'Information', content: 'Likes engines' },
  fields: { plan: 'Gold' },
};
const others = Array.from({ length: 120 }, (_, i) =>
  customer({ customer_id: `c${i}`, display_name: `Customer ${i}`, worker }),
);
const bobs = customer({ customer_id: 'bobs', display_name: "Bob's", worker: 'bob@example.com' });
const data = {
  '/customers.json': JSON.stringify({ customers: [ada, ...others, bobs] }),
  '/routing.json': JSON.stringify(routing()),
};
const own = { ...data, '/routing.json': JSON.stringify(routing({ customerAccess: 'own' })) };

interface Page {
  objects: { customers: { customer_id: string }[]; searchable: boolean; next_page_token?: string };
}

describe.each(runtimes)('crm, $name', (runtime) => {
  let running: Running;
  beforeAll(async () => {
    running = await runtime.start();
    await running.setData(data);
  });
  afterAll(() => running.stop());
  beforeEach(() => running.clearLogs());
  afterEach(() => expect(running.twilio.calls).toEqual([]));

  const ids = async (fields: Record<string, string>): Promise<string[]> => {
    const { status, body } = await running.call(path, { ...list, ...fields });
    expect(status).toBe(200);
    return (body as Page).objects.customers.map(({ customer_id }) => customer_id);
  };

  describe('GetCustomersList', () => {
    it("answers the worker's own customers, id, name and avatar only", async () => {
      const { status, body, headers } = await running.call(path, { ...list, PageSize: '2' });
      expect([status, body]).toEqual([
        200,
        {
          objects: {
            customers: [
              { customer_id: 'ada', display_name: 'Ada Lovelace', avatar: 'https://example.com/ada.png' },
              { customer_id: 'c0', display_name: 'Customer 0' },
            ],
            searchable: true,
            next_page_token: expect.any(String),
          },
        },
      ]);
      expect(headers['content-type']).toMatch(/^application\/json/);
    });

    it.each([
      [{}, 30],
      [{ PageSize: '' }, 30],
      [{ PageSize: '7' }, 7],
      [{ PageSize: '1000' }, 100],
    ])('has pages of the right length: %j gives %d', async (fields, length) => {
      expect(await ids(fields)).toHaveLength(length);
    });

    it.each(['0', '-1', '1.5', 'x', '1e9999'])('names a wrong PageSize: 400 for %s', async (PageSize) => {
      expect(await running.call(path, { ...list, PageSize })).toMatchObject({
        status: 400,
        body: { code: 'invalid_event', message: 'PageSize must be a whole number of at least 1' },
      });
    });

    it.each(['token', 'anchor'])('visits every customer once by %s', async (way) => {
      const seen: string[] = [];
      let next: Record<string, string> | undefined = { Anchor: '', NextPageToken: '' };
      while (next) {
        const { body } = await running.call(path, { ...list, ...next });
        const { customers, next_page_token } = (body as Page).objects;
        seen.push(...customers.map(({ customer_id }) => customer_id));
        const last: string = seen.at(-1) ?? '';
        const more: Record<string, string> =
          way === 'token' ? { NextPageToken: next_page_token ?? '' } : { Anchor: last };
        next = next_page_token ? more : undefined;
      }
      expect(seen).toEqual(['ada', ...others.map(({ customer_id }) => customer_id)]);
    });

    it('ends after an anchor that is gone, instead of beginning again', async () => {
      const { body } = await running.call(path, { ...list, Anchor: 'deleted' });
      expect(body).toEqual({ objects: { customers: [], searchable: true } });
    });

    it.each([
      ['LOVE', ['ada']],
      ['(212) 555-0101', ['ada']],
      [
        'customer 11',
        ['c11', 'c110', 'c111', 'c112', 'c113', 'c114', 'c115', 'c116', 'c117', 'c118', 'c119'],
      ],
      ["bob's", []],
    ])('searches names and numbers of the own customers: %j', async (Query, found) => {
      expect(await ids({ Query })).toEqual(found);
    });

    it('is empty for a worker without customers', async () => {
      expect(await ids({ Worker: 'nobody@example.com' })).toEqual([]);
    });

    it('names a token that is not its own: 400', async () => {
      expect(await running.call(path, { ...list, NextPageToken: 'x' })).toMatchObject({
        status: 400,
        body: {
          code: 'invalid_event',
          message: 'NextPageToken must be the next_page_token of an earlier answer',
        },
      });
    });

    it('stays under 64 KB', async () => {
      const avatar = `https://example.com/${'a'.repeat(1_500)}`;
      await running.setData({
        ...data,
        '/customers.json': JSON.stringify({ customers: others.map((one) => ({ ...one, avatar })) }),
      });
      const { body } = await running.call(path, { ...list, PageSize: '100' });
      await running.setData(data);
      const { customers, next_page_token } = (body as Page).objects;
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(64 * 1024);
      expect(customers.length).toBeGreaterThan(30);
      expect(next_page_token).toEqual(expect.any(String));
    });
  });

  describe('GetCustomerDetailsByCustomerId', () => {
    it("answers the customer's card, and nothing that is ours alone", async () => {
      const { status, body } = await running.call(path, { ...details, CustomerId: 'ada' });
      const { customer_id, display_name, avatar, channels, links, details: card } = ada;
      expect([status, body]).toEqual([
        200,
        { objects: { customer: { customer_id, display_name, avatar, channels, links, details: card } } },
      ]);
    });

    it('fills up the card of a customer of whom little is known', async () => {
      const { body } = await running.call(path, { ...details, CustomerId: 'c1' });
      expect(body).toEqual({
        objects: {
          customer: {
            customer_id: 'c1',
            display_name: 'Customer 1',
            channels: [],
            links: [],
            details: { title: 'Details', content: '' },
          },
        },
      });
    });

    it.each(['nobody', '__proto__', '0'])('does not know %s: 404', async (CustomerId) => {
      expect(await running.call(path, { ...details, CustomerId })).toMatchObject({
        status: 404,
        body: { code: 'customer_not_found' },
      });
    });

    it.each(['Worker', 'CustomerId'])('names a missing %s: 400', async (field) => {
      expect(await running.call(path, without(details, field))).toMatchObject({
        status: 400,
        body: { code: 'invalid_event', message: `${field} is missing` },
      });
    });

    it('opens every customer for every worker, or only the own ones: 403', async () => {
      expect(await running.call(path, { ...details, CustomerId: 'bobs' })).toMatchObject({ status: 200 });
      await running.setData(own);
      expect(await running.call(path, { ...details, CustomerId: 'bobs' })).toMatchObject({
        status: 403,
        body: { code: 'customer_of_another_worker', message: 'This customer belongs to another worker.' },
      });
      expect(await running.call(path, { ...details, CustomerId: 'ada', Worker: worker })).toMatchObject({
        status: 200,
      });
      await running.setData(data);
    });
  });

  it('refuses an unknown location: 422', async () => {
    expect(await running.call(path, { ...list, Location: 'DeleteCustomer' })).toMatchObject({
      status: 422,
      body: {
        code: 'unknown_action',
        message: 'Location must be one of: GetCustomersList, GetCustomerDetailsByCustomerId',
      },
    });
  });

  it('logs neither the worker nor the search', async () => {
    await ids({ Query: 'love' });
    expect(running.logs().map((line) => JSON.parse(line) as object)).toEqual([
      {
        level: 'info',
        event: 'GetCustomersList',
        customers: 1,
        more: false,
        status: 200,
        ms: expect.any(Number),
      },
    ]);
  });
});
