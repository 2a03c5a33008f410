import fc from 'fast-check';
import { normalizeAddress } from '../../../build/data/customers';
import { readPhone } from '../../../build/data/phone';
import { addressKey } from '../../../lib/address';

describe('a phone number', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
  const american = fc
    .tuple(fc.constantFrom('212', '646', '415', '305'), digits(2))
    .map(([area, last]) => ({ area, rest: `01${last}` }));

  it('comes to the same E.164 in whatever way it is written', () => {
    fc.assert(
      fc.property(american, ({ area, rest }) => {
        const expected = `+1${area}555${rest}`;
        for (const written of [
          expected,
          `+1 ${area} 555 ${rest}`,
          `+1 (${area}) 555-${rest}`,
          `(${area}) 555-${rest}`,
          `${area}-555-${rest}`,
          `${area}.555.${rest}`,
          `1 ${area} 555 ${rest}`,
          ` ${area}555${rest} `,
        ]) {
          expect([written, readPhone(written, 'US')?.number]).toEqual([written, expected]);
        }
        expect(readPhone(expected, undefined)?.number).toBe(expected);
        expect(readPhone(expected, 'GB')?.number).toBe(expected);
      }),
    );
  });

  it('comes to the same E.164 with the trunk zero of its national form, and with a channel prefix', () => {
    fc.assert(
      fc.property(digits(3), (last) => {
        const expected = `+447700900${last}`;
        for (const written of [
          expected,
          `+44 7700 900${last}`,
          `+44 (0)7700 900 ${last}`,
          `07700 900${last}`,
          `(07700) 900-${last}`,
          `0044 7700 900${last}`,
        ]) {
          expect([written, readPhone(written, 'GB')]).toEqual([
            written,
            { number: expected, country: 'GB', isKnown: true },
          ]);
          for (const prefix of ['', 'whatsapp:']) {
            const once = normalizeAddress(`${prefix}${written}`, 'whatsapp', 'GB');
            expect(once).toMatchObject({ value: `whatsapp:${expected}`, key: expected, country: 'GB' });
            expect(normalizeAddress(once?.value ?? '', 'whatsapp', 'GB')).toEqual(once);
          }
        }
      }),
    );
  });

  it('without an area has the country that the file is for, where that has its calling code', () => {
    for (const [given, country] of [
      ['CA', 'CA'],
      ['GB', undefined],
      [undefined, undefined],
    ] as const) {
      expect(readPhone('+1 555 010 0123', given)).toEqual({ number: '+15550100123', country, isKnown: true });
    }
  });

  it.each([
    ['+44 (0)20 7946 0190', '+442079460190'],
    ['+48 (0)22 555 01 42', '+48225550142'],
    ['+30 (0)21 0555 0142', '+302105550142'],
    ['+1 (0) 212 555 0142', '+12125550142'],
    ['+39 (0)6 6981 2345', '+390669812345'],
    ['+225 (0)1 23 45 67 89', '+2250123456789'],
    ['tel:+49(0)30555001', '+4930555001'],
  ])('with (0) after the country code is the same in the data and in an event: %s', (text, number) => {
    expect([readPhone(text, undefined)?.number, addressKey(text)]).toEqual([number, number]);
  });

  it('loses the leading zero of its national form', () => {
    expect(readPhone('07700 900112', 'GB')).toMatchObject({ number: '+447700900112', country: 'GB' });
    expect(readPhone('+44 (0)7700 900112', undefined)?.number).toBe('+447700900112');
  });

  it.each([
    ['(+1) 212 555-0101', undefined, '+12125550101'],
    ['(+44) (0)20 7946 0190', undefined, '+442079460190'],
    ['tel:+1-212-555-0101', undefined, '+12125550101'],
    ['tel:212-555-0101', 'US', '+12125550101'],
    ['+52 1 55 1234 5678', undefined, '+5215512345678'],
    ['55 1234 5678', 'MX', '+525512345678'],
    ['011 15 2345-6789', 'AR', '+5491123456789'],
    ['0 41 98888-7777', 'BR', '+5541988887777'],
  ])('is read from %s', (text, country, number) => {
    expect(readPhone(text, country)).toMatchObject({ number, isKnown: true });
  });

  it.each([
    ['+123456789', '+123456789'],
    ['+999 12345678', '+99912345678'],
    ['+1 212 555', '+1212555'],
    ['(+1) 212 555 01010', '+121255501010'],
    ['+52 2 55 1234 5678', '+5225512345678'],
  ])('needs only the shape of E.164: %s', (text, number) => {
    expect(readPhone(text, 'US')).toMatchObject({ number, isKnown: false });
  });

  it.each([
    '',
    '12',
    'hello',
    '(212) 555',
    '1-800-FLOWERS',
    '+12125550101 ext. 5',
    'tel:+12125550101;ext=5',
    '+123456',
    '+0123456789',
    '+1234567890123456',
  ])('is not %j', (text) => {
    expect(readPhone(text, 'US')).toBeUndefined();
  });
});
