import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { countryPrefixesFile } from '../../../build/country-prefixes';
import { parseAddress } from '../../../lib/address';
import { countryOf } from '../../../lib/proxy-addresses/choose';

describe('the country of a number', () => {
  it.each([
    ['+12125550101', 'US'],
    ['whatsapp:+12125550101', 'US'],
    ['+14165550101', 'CA'],
    ['+18765550101', 'JM'],
    ['+17875550101', 'PR'],
    ['+442079460101', 'GB'],
    ['+441481960101', 'GG'],
    ['+447700900101', 'GB'],
    ['+353209120101', 'IE'],
    ['+79161234567', 'RU'],
    ['+77011234567', 'KZ'],
    ['+390669812345', 'VA'],
    ['+393123456789', 'IT'],
    ['+525512345678', 'MX'],
    ['+18005550199', undefined],
    ['+80012345678', undefined],
    ['ada@example.com', undefined],
    ['messenger:12125550101', undefined],
    ['12125550101', undefined],
  ])('%s is %s', (text, country) => {
    expect(countryOf(parseAddress(text))).toBe(country);
  });

  it("is what libphonenumber says of every country's example", () => {
    const told = getCountries().map((country) => {
      const number = getExampleNumber(country, examples)?.number ?? '';
      const own = parsePhoneNumberFromString(number)?.country;
      return [country, number, own, countryOf(parseAddress(number))] as const;
    });
    expect(told.length).toBeGreaterThan(200);
    expect(told.filter(([, , own, ours]) => own !== ours)).toEqual([]);
  });

  it('comes from the file that the metadata makes', () => {
    const file = join(__dirname, '../../../lib/proxy-addresses/country-prefixes.ts');
    expect(readFileSync(file, 'utf8')).toBe(countryPrefixesFile());
  });
});
