import { type Address, parseAddress, spellings } from '../../lib/address';
import { compareCustomers } from '../../lib/customers/order';
import { customer, routing } from '../support/data';
import { type ConversationSetup, faults, type ParticipantSetup } from '../support/fake-twilio';
import { fixture, without } from '../support/fixtures';
import { type LogLine, type Running, runtimes } from '../support/runtimes';

const path = '/callbacks/crm';
const list = without(fixture('get-customers-list'), 'PageSize', 'Anchor', 'NextPageToken', 'Query');
const details = fixture('get-customer-details');
const worker = list.Worker as string;

const ada = customer({
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
});
const others = Array.from({ length: 120 }, (_, i) =>
  customer({ customer_id: `c${i}`, display_name: `Customer ${i}`, worker }),
).sort(compareCustomers);
const bobs = customer({
  customer_id: 'bobs',
  display_name: "Bob's",
  worker: 'bob@example.com',
  channels: [
    { type: 'sms', value: '+12125550102' },
    { type: 'chat', value: 'bobs-customer' },
    { type: 'email', value: 'bobs@example.com' },
  ],
});
const nobodys = customer({ customer_id: 'nobodys', display_name: "Nobody's" });
const unreachable = customer({ customer_id: 'unreachable', display_name: 'X', worker: 'bob@example.com' });
const mexican = customer({
  customer_id: 'mexican',
  display_name: 'Y',
  worker: 'bob@example.com',
  channels: [{ type: 'whatsapp', value: 'whatsapp:+5215555550101' }],
});
const data = {
  '/customers.json': JSON.stringify({ customers: [ada, bobs, ...others, nobodys, unreachable, mexican] }),
  '/routing.json': JSON.stringify(routing()),
};
const withAccess = (given: Parameters<typeof routing>[0]) => ({
  ...data,
  '/routing.json': JSON.stringify(routing({ customerAccess: 'own', ...given })),
});

interface Page {
  objects: { customers: { customer_id: string }[]; searchable: boolean; next_page_token?: string };
}

describe.each(runtimes)('/callbacks/crm, $name', (runtime) => {
  let running: Running;
  beforeAll(async () => {
    running = await runtime.start();
    await running.setData(data);
  });
  afterAll(() => running.stop());
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

    it.each(['x', 'e30', 'a'.repeat(100_000)])('names a token that is not its own: 400', async (token) => {
      expect(await running.call(path, { ...list, NextPageToken: token })).toMatchObject({
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
      const { customer_id, display_name, avatar, links, details: card } = ada;
      // The keys of addresses are internal.
      const channels = ada.channels.map(({ key: _, ...shown }) => shown);
      expect([status, body]).toEqual([
        200,
        { objects: { customer: { customer_id, display_name, avatar, channels, links, details: card } } },
      ]);
    });

    it('makes nothing up for a customer of whom little is known', async () => {
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

    it('opens every customer for every worker where the data says so', async () => {
      expect(await running.call(path, { ...details, CustomerId: 'bobs' })).toMatchObject({ status: 200 });
    });
  });

  describe('GetCustomerDetailsByCustomerId, where customerAccess is own', () => {
    const conversation = `CH${'0'.repeat(31)}1`;
    const proxyAddress = '+16465550190';
    const bobsAddress = { address: '+12125550102', proxyAddress };
    const forbidden = {
      status: 403,
      body: { code: 'customer_of_another_worker', message: 'This customer belongs to another worker.' },
    };
    let queries: string[];

    beforeAll(() => running.setData(withAccess({})));
    afterAll(() => running.setData(data));
    beforeEach(() => {
      running.twilio.reset();
      queries = [];
      running.twilio.rest.onRequest(({ request: { path: asked, query } }) => {
        const { PageSize, ...rest } = query;
        const parameters = Object.entries(rest).map((entry) => entry.join('='));
        queries.push([asked, ...parameters].join(' '));
      });
    });
    afterEach(() => running.twilio.reset());
    const open = (CustomerId = 'bobs') => running.call(path, { ...details, Worker: worker, CustomerId });
    const memberships = (base = '/v1') =>
      [
        'Address=+12125550102',
        'Address=whatsapp:+12125550102',
        'Address=bobs@example.com',
        'Identity=bobs-customer',
      ].map((query) => `${base}/ParticipantConversations ${query}`);

    it.each(['ada', 'nobodys'])('asks nobody about one who is the own or nobody is: %s', async (id) => {
      await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
      expect(await open(id)).toMatchObject({ status: 200 });
      await running.setEnv({});
      expect(queries).toEqual([]);
    });

    it('asks nobody about one who can be in no conversation', async () => {
      expect(await open('unreachable')).toMatchObject(forbidden);
      expect(queries).toEqual([]);
    });

    it.each<[string, ParticipantSetup]>([
      ['SMS', bobsAddress],
      [
        'WhatsApp, on a number that the card has for SMS',
        { address: 'whatsapp:+12125550102', proxyAddress: `whatsapp:${proxyAddress}` },
      ],
      ['e-mail', { address: 'bobs@example.com', proxyAddress: 'support@example.com' }],
      ['chat', { identity: 'bobs-customer' }],
    ])('opens a customer with whom the worker is in a conversation by %s', async (_title, participant) => {
      running.twilio.addConversation({ sid: conversation }, [participant, { identity: worker }]);
      expect(await open()).toMatchObject({
        status: 200,
        body: { objects: { customer: { customer_id: 'bobs' } } },
      });
      expect(queries.sort()).toEqual(
        [...memberships(), `/v1/Conversations/${conversation}/Participants`].sort(),
      );
    });

    it('asks for every spelling of a number, on SMS and on WhatsApp', async () => {
      const { key } = parseAddress('whatsapp:+5215555550101') as Address;
      const forms = (['sms', 'whatsapp'] as const).flatMap((type) => parseAddress(key, type) ?? []);
      const asked = new Set(['whatsapp:+5215555550101', ...forms.flatMap(spellings)]);
      const last = [...asked].at(-1) ?? '';
      const conversationWith = { address: last, proxyAddress: `whatsapp:${proxyAddress}` };
      running.twilio.addConversation({ sid: conversation }, [conversationWith, { identity: worker }]);
      expect((await open('mexican')).status).toBe(200);
      const lookups = queries.filter((query) => query.includes('Address='));
      expect(lookups.sort()).toEqual(
        [...asked].map((address) => `/v1/ParticipantConversations Address=${address}`).sort(),
      );
    });

    it.each<[string, ConversationSetup['state'], ParticipantSetup[], number]>([
      ['inactive', 'inactive', [bobsAddress, { identity: worker }], 200],
      ['closed', 'closed', [bobsAddress, { identity: worker }], 403],
      ["another worker's", 'active', [bobsAddress, { identity: 'bob@example.com' }], 403],
      ['of nobody yet', 'active', [bobsAddress], 403],
      [
        "another customer's",
        'active',
        [{ address: '+12125550103', proxyAddress }, { identity: worker }],
        403,
      ],
    ])('where the conversation is %s: %s %j %d', async (_title, state, participants, status) => {
      running.twilio.addConversation({ sid: conversation, ...(state && { state }) }, participants);
      expect((await open()).status).toBe(status);
    });

    it('finds the one that is open among many that are closed', async () => {
      const sidOf = (index: number) => `CH${String(index).padStart(32, '0')}`;
      for (let index = 0; index < 60; index++) {
        running.twilio.addConversation({ sid: sidOf(index), state: 'closed' }, [
          bobsAddress,
          { identity: worker },
        ]);
      }
      running.twilio.addConversation({ sid: sidOf(60) }, [bobsAddress, { identity: worker }]);
      expect((await open()).status).toBe(200);
    });

    it('believes the address that tells, whatever Twilio says to another one', async () => {
      const both = [bobsAddress, { identity: 'bobs-customer' }, { identity: worker }];
      running.twilio.addConversation({ sid: conversation }, both);
      running.twilio.fail({ path: '/v1/ParticipantConversations' }, { status: 400, code: 20001 }, 1);
      expect((await open()).status).toBe(200);
    });

    it('asks the conversation service that the data names', async () => {
      const { defaultServiceSid } = running.twilio.state;
      running.twilio.addConversation({ sid: conversation }, [bobsAddress, { identity: worker }]);
      await running.setData(withAccess({ conversationServiceSid: defaultServiceSid }));
      expect((await open()).status).toBe(200);
      await running.setData(withAccess({}));
      const base = `/v1/Services/${defaultServiceSid}`;
      expect(queries.sort()).toEqual(
        [...memberships(base), `${base}/Conversations/${conversation}/Participants`].sort(),
      );
    });

    it('says that the conversation service is wrong: 500', async () => {
      await running.setData(withAccess({ conversationServiceSid: `IS${'f'.repeat(32)}` }));
      running.twilio.fail({ path: /ParticipantConversations/ }, { status: 404, code: 20404 });
      const { status, body, lines } = await open();
      expect([status, body]).toMatchObject([500, { code: 'conversation_service_not_found' }]);
      await running.setData(withAccess({}));
      expect(lines).toEqual([
        expect.objectContaining({ file: 'assets/routing.private.json', field: 'conversationServiceSid' }),
      ]);
    });

    it('blames Twilio when it fails, and not the worker: 503', async () => {
      running.twilio.fail({ path: '/v1/ParticipantConversations' }, faults.serverError);
      expect(await open()).toMatchObject({ status: 503, body: { code: 'twilio_unavailable' } });
    });

    it('blames the credentials when Twilio refuses them: 500', async () => {
      running.twilio.fail({ path: '/v1/ParticipantConversations' }, { status: 401, code: 20003 });
      expect(await open()).toMatchObject({ status: 500, body: { code: 'credentials_refused' } });
    });

    it('says that credentials are missing where they are needed: 500', async () => {
      await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
      expect(await open()).toMatchObject({ status: 500, body: { code: 'missing_credentials' } });
      await running.setEnv({});
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
