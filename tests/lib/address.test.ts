import fc from 'fast-check';
import mobiles from 'libphonenumber-js/max';
import {
  type Address,
  addressKey,
  parseAddress,
  readEventAddress,
  spellings,
  toE164,
  toSendable,
} from '../../lib/address';

const number = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.stringMatching(/^\d{6,14}$/))
  .map(([first, rest]) => `+${first}${rest}`);
/** Numbers that have no second spelling. */
const plainNumber = number.filter((one) => !/^\+5[245]/.test(one));
const digits = (count: number) => fc.stringMatching(new RegExp(`^\\d{${count}}$`));
const read = (text: string): Address => parseAddress(text) as Address;

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
    ['(+1) 212 555-0101', undefined, { type: 'sms', value: '+12125550101', key: '+12125550101' }],
    ['+44 (0)20 7946 0190', undefined, { type: 'sms', value: '+442079460190', key: '+442079460190' }],
    ['(+44) (0)20 7946 0190', 'sms', { type: 'sms', value: '+442079460190', key: '+442079460190' }],
    ['+44(0)7700900101', undefined, { type: 'sms', value: '+447700900101', key: '+447700900101' }],
    [' 44 (0)7700 900101', 'sms', { type: 'sms', value: '+447700900101', key: '+447700900101' }],
    ['+52 (0) 55 1234 5678', 'sms', { type: 'sms', value: '+525512345678', key: '+525512345678' }],
    ['+39 (0)6 6981 2345', undefined, { type: 'sms', value: '+390669812345', key: '+390669812345' }],
    ['+1 (0) 212 555 0101', undefined, { type: 'sms', value: '+12125550101', key: '+12125550101' }],
    ['+1 212 (0)5 550101', undefined, { type: 'sms', value: '+121205550101', key: '+121205550101' }],
    ['MESSENGER:123', undefined, { type: 'messenger', value: 'messenger:123', key: 'messenger:123' }],
    ['Messenger:AbC', 'messenger', { type: 'messenger', value: 'messenger:AbC', key: 'messenger:abc' }],
    ['mailto:ada@example.com', undefined, undefined],
    ['MailTo:ada@example.com', 'email', undefined],
    ['tel:+1-212-555-0101', undefined, { type: 'sms', value: '+12125550101', key: '+12125550101' }],
    ['TEL:+12125550101;npdi', 'sms', { type: 'sms', value: '+12125550101', key: '+12125550101' }],
    [
      'tel:+12125550101',
      'whatsapp',
      { type: 'whatsapp', value: 'whatsapp:+12125550101', key: '+12125550101' },
    ],
    ['tel:+12125550101;ext=5', 'sms', undefined],
    ['tel:+12125550101;ext=5', undefined, undefined],
    ['tel:+12125550101;isub=5', 'whatsapp', undefined],
    ['tel:+12125550101', 'email', undefined],
    ['24680', 'sms', { type: 'sms', value: '24680', key: '24680' }],
    ['sms:246800', undefined, { type: 'sms', value: '246800', key: '246800' }],
    ['24680', undefined, { type: 'chat', value: '24680', key: 'chat:24680' }],
    ['24680', 'whatsapp', undefined],
    ['2468', 'sms', undefined],
    ['2468000', 'sms', undefined],
    ['12', 'sms', undefined],
    ['', undefined, undefined],
    ['', 'chat', undefined],
  ] as const)('reads %j as channel %s', (text, type, expected) => {
    expect(parseAddress(text, type)).toEqual(expected);
  });

  it('has one key for SMS and WhatsApp, however the number is written', () => {
    const separator = fc.constantFrom('', ' ', '-', '.', ' (', ') ', '/', '\u00a0', '\u2011');
    fc.assert(
      fc.property(plainNumber, fc.array(separator, { minLength: 16, maxLength: 16 }), (plain, separators) => {
        const written = `+${[...plain.slice(1)].map((digit, i) => digit + separators[i]).join('')}`;
        // A zero alone in parentheses is a trunk prefix.
        fc.pre(!/\(0\)/.test(written));
        expect(addressKey(written)).toBe(plain);
        expect(addressKey(`whatsapp:${written}`)).toBe(plain);
      }),
    );
  });

  it('is never taken for a longer number', () => {
    fc.assert(
      fc.property(plainNumber, fc.stringMatching(/^\d{1,3}$/), (plain, more) => {
        expect(addressKey(plain + more)).not.toBe(plain);
      }),
    );
  });

  it('does not change when it is normalized again', () => {
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

describe('an address in a messaging binding', () => {
  it.each([
    ['24680', '24680'],
    ['whatsapp:+12125550101', '+12125550101'],
    ['ada@example.com', 'ada@example.com'],
    ['', undefined],
  ])('%j is read with the key %s', (text, key) => expect(readEventAddress(text).address?.key).toBe(key));
});

describe('a number with two spellings', () => {
  // How Twilio writes them: see `twoSpellings`.
  it.each([
    ['+5215512345678', '+525512345678'],
    ['+523312345678', '+5213312345678'],
    ['+5491123456789', '+541123456789'],
    ['+543414567890', '+5493414567890'],
    ['+5541988887777', '+554188887777'],
    ['+551161234567', '+5511961234567'],
  ])('%s has the same key as %s on every channel', (one, other) => {
    const [sms, whatsapp] = [read(one), read(`whatsapp:${one}`)];
    expect([sms.value, whatsapp.value]).toEqual([one, `whatsapp:${one}`]);
    expect(
      new Set([one, other].flatMap((text) => [addressKey(text), addressKey(`whatsapp:${text}`)])).size,
    ).toBe(1);
    expect(spellings(sms)).toEqual([one, other]);
    expect(spellings(whatsapp)).toEqual([`whatsapp:${one}`, `whatsapp:${other}`]);
  });

  it.each([
    // 9 2345-6789 is a mobile number, 2345-6789 somebody's landline.
    ['+5511923456789', '+551123456789'],
    ['+5511912345678', '+551112345678'],
    ['+5511953456789', '+551153456789'],
    // One digit too few or too many.
    ['+521551234567', '+52551234567'],
    ['+52155123456789', '+5255123456789'],
    ['+549112345678', '+54112345678'],
    ['+554198888777', '+55418888777'],
    ['+5508001234567', '+55908001234567'],
    // Other countries.
    ['+12125550101', '+112125550101'],
    ['+5019123456789', '+501123456789'],
  ])('%s has another key than %s', (one, other) => {
    expect([one, addressKey(one)]).not.toContain(addressKey(other));
  });

  it('is written to on WhatsApp as WhatsApp spells it', () => {
    expect(
      [
        '+525512345678',
        '+5215512345678',
        '+541123456789',
        '+5491123456789',
        '+548001234567',
        '+554188887777',
        '+5541988887777',
        '+554132654321',
        '+5541932654321',
        '+12125550101',
      ].map((text) => [toSendable(read(text)), toSendable(read(`whatsapp:${text}`))]),
    ).toEqual([
      ['+525512345678', 'whatsapp:+5215512345678'],
      ['+5215512345678', 'whatsapp:+5215512345678'],
      ['+541123456789', 'whatsapp:+5491123456789'],
      ['+5491123456789', 'whatsapp:+5491123456789'],
      ['+548001234567', 'whatsapp:+548001234567'],
      ['+554188887777', 'whatsapp:+5541988887777'],
      ['+5541988887777', 'whatsapp:+5541988887777'],
      ['+554132654321', 'whatsapp:+554132654321'],
      ['+5541932654321', 'whatsapp:+5541932654321'],
      ['+12125550101', 'whatsapp:+12125550101'],
    ]);
    for (const [text, type] of [
      ['ada', 'chat'],
      ['ada@example.com', 'email'],
      ['24680', 'sms'],
    ] as const) {
      const address = parseAddress(text, type) as Address;
      expect([toSendable(address), spellings(address)]).toEqual([text, [text]]);
    }
  });

  it.each([
    ['Argentina', '54', fc.constantFrom('11', '2', '3', '6', '8'), '9'],
    ['Brazil', '55', fc.constantFrom('11', '41', '85'), ''],
  ])('is a mobile number in %s where the numbering plan says so', (_country, code, start, nine) => {
    const typeOf = (one: string): string | undefined => mobiles(one)?.getType();
    fc.assert(
      fc.property(start, digits(10), (first, rest) => {
        const plain = `+${code}${(first + rest).slice(0, 10)}`;
        const mobile = nine
          ? plain.replace(`+${code}`, `+${code}${nine}`)
          : `${plain.slice(0, 5)}9${plain.slice(5)}`;
        const sent = toSendable(read(`whatsapp:${plain}`)).replace('whatsapp:', '');
        if (typeOf(mobile) === 'MOBILE' && /^\+54|^\+55..[6-9]/.test(plain)) expect(sent).toBe(mobile);
        else if (typeOf(plain) && typeOf(plain) !== 'MOBILE') expect(sent).toBe(plain);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has spellings that are all read as the same address, whichever is read first', () => {
    const local = fc.constantFrom('+52', '+521', '+54', '+549', '+5511', '+55119');
    fc.assert(
      fc.property(
        local,
        fc.oneof(digits(8), digits(9), digits(10)),
        fc.constantFrom('sms', 'whatsapp'),
        (country, rest, type) => {
          const address = parseAddress(country + rest, type) as Address;
          const forms = spellings(address);
          expect(forms[0]).toBe(address.value);
          expect(new Set(forms).size).toBe(forms.length);
          for (const form of forms) {
            const again = parseAddress(form, type) as Address;
            expect([again.value, again.key]).toEqual([form, address.key]);
            expect([...spellings(again)].sort()).toEqual([...forms].sort());
            expect(forms).toContain(toSendable(again));
          }
          expect(addressKey(address.key)).toBe(address.key);
        },
      ),
    );
  });
});
