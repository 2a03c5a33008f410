import fc from 'fast-check';
import { addressKey, parseAddress, toE164 } from '../../lib/address';

const number = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.stringMatching(/^\d{6,14}$/))
  .map(([first, rest]) => `+${first}${rest}`);

describe('an address', () => {
  it.each([
    ['+12125550101', undefined, { type: 'sms', value: '+12125550101', key: '+12125550101' }],
    [
      'whatsapp:+12125550101',
      undefined,
      { type: 'whatsapp', value: 'whatsapp:+12125550101', key: '+12125550101' },
    ],
    [
      '+1 (212) 555-0101',
      'whatsapp',
      { type: 'whatsapp', value: 'whatsapp:+12125550101', key: '+12125550101' },
    ],
    [' 12125550101', 'sms', { type: 'sms', value: '+12125550101', key: '+12125550101' }],
    [
      'whatsapp: 12125550101',
      'whatsapp',
      { type: 'whatsapp', value: 'whatsapp:+12125550101', key: '+12125550101' },
    ],
    ['Ada@Example.com', undefined, { type: 'email', value: 'Ada@Example.com', key: 'ada@example.com' }],
    ['messenger:123', undefined, { type: 'messenger', value: 'messenger:123', key: 'messenger:123' }],
    ['ada', 'chat', { type: 'chat', value: 'ada', key: 'chat:ada' }],
    ['whatsapp:+12125550101', 'sms', undefined],
    ['+12125550101', 'email', undefined],
    ['12', 'sms', undefined],
    ['', undefined, undefined],
    ['', 'chat', undefined],
  ] as const)('reads %j as channel %s', (text, type, expected) => {
    expect(parseAddress(text, type)).toEqual(expected);
  });

  it('has one key for SMS and WhatsApp, however the number is written', () => {
    const separator = fc.constantFrom('', ' ', '-', '.', ' (', ') ', '/', '\u00a0', '\u2011');
    fc.assert(
      fc.property(number, fc.array(separator, { minLength: 16, maxLength: 16 }), (plain, separators) => {
        const written = `+${[...plain.slice(1)].map((digit, i) => digit + separators[i]).join('')}`;
        expect(addressKey(written)).toBe(plain);
        expect(addressKey(`whatsapp:${written}`)).toBe(plain);
      }),
    );
  });

  it('never takes a shorter number for a longer one', () => {
    fc.assert(
      fc.property(number, fc.stringMatching(/^\d{1,3}$/), (plain, more) => {
        expect(addressKey(plain + more)).not.toBe(plain);
      }),
    );
  });

  it('is the same when it is normalised again', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = parseAddress(text);
        if (once) expect(parseAddress(once.value, once.type)).toEqual(once);
      }),
    );
  });

  it('has no key that could be a property of every object', () => {
    for (const text of ['__proto__', 'constructor', 'toString']) {
      expect(({} as Record<string, unknown>)[addressKey(text) ?? '']).toBeUndefined();
    }
  });

  it('is E.164 or nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => expect(toE164(text) ?? '+1234567').toMatch(/^\+[1-9]\d{6,14}$/)),
    );
  });
});
