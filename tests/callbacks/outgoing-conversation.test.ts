import { customer, routing } from '../support/data';
import { fixture, without } from '../support/fixtures';
import { runtimes, useRuntime } from '../support/runtimes';

const path = '/callbacks/outgoing-conversation';
const event = fixture('get-proxy-address');
const bob = { Worker: 'bob@example.com' };
const british = { ChannelValue: '+447700900101' };
/** Toll-free: a number of no country. */
const ofNoCountry = { ChannelValue: '+18005550199' };
const whatsapp = { ChannelType: 'whatsapp', ChannelValue: 'whatsapp:+12125550101' };

const data = {
  '/customers.json': JSON.stringify({
    customers: [
      customer({ customer_id: event.CustomerId as string, country: 'US' }),
      customer({ customer_id: 'gb', country: 'GB' }),
    ],
  }),
  '/routing.json': JSON.stringify(
    routing({
      proxyAddresses: {
        rules: [
          { channel: 'sms', customers: ['vip'], proxyAddress: '+16465550191' },
          { channel: 'sms', countries: ['GB'], proxyAddress: '+442079460001' },
          { channel: 'sms', workers: ['bob@example.com'], proxyAddress: '+16465550192' },
        ],
        defaults: { sms: '+16465550190', whatsapp: 'whatsapp:+16465550190', chat: 'support' },
      },
    }),
  ),
};

describe.each(runtimes)('GetProxyAddress, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: data });

  it.each([
    ['the default of the channel', {}, '+16465550190'],
    ["the worker's number", bob, '+16465550192'],
    ["the number of the address's country before the worker's", { ...bob, ...british }, '+442079460001'],
    ["the address's country before the card's", { CustomerId: 'gb' }, '+16465550190'],
    ["the card's country where the address has none", { ...ofNoCountry, CustomerId: 'gb' }, '+442079460001'],
    ['a channel in capitals', { ChannelType: 'SMS' }, '+16465550190'],
    [
      'a channel in mixed case',
      { ChannelType: ' WhatsApp', ChannelValue: 'WhatsApp:+12125550101' },
      'whatsapp:+16465550190',
    ],
    [
      'without a CustomerId where no rule needs one',
      { ...whatsapp, CustomerId: '' },
      'whatsapp:+16465550190',
    ],
    ["the customer's number before all", { ...bob, CustomerId: 'vip' }, '+16465550191'],
    ['the default for a customer who is not known', { CustomerId: 'nobody' }, '+16465550190'],
    ['a WhatsApp sender with its prefix', whatsapp, 'whatsapp:+16465550190'],
    ['an address of its own for chat', { ChannelType: 'chat', ChannelValue: 'ada' }, 'support'],
    ['a number for one that lost its + on the way', { ChannelValue: ' 12125550101' }, '+16465550190'],
  ])('answers %s', async (_title, given, proxy_address) => {
    const answer = await running.call(path, { ...event, ...given });
    expect([answer.status, answer.body, answer.calls]).toEqual([200, { proxy_address }, []]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it('needs no credentials and no .env', async () => {
    await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
    expect(await running.call(path, event)).toMatchObject({ status: 200 });
  });

  it.each([
    [{ ChannelType: 'email', ChannelValue: 'ada@example.com' }],
    [{ ChannelType: 'carrier-pigeon', ChannelValue: 'coo' }],
  ])('answers 404 for a channel that is not configured: %j', async (given) => {
    expect(await running.call(path, { ...event, ...given })).toMatchObject({
      status: 404,
      body: { code: 'no_proxy_address', message: 'No proxy address is configured for this channel.' },
    });
  });

  it.each(['Worker', 'ChannelType', 'ChannelValue'])('answers 400 that names a missing %s', async (field) => {
    expect(await running.call(path, without(event, field))).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message: `${field} is missing` },
    });
  });

  it.each([
    ['sms', {}, '+16465550190'],
    ['whatsapp', whatsapp, 'whatsapp:+16465550190'],
  ])('answers the default for a customer who is on no card: %s', async (_channel, given, proxy_address) => {
    for (const fields of [
      without({ ...event, ...given }, 'CustomerId'),
      { ...event, ...given, CustomerId: '' },
    ]) {
      expect(await running.call(path, fields)).toMatchObject({ status: 200, body: { proxy_address } });
    }
  });

  it.each([
    [{ ChannelValue: 'not a number' }],
    [{ ChannelValue: 'whatsapp:+12125550101' }],
    [{ ChannelType: 'whatsapp', ChannelValue: 'ada' }],
  ])('answers 400 that names a wrong ChannelValue: %j', async (given) => {
    const fields: Record<string, string> = { ...event, ...given };
    const { status, body } = await running.call(path, fields);
    const message = `ChannelValue must be an address of channel ${fields.ChannelType}`;
    expect([status, body]).toEqual([400, { code: 'invalid_event', message }]);
  });

  it.each([undefined, 'GetCustomersList', ''])('answers 422 to the Location %j', async (location) => {
    const fields = without(event, 'Location');
    expect(
      await running.call(path, location === undefined ? fields : { ...fields, Location: location }),
    ).toMatchObject({
      status: 422,
      body: { code: 'unknown_action', message: 'Location must be one of: GetProxyAddress' },
    });
  });

  it('writes one log line with the decision and its reasons, and no personal data', async () => {
    const { lines } = await running.call(path, { ...event, ...bob });
    expect(lines).toEqual([
      {
        level: 'info',
        event: 'GetProxyAddress',
        rule: 'proxyAddresses.rules[2]',
        passedOver: [
          { rule: 'proxyAddresses.rules[0]', why: 'another customer' },
          { rule: 'proxyAddresses.rules[1]', why: 'another country' },
        ],
        status: 200,
        ms: expect.any(Number),
      },
    ]);
  });

  it('warns of a worker whom the routing data does not list', async () => {
    const workers = [{ identity: 'alice@example.com' }];
    await running.setData({
      ...data,
      '/routing.json': JSON.stringify(
        routing({ workers, proxyAddresses: { defaults: { sms: '+16465550190' } } }),
      ),
    });
    const { lines } = await running.call(path, { ...event, Worker: 'alice@example.com ' });
    await running.setData(data);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', listedAs: 'workers[0]', differs: 'blanks', status: 200 }),
    ]);
  });

  it('answers 400 that says how to send an event without any field', async () => {
    expect(await running.call(path, {}, { headers: { 'Content-Type': 'text/plain' } })).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_event',
        message: expect.stringContaining('Content-Type: application/x-www-form-urlencoded'),
      },
    });
  });

  describe('with other data', () => {
    afterEach(async () => {
      await running.setData(data);
      await running.setEnv({});
    });

    it("answers the demo service's environment variables where the data has no default", async () => {
      await running.setData({ ...data, '/routing.json': JSON.stringify(routing()) });
      await running.setEnv({
        TWILIO_SMS_NUMBER: '+16465550193',
        TWILIO_WHATSAPP_NUMBER: 'whatsapp:+16465550194',
      });
      expect(await running.call(path, event)).toMatchObject({ body: { proxy_address: '+16465550193' } });
      expect(await running.call(path, { ...event, ...whatsapp })).toMatchObject({
        body: { proxy_address: 'whatsapp:+16465550194' },
      });
    });

    it.each([
      ['+16465550190', 'proxy_of_another_channel', whatsapp, { whatsapp: 'support' }],
      ["the customer's own", 'proxy_is_the_customers', {}, { sms: event.ChannelValue as string }],
    ])(
      'answers 500 to %s as the proxy address, and names the setting in the log',
      async (_title, code, given, defaults) => {
        await running.setData({
          ...data,
          '/routing.json': JSON.stringify(routing({ proxyAddresses: { defaults } })),
        });
        const { status, body, lines } = await running.call(path, { ...event, ...given });
        const message = 'This service is misconfigured; its log says where.';
        expect([status, body]).toEqual([500, { code, message }]);
        expect(lines).toEqual([
          expect.objectContaining({
            level: 'error',
            error: code,
            file: 'assets/routing.private.json',
            field: `proxyAddresses.defaults.${Object.keys(defaults)[0]}`,
            fix: expect.any(String),
          }),
        ]);
      },
    );

    it('answers 500 where an asset is missing', async () => {
      await running.setData({ ...data, '/routing.json': undefined });
      expect(await running.call(path, event)).toMatchObject({ status: 500, body: { code: 'asset_missing' } });
    });

    it('answers 500 where an asset is not what was built', async () => {
      await running.setData({ ...data, '/routing.json': '{"workers":[' });
      const { status, body, lines } = await running.call(path, event);
      expect([status, body]).toMatchObject([500, { code: 'asset_broken' }]);
      expect(lines).toEqual([
        expect.objectContaining({ error: 'asset_broken', file: 'assets/routing.private.json' }),
      ]);
    });

    it('reads the customers only where a rule asks for a country and the address has none', async () => {
      await running.setData({ ...data, '/customers.json': undefined });
      for (const given of [{}, whatsapp]) {
        expect(await running.call(path, { ...event, ...given })).toMatchObject({ status: 200 });
      }
      expect(await running.call(path, { ...event, ...ofNoCountry })).toMatchObject({
        status: 500,
        body: { code: 'asset_missing' },
      });
    });
  });
});
