import { routing } from '../support/data';
import { without } from '../support/fixtures';
import { type LogLine, runtimes, useRuntime } from '../support/runtimes';
import { ada, data, details, list, others, path } from './crm-data';

interface Page {
  objects: { customers: { customer_id: string }[]; searchable: boolean; next_page_token?: string };
}

describe.each(runtimes)('/callbacks/crm, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: data });
  afterEach(() => expect(running.twilio.calls).toEqual([]));

  const listed = async (fields: Record<string, string>): Promise<{ ids: string[]; lines: LogLine[] }> => {
    const { status, body, lines } = await running.call(path, { ...list, ...fields });
    expect(status).toBe(200);
    return { ids: (body as Page).objects.customers.map(({ customer_id }) => customer_id), lines };
  };
  const ids = async (fields: Record<string, string>): Promise<string[]> => (await listed(fields)).ids;

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

    it.each<[Record<string, string>, number]>([
      [{}, 30],
      [{ PageSize: '' }, 30],
      [{ PageSize: '7' }, 7],
      [{ PageSize: ' 007 ' }, 7],
      [{ PageSize: '1000' }, 100],
      ...['0', '-1', '1.5', 'x', '1e9', '1e9999', '7;8', 'null'].map(
        (PageSize): [Record<string, string>, number] => [{ PageSize }, 30],
      ),
    ])('has pages of the right length: %j gives %d', async (fields, length) => {
      expect(await ids(fields)).toHaveLength(length);
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

    it.each([
      ['deleted', []],
      ['renamed', [{ ...ada, display_name: 'Zoe' }]],
      ["another worker's", [{ ...ada, worker: 'bob@example.com' }]],
    ])('goes on by token after a customer who is now %s', async (_title, changed) => {
      const first = (await running.call(path, { ...list, PageSize: '1' })).body as Page;
      await running.setData({
        ...data,
        '/customers.json': JSON.stringify({ customers: [...others, ...changed] }),
      });
      const second = await ids({ PageSize: '2', NextPageToken: first.objects.next_page_token ?? '' });
      await running.setData(data);
      expect([first.objects.customers[0]?.customer_id, second]).toEqual(['ada', ['c0', 'c1']]);
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
      ['c110', ['c110']],
      ['Lovelace’s', []],
      ['21', ['c21']],
      ["bob's", []],
    ])('searches names and numbers of the own customers: %j', async (Query, found) => {
      expect(await ids({ Query })).toEqual(found);
    });

    it('is empty for a worker without customers', async () => {
      expect(await ids({ Worker: 'nobody@example.com' })).toEqual([]);
    });

    it.each(['x', 'e30', 'a'.repeat(100_000)])(
      'answers 400 to a NextPageToken that is not its own',
      async (token) => {
        expect(await running.call(path, { ...list, NextPageToken: token })).toMatchObject({
          status: 400,
          body: {
            code: 'invalid_event',
            message: 'NextPageToken must be the next_page_token of an earlier answer',
          },
        });
      },
    );

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
    it("answers the customer's card, and nothing internal", async () => {
      const { status, body } = await running.call(path, { ...details, CustomerId: 'ada' });
      const { customer_id, display_name, avatar, links, details: card } = ada;
      // The keys of addresses are internal.
      const channels = ada.channels.map(({ key: _, ...shown }) => shown);
      expect([status, body]).toEqual([
        200,
        { objects: { customer: { customer_id, display_name, avatar, channels, links, details: card } } },
      ]);
    });

    it('adds nothing to the card of a customer with few facts', async () => {
      const { body } = await running.call(path, { ...details, CustomerId: 'c1' });
      expect(body).toEqual({
        objects: { customer: { customer_id: 'c1', display_name: 'Customer 1', channels: [], links: [] } },
      });
    });

    it('leaves out what Frontline cannot show, and what may not be opened', async () => {
      const link = (value: string) => ({ type: 'CRM', value, display_name: 'Open' });
      const good = [
        'https://example.com/1',
        'HTTP://example.com/1',
        'mailto:a@example.com',
        'tel:+12125550101',
      ];
      const bad = ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', 'file:///x', '/1', ''];
      const given = {
        ...ada,
        avatar: null,
        details: null,
        channels: [
          { type: 'sms', value: '+12125550101', display_name: null },
          { type: 'email', value: 'ada@example.com' },
          { type: 'messenger', value: 'messenger:1' },
          { type: 'chat', value: 'ada' },
        ],
        links: [...bad, ...good].map(link),
      };
      await running.setData({ ...data, '/customers.json': JSON.stringify({ customers: [given] }) });
      const { body } = await running.call(path, { ...details, CustomerId: 'ada' });
      await running.setData(data);
      expect(body).toEqual({
        objects: {
          customer: {
            customer_id: 'ada',
            display_name: 'Ada Lovelace',
            channels: [
              { type: 'sms', value: '+12125550101' },
              { type: 'chat', value: 'ada' },
            ],
            links: good.map(link),
          },
        },
      });
    });

    it.each(['nobody', '__proto__', '0'])('answers 404 to the unknown customer %s', async (CustomerId) => {
      expect(await running.call(path, { ...details, CustomerId })).toMatchObject({
        status: 404,
        body: { code: 'customer_not_found' },
      });
    });

    it.each(['Worker', 'CustomerId'])('answers 400 that names a missing %s', async (field) => {
      expect(await running.call(path, without(details, field))).toMatchObject({
        status: 400,
        body: { code: 'invalid_event', message: `${field} is missing` },
      });
    });

    it('opens every customer for every worker where the data says so', async () => {
      expect(await running.call(path, { ...details, CustomerId: 'bobs' })).toMatchObject({ status: 200 });
    });
  });

  it.each([
    ['Alice@Example.com', { listedAs: 'workers[1]', differs: 'case' }],
    ['alice@example.com ', { listedAs: 'workers[1]', differs: 'blanks' }],
    [' ALICE@example.com', { listedAs: 'workers[1]', differs: 'case and blanks' }],
    ['mallory@example.com', undefined],
  ])('warns of a worker whom the routing data does not list: %j', async (Worker, nearest) => {
    const workers = ['bob@example.com', 'alice@example.com'].map((identity) => ({ identity }));
    await running.setData({ ...data, '/routing.json': JSON.stringify(routing({ workers })) });
    const known = await listed({ Worker: workers[1]?.identity ?? '' });
    const unlisted = await listed({ Worker });
    await running.setData(data);
    const hash = expect.stringMatching(/^[0-9a-f]{12,}$/);
    const line = {
      event: 'GetCustomersList',
      customers: expect.any(Number),
      more: expect.any(Boolean),
      status: 200,
    };
    expect([...known.lines, ...unlisted.lines]).toEqual([
      { level: 'info', ...line, ms: expect.any(Number) },
      {
        level: 'warn',
        ...line,
        unlistedWorker: hash,
        ...(nearest && { nearest: hash, ...nearest }),
        ms: expect.any(Number),
      },
    ]);
  });

  it('lists customers without routing data, as it needs none', async () => {
    await running.setData({ ...data, '/routing.json': undefined });
    expect(await ids({ PageSize: '1' })).toEqual(['ada']);
    await running.setData(data);
  });

  it('answers 422 to an unknown Location', async () => {
    expect(await running.call(path, { ...list, Location: 'DeleteCustomer' })).toMatchObject({
      status: 422,
      body: {
        code: 'unknown_action',
        message: 'Location must be one of: GetCustomersList, GetCustomerDetailsByCustomerId',
      },
    });
  });

  it('logs neither the worker nor the search', async () => {
    const { lines } = await listed({ Query: 'love' });
    expect(lines).toEqual([
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
