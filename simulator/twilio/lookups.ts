import { Hono } from 'hono';
import { type CountryCode, parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js';
import { answer, type RestEnv } from './http/app';
import { notFound } from './http/errors';

const base = 'https://lookups.twilio.com';

/** The packages of Lookup v2, which look into data that nobody has here. */
const packages = [
  'caller_name',
  'sim_swap',
  'call_forwarding',
  'line_status',
  'line_type_intelligence',
  'identity_match',
  'reassigned_number',
  'sms_pumping_risk',
  'phone_number_quality_score',
  'pre_fill',
];

/** Formats and checks a number. Fictional numbers (`+1 555 01xx`) are no error here: they are what one tries with. */
function look(text: string, country: string | undefined) {
  const number = parsePhoneNumberFromString(text, country as CountryCode | undefined);
  return number?.isPossible() ? number : undefined;
}

/**
 * The free part of Lookup v1: a number's formats. An invalid one is 404.
 *
 * @see https://www.twilio.com/docs/lookup/v1-api
 */
export function lookupRoutes(): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/v1/PhoneNumbers/:number', (c) => {
    const { CountryCode: country } = c.env.query;
    const given = c.req.param('number');
    const number = look(given, country);
    if (!number) throw notFound(`/PhoneNumbers/${given}`);
    return answer(c, {
      caller_name: null,
      country_code: number.country ?? null,
      phone_number: number.number,
      national_format: number.formatNational(),
      carrier: null,
      add_ons: null,
      url: `${base}/v1/PhoneNumbers/${number.number}`,
    });
  });

  // @see https://www.twilio.com/docs/lookup/v2-api: an invalid number is an answer too.
  app.get('/v2/PhoneNumbers/:number', (c) => {
    const { CountryCode: country } = c.env.query;
    const given = c.req.param('number');
    const number = look(given, country);
    const problem = validatePhoneNumberLength(given, country as CountryCode | undefined);
    return answer(c, {
      calling_country_code: number?.countryCallingCode ?? null,
      country_code: number?.country ?? null,
      phone_number: number?.number ?? given,
      national_format: number?.formatNational() ?? null,
      valid: number !== undefined,
      validation_errors: number ? null : [problem === 'INVALID_COUNTRY' ? 'INVALID_COUNTRY_CODE' : problem],
      ...Object.fromEntries(packages.map((name) => [name, null])),
      url: `${base}/v2/PhoneNumbers/${number?.number ?? given}`,
    });
  });
  return app;
}
