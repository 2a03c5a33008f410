import { parseAddress } from '../../../lib/address';
import type { ProxyRule } from '../../../lib/model';
import { decideProxy, needsCard, type ProxyRequest } from '../../../lib/proxy-addresses/choose';
import { routing } from '../../support/data';

const request = (given: Partial<ProxyRequest> = {}): ProxyRequest => ({
  channel: 'sms',
  address: parseAddress('+12125550101', 'sms'),
  worker: 'alice@example.com',
  customerId: '7',
  country: 'US',
  ...given,
});

const british = parseAddress('+447700900101', 'sms');
/** Toll-free: a number of no country. */
const ofNoCountry = parseAddress('+18005550199', 'sms');

const data = routing({
  proxyAddresses: {
    rules: [
      { channel: 'sms', customers: ['8'], proxyAddress: '+16465550101' },
      { channel: 'sms', countries: ['GB', 'IE'], proxyAddress: '+442079460001' },
      { channel: 'sms', workers: ['bob@example.com'], countries: ['US'], proxyAddress: '+16465550102' },
      { channel: 'whatsapp', workers: ['bob@example.com'], proxyAddress: 'whatsapp:+16465550103' },
    ],
    defaults: { sms: '+16465550190', whatsapp: 'whatsapp:+16465550190', chat: 'support' },
  },
});

describe('the proxy address', () => {
  it.each([
    [{}, '+16465550190', 'proxyAddresses.defaults.sms'],
    [{ customerId: '8', address: british }, '+16465550101', 'proxyAddresses.rules[0]'],
    [{ address: british }, '+442079460001', 'proxyAddresses.rules[1]'],
    [{ address: british, country: undefined }, '+442079460001', 'proxyAddresses.rules[1]'],
    [{ country: 'GB' }, '+16465550190', 'proxyAddresses.defaults.sms'],
    [{ address: ofNoCountry, country: 'GB' }, '+442079460001', 'proxyAddresses.rules[1]'],
    [{ worker: 'bob@example.com' }, '+16465550102', 'proxyAddresses.rules[2]'],
    [
      { worker: 'bob@example.com', address: ofNoCountry, country: undefined },
      '+16465550190',
      'proxyAddresses.defaults.sms',
    ],
    [
      { channel: 'whatsapp', address: parseAddress('whatsapp:+12125550101') },
      'whatsapp:+16465550190',
      'proxyAddresses.defaults.whatsapp',
    ],
    [{ channel: 'whatsapp', worker: 'bob@example.com' }, 'whatsapp:+16465550103', 'proxyAddresses.rules[3]'],
    [{ channel: 'chat', address: parseAddress('ada', 'chat') }, 'support', 'proxyAddresses.defaults.chat'],
  ])('is chosen by the first rule that matches: %j', (given, proxyAddress, rule) => {
    expect(decideProxy(request(given), data, {})).toMatchObject({ proxyAddress, rule });
  });

  it('comes with the rules that were passed over, and why', () => {
    const given = { address: ofNoCountry, country: undefined };
    expect(decideProxy(request(given), data, {})?.passedOver).toEqual([
      { rule: 'proxyAddresses.rules[0]', why: 'another customer' },
      { rule: 'proxyAddresses.rules[1]', why: 'country not known' },
      { rule: 'proxyAddresses.rules[2]', why: 'another worker' },
    ]);
  });

  it.each(['email', 'messenger', 'carrier-pigeon', '__proto__', ''])(
    'is not there for channel %j',
    (channel) => {
      expect(decideProxy(request({ channel }), data, {})).toBeUndefined();
    },
  );

  it("falls back to the demo service's environment variables, in either way of writing them", () => {
    const env = { TWILIO_SMS_NUMBER: '+1 646 555 0191', TWILIO_WHATSAPP_NUMBER: '+16465550192' };
    expect(decideProxy(request(), routing(), env)).toEqual({
      proxyAddress: '+16465550191',
      rule: 'TWILIO_SMS_NUMBER',
      passedOver: [],
    });
    expect(decideProxy(request({ channel: 'whatsapp' }), routing(), env)?.proxyAddress).toBe(
      'whatsapp:+16465550192',
    );
    expect(decideProxy(request(), data, env)?.proxyAddress).toBe('+16465550190');
    expect(decideProxy(request(), routing(), { TWILIO_SMS_NUMBER: '' })).toBeUndefined();
  });

  it.each([
    ['whatsapp:+16465550190', 'sms'],
    ['support', 'whatsapp'],
    ['555-0100', 'sms'],
  ] as const)('%s is refused for channel %s, with the place and the fix', (value, channel) => {
    const bad = routing({ proxyAddresses: { defaults: { [channel]: value } } });
    expect(() => decideProxy(request({ channel }), bad, {})).toThrow(
      expect.objectContaining({
        status: 500,
        code: 'proxy_of_another_channel',
        facts: {
          file: 'assets/routing.private.json',
          field: `proxyAddresses.defaults.${channel}`,
          fix: `give an address of channel ${channel}, numbers with their country code`,
        },
      }),
    );
  });

  it("is refused when it is the customer's own address, on whatever channel", () => {
    const address = parseAddress('whatsapp:+16465550190');
    expect(() => decideProxy(request({ channel: 'whatsapp', address }), data, {})).toThrow(
      expect.objectContaining({ status: 500, code: 'proxy_is_the_customers' }),
    );
    expect(() =>
      decideProxy(request({ address: parseAddress('+16465550191') }), routing(), {
        TWILIO_SMS_NUMBER: '+16465550191',
      }),
    ).toThrow(
      expect.objectContaining({
        facts: expect.objectContaining({ file: '.env', field: 'TWILIO_SMS_NUMBER' }),
      }),
    );
  });

  it.each([
    ['sms', ofNoCountry, true],
    ['sms', british, false],
    ['sms', undefined, true],
    ['whatsapp', ofNoCountry, false],
  ])(
    'needs the card where a rule of %s asks for a country and %j does not tell it: %s',
    (channel, address, needed) => {
      expect(needsCard({ channel, address }, data)).toBe(needed);
    },
  );

  it.each<[string, Partial<ProxyRequest>, ProxyRule[], string]>([
    ['a customer', {}, [{ channel: 'sms', customers: ['8'], proxyAddress: '+16465550101' }], '+16465550190'],
    [
      'a country that only the card may tell',
      { address: ofNoCountry, country: undefined },
      [{ channel: 'sms', countries: ['GB'], proxyAddress: '+16465550101' }],
      '+16465550190',
    ],
    [
      'a country that the number tells',
      { country: undefined },
      [{ channel: 'sms', countries: ['US'], proxyAddress: '+16465550101' }],
      '+16465550101',
    ],
    [
      "another worker's customer",
      {},
      [{ channel: 'sms', workers: ['bob@example.com'], customers: ['8'], proxyAddress: '+16465550101' }],
      '+16465550190',
    ],
    [
      'a customer, after one that matches',
      {},
      [
        { channel: 'sms', proxyAddress: '+16465550102' },
        { channel: 'sms', customers: ['8'], proxyAddress: '+16465550101' },
      ],
      '+16465550102',
    ],
  ])('without a customerId, where a rule asks for %s', (_title, given, rules, proxyAddress) => {
    const one = routing({ proxyAddresses: { rules, defaults: { sms: '+16465550190' } } });
    expect(decideProxy(request({ ...given, customerId: undefined }), one, {})?.proxyAddress).toBe(
      proxyAddress,
    );
  });
});
