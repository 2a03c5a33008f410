import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { premiumRangesFile } from '../../build/premium-ranges';
import { parseAddress } from '../../lib/address';
import { Unprocessable } from '../../lib/errors';
import { checkDestination } from '../../lib/outbound/recipient';
import { customer, routing } from '../support/data';
import { type Answered, ours, VirtualFlex } from './virtual-flex';

const template = 'HX00000000000000000000000000000001';

/** @returns why a number may not be texted; undefined where it may */
function refusal(number: string, allowedCountries: string[]): unknown {
  const to = parseAddress(number, 'sms');
  if (!to) throw new Error(`${number} is no address`);
  try {
    checkDestination(to, undefined, routing({ flex: { allowedCountries } }), {});
    return undefined;
  } catch (error) {
    if (error instanceof Unprocessable) return error.facts.reason;
    throw error;
  }
}

/** Numbers that match some pattern of the numbering plans, in E.164. */
const numbers = fc
  .constantFrom(
    ...(Object.values(metadata.countries) as unknown as unknown[][]).flatMap((country) =>
      ((country[11] ?? []) as [string?][]).flatMap((type) =>
        type?.[0] ? [{ callingCode: String(country[0]), pattern: type[0] }] : [],
      ),
    ),
  )
  .chain(({ callingCode, pattern }) =>
    fc.stringMatching(new RegExp(`^(?:${pattern})$`)).map((national) => `+${callingCode}${national}`),
  )
  .filter((number) => parseAddress(number, 'sms')?.key.startsWith('+') ?? false);

/** Some of their numbers count as Australia's: the ranges are too small for a table of prefixes. */
const partlyAustralia = ['CC', 'CX'];

describe('a destination, as libphonenumber judges it,', () => {
  it('is reached in the countries that are allowed and in no others', () => {
    const reached = new Set<boolean>();
    fc.assert(
      fc.property(numbers, fc.constantFrom(...getCountries()), (number, other) => {
        const judged = parsePhoneNumberFromString(number);
        const type = judged?.getType() ?? '';
        fc.pre(['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE'].includes(type));
        const country = judged?.country ?? '';
        fc.pre(!partlyAustralia.includes(country));
        expect([number, refusal(number, [country])]).toEqual([number, undefined]);
        if (other !== country) expect([number, refusal(number, [other])]).toEqual([number, 'country']);
        reached.add(other !== country);
      }),
      { numRuns: 3_000 },
    );
    expect(reached).toContain(true);
  });

  it('is never a premium-rate, shared-cost or personal number, wherever it is', () => {
    const types = new Set<string>();
    fc.assert(
      fc.property(numbers, (number) => {
        const type = parsePhoneNumberFromString(number)?.getType() ?? '';
        fc.pre(['PREMIUM_RATE', 'SHARED_COST', 'PERSONAL_NUMBER'].includes(type));
        expect([number, refusal(number, getCountries())]).not.toEqual([number, undefined]);
        types.add(type);
      }),
      { numRuns: 3_000 },
    );
    expect(types.size).toBe(3);
  });

  it('is checked with the ranges that the metadata makes', () => {
    const file = join(__dirname, '../../lib/outbound/premium-ranges.ts');
    expect(readFileSync(file, 'utf8')).toBe(premiumRangesFile());
  });
});

describe('a destination that is refused', () => {
  let flex: VirtualFlex;
  const start = (to: string, channel = 'sms'): Promise<Answered> =>
    flex.asAgent({
      channel,
      to,
      ...(channel === 'whatsapp' ? { contentSid: template } : { body: 'Hi' }),
      ...(channel === 'email' && { subject: 'S' }),
    });
  beforeEach(() => {
    flex = new VirtualFlex();
    flex.rest.content.put({
      sid: template,
      friendlyName: 'opener',
      language: 'en',
      text: 'Hello.',
      variables: {},
      whatsApp: 'approved',
    });
  });
  const expectNothingSent = (): void =>
    expect(flex.writes()).toEqual(['POST /v1/Accounts/*/Tokens/validate']);

  it.each([
    ['+18765550142', 'JM'],
    ['+17875550142', 'PR'],
    ['+14165550142', 'CA'],
    ['+441481960142', 'GG'],
    ['+447700900142', 'GB'],
  ])('%s in %s, where none of our own numbers is: 422', async (to, country) => {
    for (const channel of ['sms', 'whatsapp']) {
      const { status, body } = await start(to, channel);
      expect([status, body]).toEqual([
        422,
        {
          code: 'destination_not_allowed',
          message: `Numbers of ${country} are not among the allowed destinations.`,
          reason: 'country',
          country,
        },
      ]);
      expect(flex.lines.at(-1)).toMatchObject({
        error: 'destination_not_allowed',
        reason: 'country',
        country,
      });
    }
    expect(flex.writes()).toEqual(Array(2).fill('POST /v1/Accounts/*/Tokens/validate'));
  });

  it.each([
    ['a satellite', '+881612345678'],
    ['Inmarsat', '+870312345678'],
    ['an international network', '+88213300655'],
    ['an international network', '+883510000000094'],
    ['a personal number of no country', '+878101234567890'],
    ['the United Nations', '+888123456789'],
    ['international premium rate', '+979123456789'],
    ['international toll-free', '+80012345678'],
    ['international shared cost', '+80812345678'],
    ['North American toll-free', '+18005550142'],
    ['North American premium rate', '+19005550142'],
  ])('%s, %s, whatever is allowed: 422', async (_title, to) => {
    flex.routing.flex.allowedCountries = getCountries();
    const { status, body } = await start(to);
    expect([status, body]).toEqual([
      422,
      {
        code: 'destination_not_allowed',
        message: 'This number belongs to no country: satellite, toll-free and the like.',
        reason: 'no_country',
      },
    ]);
    expectNothingSent();
  });

  it.each([
    ['+449098790142', 'GB'],
    ['+448719871234', 'GB'],
    ['+447012345678', 'GB'],
    ['+499001234567', 'DE'],
    ['+491805012345', 'DE'],
    ['+33891123456', 'FR'],
    ['+48701234567', 'PL'],
  ])(
    'the dear number %s of %s, where that is allowed, also with more digits after it: 422',
    async (to, country) => {
      flex.routing.flex.allowedCountries = [country];
      const overdialed = to.padEnd(16, '0');
      for (const number of country === 'DE' ? [to] : [to, overdialed]) {
        const { status, body } = await start(number);
        expect([number, status, body]).toEqual([
          number,
          422,
          {
            code: 'destination_not_allowed',
            message: 'This is a premium-rate, shared-cost or personal number.',
            reason: 'premium_rate',
          },
        ]);
      }
      expect(flex.writes().every((write) => write.endsWith('/Tokens/validate'))).toBe(true);
    },
  );

  it('is refused to a server too, and where the number is taken from the customer', async () => {
    flex.customers.push(
      customer({ customer_id: '1002', channels: [{ type: 'sms', value: '+18765550142' }] }),
    );
    const answer = await flex.asServer({ channel: 'sms', customerId: '1002', body: 'Hi' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'destination_not_allowed', country: 'JM' } });
    expect(flex.writes()).toEqual([]);
  });

  it.each([
    ['sms', ours.sms],
    ['sms', '+1 (646) 555-0190'],
    ['whatsapp', ours.whatsapp],
    ['whatsapp', ours.sms],
    ['email', 'Support@Example.com'],
    ['messenger', ours.messenger],
  ])('by %s at our own address %s: 422', async (channel, to) => {
    const { status, body } = await start(to, channel);
    expect([status, body]).toEqual([
      422,
      { code: 'own_address', message: 'This is an address of your own: write to a customer.' },
    ]);
    expectNothingSent();
  });

  it('is our own number of the environment: 422', async () => {
    flex.routing.proxyAddresses.defaults = {};
    flex.routing.ownAddresses = [];
    flex.env.TWILIO_SMS_NUMBER = '+16465550191';
    expect(await start('+16465550191')).toMatchObject({ status: 422, body: { code: 'own_address' } });
    expectNothingSent();
    expect(await start('+12125550142')).toMatchObject({ status: 201 });
    expect(await start('+447700900142')).toMatchObject({ status: 422, body: { country: 'GB' } });
  });

  it('is nobody’s where only known customers may be written to: 422', async () => {
    flex.routing.flex.knownCustomersOnly = true;
    const { status, body } = await start('+12125550142');
    expect([status, body]).toEqual([
      422,
      { code: 'unknown_customer', message: 'Only customers of the data may be written to.' },
    ]);
    expectNothingSent();
    expect(await start('+12125550101')).toMatchObject({ status: 201 });
    expect(await start('stranger@example.com', 'email')).toMatchObject({ status: 422 });
  });
});

describe('a destination that is allowed', () => {
  const hello = { channel: 'sms', body: 'Hi' };

  it.each([
    ['another country that the data names', ['JM'], '+18765550142'],
    ['Mexico as WhatsApp writes it', ['MX'], 'whatsapp:+5215512345678'],
    ['Argentina as WhatsApp writes it', ['AR'], 'whatsapp:+5491155550123'],
    ['Mexico without WhatsApp’s 1', ['MX'], 'whatsapp:+525512345678'],
    ['Kazakhstan, which shares +7', ['KZ'], '+77011234567'],
    ['Guernsey, which shares +44', ['GG'], '+441481960142'],
  ])('is %s', async (_title, allowed, to) => {
    const flex = new VirtualFlex();
    flex.routing.flex.allowedCountries = allowed;
    const channel = to.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
    flex.rest.content.put({
      sid: template,
      friendlyName: 'opener',
      language: 'en',
      text: 'Hello.',
      variables: {},
      whatsApp: 'approved',
    });
    const content = channel === 'whatsapp' ? { contentSid: template } : { body: 'Hi' };
    expect(await flex.asAgent({ channel, to, ...content })).toMatchObject({ status: 201 });
    expect(await flex.asAgent({ ...hello, to: '+12125550142' })).toMatchObject({
      status: 422,
      body: { code: 'destination_not_allowed', country: 'US' },
    });
  });

  it('is the United States and Canada for who writes from a North American toll-free number', async () => {
    const flex = new VirtualFlex();
    flex.routing.ownAddresses = ['+18005550190'];
    expect(await flex.asAgent({ ...hello, to: '+12125550142' })).toMatchObject({ status: 201 });
    expect(await flex.asAgent({ ...hello, to: '+14165550142' })).toMatchObject({ status: 201 });
    expect(await flex.asAgent({ ...hello, to: '+18765550142' })).toMatchObject({ status: 422 });
  });

  it.each([
    ['chat', '+18765550142'],
    ['email', 'ada@example.com'],
    ['messenger', 'messenger:18765550142'],
  ])('is any by %s', async (channel, to) => {
    const flex = new VirtualFlex();
    flex.routing.flex.allowedCountries = ['GB'];
    const subject = channel === 'email' ? { subject: 'S' } : {};
    expect(await flex.asAgent({ channel, to, body: 'Hi', ...subject })).toMatchObject({ status: 201 });
  });
});
