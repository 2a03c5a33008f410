import { Hono } from 'hono';
import { answer, type RestEnv } from './http/app';
import { notFound } from './http/errors';
import { slice } from './http/paging';
import { fixedSid } from './http/sids';

/** A phone number of the account, as served. */
export type PhoneNumber = ReturnType<typeof newPhoneNumber>;

/**
 * The account's phone numbers, and what answers messages to them besides Conversations.
 *
 * @see https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
 */
export class PhoneNumbers {
  readonly #accountSid: string;
  #numbers = new Map<string, PhoneNumber>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  list(phoneNumber?: string): PhoneNumber[] {
    return [...this.#numbers.values()].filter(
      (one) => phoneNumber === undefined || one.phone_number === phoneNumber,
    );
  }

  /** Adds a number, unless the account has it; changes what is given. */
  put(phoneNumber: string, given: Partial<PhoneNumber> = {}): PhoneNumber {
    const sid = fixedSid('PN', this.#numbers.size + 1);
    const known = this.#numbers.get(phoneNumber) ?? newPhoneNumber(this.#accountSid, sid, phoneNumber);
    const number = { ...known, ...given };
    this.#numbers.set(phoneNumber, number);
    return number;
  }

  /** @throws TwilioError 404 */
  fetch(sid: string): PhoneNumber {
    const found = this.list().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/IncomingPhoneNumbers/${sid}.json`);
  }

  /** The account gives a number up. */
  remove(phoneNumber: string): void {
    this.#numbers.delete(phoneNumber);
  }
}

/** The account's phone numbers. */
export function phoneNumberRoutes(phoneNumbers: PhoneNumbers): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Accounts/:account/IncomingPhoneNumbers.json', (c) => {
    const { index, size, items, link } = slice(c, phoneNumbers.list(c.env.query.PhoneNumber));
    return answer(c, {
      incoming_phone_numbers: items,
      end: index * size + items.length,
      first_page_uri: link(0),
      next_page_uri: link(index + 1) ?? null,
      page: index,
      page_size: size,
      previous_page_uri: link(index - 1) ?? null,
      start: index * size,
      uri: link(index),
    });
  });
  app.get('/Accounts/:account/IncomingPhoneNumbers/:file', (c) =>
    answer(c, phoneNumbers.fetch(c.req.param('file').replace(/\.json$/, ''))),
  );
  return app;
}

function newPhoneNumber(accountSid: string, sid: string, phoneNumber: string) {
  const date = 'Thu, 01 Jan 2026 00:00:00 +0000';
  return {
    sid,
    account_sid: accountSid,
    friendly_name: phoneNumber,
    phone_number: phoneNumber,
    api_version: '2010-04-01',
    origin: 'twilio',
    status: 'in-use',
    beta: false,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    address_requirements: 'none',
    address_sid: null as string | null,
    bundle_sid: null as string | null,
    identity_sid: null as string | null,
    emergency_status: 'Inactive',
    emergency_address_sid: null as string | null,
    emergency_address_status: 'unregistered',
    sms_application_sid: null as string | null,
    sms_url: null as string | null,
    sms_method: 'POST',
    sms_fallback_url: null as string | null,
    sms_fallback_method: 'POST',
    status_callback: null as string | null,
    status_callback_method: 'POST',
    trunk_sid: null as string | null,
    voice_receive_mode: 'voice',
    voice_application_sid: null as string | null,
    voice_caller_id_lookup: false,
    voice_url: null as string | null,
    voice_method: 'POST',
    voice_fallback_url: null as string | null,
    voice_fallback_method: 'POST',
    date_created: date,
    date_updated: date,
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
  };
}
