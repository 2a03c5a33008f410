import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { numberKind } from '../../../lib/outbound/number-kind';

/** Calling codes with a pattern of each kind of their numbers. */
const patterns = (Object.values(metadata.countries) as unknown as unknown[][]).flatMap((country) =>
  ((country[11] ?? []) as [string?][]).flatMap((type) =>
    type?.[0] ? [{ callingCode: String(country[0]), pattern: type[0] }] : [],
  ),
);
const national = fc
  .constantFrom(...patterns)
  .chain(({ callingCode, pattern }) =>
    fc.tuple(fc.constant(callingCode), fc.stringMatching(new RegExp(`^(?:${pattern})$`))),
  );
/** Numbers of the plans. */
const numbers = national.map(([code, digits]) => `+${code}${digits}`);
/** Numbers of the plans with mistakes: a trunk zero, a digit too many or too few, other digits. */
const misspelled = fc
  .tuple(national, fc.stringMatching(/^\d{1,3}$/), fc.integer({ min: 0, max: 4 }))
  .map(([[code, digits], more, mistake]) => {
    const written = [
      `0${digits}`,
      `00${digits}`,
      digits + more,
      digits.slice(0, -more.length),
      more + digits,
    ];
    return `+${code}${written[mistake]}`;
  });

const isE164 = (number: string): boolean => /^\+[1-9]\d{6,14}$/.test(number);
/** What the metadata does not know: North American service exchanges. */
const isServiceExchange = (number: string): boolean => /^\+1[2-9]\d\d(?:[2-9]11|976)/.test(number);
const callable = ['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE', 'VOIP'];

describe('the kind of a number', () => {
  it('is ordinary for every mobile, landline and internet number that libphonenumber finds valid', () => {
    const types = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(numbers, misspelled).filter(isE164), (number) => {
        const judged = parsePhoneNumberFromString(number);
        const type = judged?.getType() ?? '';
        fc.pre(judged?.number === number && judged.isValid() && callable.includes(type));
        fc.pre(!isServiceExchange(number));
        types.add(type);
        expect([number, numberKind(number)]).toEqual([number, 'ordinary']);
      }),
      { numRuns: 5_000, maxSkipsPerRun: 1_000 },
    );
    expect([...types].sort()).toEqual([...callable].sort());
  });

  it('is ordinary only for numbers that libphonenumber finds possible, and reads as they are', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(numbers, misspelled).filter(isE164), (number) => {
        const kind = numberKind(number);
        kinds.add(kind);
        if (kind !== 'ordinary') return;
        const judged = parsePhoneNumberFromString(number);
        // Countries that share a calling code share a plan here: a length that one of them has is possible in all.
        expect([number, judged?.number]).toEqual([number, number]);
        expect([number, judged?.getPossibleCountries()]).not.toEqual([number, []]);
      }),
      { numRuns: 5_000 },
    );
    expect([...kinds].sort()).toEqual(['invalid', 'ordinary', 'premium']);
  });

  it.each([
    ['a trunk zero', '+4402079460190'],
    ['a trunk zero before a mobile number', '+4407797712345'],
    ['two zeros and a country code', '+440018762345678'],
    ['two zeros and a country code, in a country with free numbers in 00', '+6200187655501'],
    ['nine digits in North America', '+1212555123'],
    ['fourteen digits in North America', '+123456789012345'],
    ['a short premium-rate number', '+44901234567'],
    ['directory enquiries', '+44118500'],
    ['an N11 exchange', '+12129110142'],
    ['an exchange that begins with 1', '+12121550142'],
    ['a country code that nobody has', '+999123456789'],
  ])('is invalid for %s: %s', (_title, number) => {
    expect(numberKind(number)).toBe('invalid');
  });

  it.each([
    ['the exchange 976', '+12129760142'],
    ['the exchange 976, with more digits', '+121297601425'],
    ['British premium rate', '+449098790001'],
  ])('is premium for %s: %s', (_title, number) => {
    expect(numberKind(number)).toBe('premium');
  });

  it.each([
    ['Rome, with its zero', '+390669812345'],
    ['a mobile network of Tajikistan, with its two zeros', '+992001234567'],
    ['San Marino, with its zero', '+3780549886377'],
    ['Ivory Coast, with its zero', '+2250123456789'],
    ['Gabon, with its zero', '+24106031234'],
    ['Congo, with its zero', '+242061234567'],
    ['Mexico', '+525512345678'],
    ['Argentina', '+541155550123'],
    ['Brazil', '+5541988887777'],
    ['a German number of 11 digits', '+4915123456789'],
    ['a fictional number', '+12125550142'],
  ])('is ordinary for %s: %s', (_title, number) => {
    expect(numberKind(number)).toBe('ordinary');
  });
});
