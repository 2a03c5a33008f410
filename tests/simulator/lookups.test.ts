import { failure, useRestApi } from './rest-api';

const api = useRestApi();
const v1 = (number: string) => api.client.lookups.v1.phoneNumbers(number);
const v2 = (number: string) => api.client.lookups.v2.phoneNumbers(number);

describe('Lookup, by the unmodified SDK', () => {
  it('formats a number, fictional ones too', async () => {
    const formats = { countryCode: 'US', phoneNumber: '+12125550101', nationalFormat: '(212) 555-0101' };
    expect(await v1('+12125550101').fetch()).toMatchObject(formats);
    expect(await v2('+12125550101').fetch()).toMatchObject({
      ...formats,
      callingCountryCode: '1',
      valid: true,
      validationErrors: null,
    });
    expect(await v2('(212) 555-0101').fetch({ countryCode: 'US' })).toMatchObject(formats);
  });

  it('answers 404 about an invalid number in v1, and says why in v2', async () => {
    expect(await failure(v1('+1212').fetch())).toEqual([404, 20404]);
    expect(await v2('+1212').fetch()).toMatchObject({
      valid: false,
      validationErrors: ['TOO_SHORT'],
      nationalFormat: null,
    });
    expect((await v2('nobody').fetch()).validationErrors).toEqual(['NOT_A_NUMBER']);
  });

  it('has no data about carriers and callers', async () => {
    expect(await failure(v1('+12125550101').fetch({ type: ['carrier'] }))).toEqual([501, 20501]);
    expect(await failure(v2('+12125550101').fetch({ fields: 'line_type_intelligence' }))).toEqual([
      501, 20501,
    ]);
  });
});
