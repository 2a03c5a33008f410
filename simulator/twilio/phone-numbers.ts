import { Hono } from 'hono';
import { answer, type RestEnv } from './http/app';
import { invalid, notFound } from './http/errors';
import { olderPage, page } from './http/paging';
import { assignGiven, filterEqual, readBoolean } from './http/resource';
import { newSid } from './http/sids';

/** A phone number of the account, as served. */
export type PhoneNumber = ReturnType<typeof newPhoneNumber>;
type ShortCode = ReturnType<typeof newShortCode>;
type WhatsAppSender = ReturnType<typeof newSender>;

const date = new Date('2026-01-01T00:00:00Z').toUTCString().replace('GMT', '+0000');

/**
 * What the account can send from: its phone numbers, short codes and WhatsApp senders.
 *
 * @see https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
 * @see https://www.twilio.com/docs/whatsapp/api/senders
 */
export class PhoneNumbers {
  readonly #accountSid: string;
  #numbers = new Map<string, PhoneNumber>();
  #shortCodes = new Map<string, ShortCode>();
  #senders = new Map<string, WhatsAppSender>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** Gives the account an address, unless it has it: a number, a short code, or a WhatsApp sender by its prefix. */
  add(address: string): void {
    if (address.startsWith('whatsapp:')) {
      if (!this.#senders.has(address)) this.#senders.set(address, newSender(address));
    } else if (!address.startsWith('+')) {
      if (!this.#shortCodes.has(address))
        this.#shortCodes.set(address, newShortCode(this.#accountSid, address));
    } else if (!this.#numbers.has(address)) {
      this.#numbers.set(address, newPhoneNumber(this.#accountSid, address));
    }
  }

  /** Takes an address away from the account. */
  remove(address: string): void {
    for (const known of [this.#numbers, this.#shortCodes, this.#senders]) known.delete(address);
  }

  /** @param phoneNumber only this one */
  numbers(phoneNumber?: string): PhoneNumber[] {
    return [...this.#numbers.values()].filter(
      (one) => phoneNumber === undefined || one.phone_number === phoneNumber,
    );
  }

  /** @throws TwilioError 404 */
  number(sid: string): PhoneNumber {
    const found = this.numbers().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/2010-04-01/Accounts/${this.#accountSid}/IncomingPhoneNumbers/${sid}.json`);
  }

  /** @throws TwilioError 404 */
  update(sid: string, form: Record<string, string>): PhoneNumber {
    return assignGiven(this.number(sid), {
      friendly_name: form.FriendlyName,
      sms_url: form.SmsUrl,
      sms_method: form.SmsMethod,
      sms_application_sid: form.SmsApplicationSid,
    });
  }

  shortCodes(): ShortCode[] {
    return [...this.#shortCodes.values()];
  }

  senders(): WhatsAppSender[] {
    return [...this.#senders.values()];
  }
}

/** The simulated part of the phone numbers API. */
export function phoneNumberRoutes(phoneNumbers: PhoneNumbers): Hono<RestEnv> {
  const app = new Hono<RestEnv>().basePath('/Accounts/:account');
  app.get('/IncomingPhoneNumbers.json', (c) => {
    const { PhoneNumber, FriendlyName: friendly_name, Beta, Origin: origin } = c.env.query;
    const wanted = { friendly_name, beta: readBoolean(Beta), origin };
    const found = filterEqual(phoneNumbers.numbers(PhoneNumber), wanted);
    return answer(c, olderPage(c, 'incoming_phone_numbers', found));
  });
  app.get('/IncomingPhoneNumbers/:file', (c) => answer(c, phoneNumbers.number(sidOf(c.req.param('file')))));
  app.post('/IncomingPhoneNumbers/:file', (c) =>
    answer(c, phoneNumbers.update(sidOf(c.req.param('file')), c.env.form)),
  );
  app.get('/SMS/ShortCodes.json', (c) =>
    answer(c, olderPage(c, 'short_codes', filterEqual(phoneNumbers.shortCodes(), shortCodeOf(c.env.query)))),
  );
  return app;
}

/** The simulated part of the Senders API: the list of WhatsApp senders. */
export function senderRoutes(phoneNumbers: PhoneNumbers): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Channels/Senders', (c) => {
    if (c.env.query.Channel !== 'whatsapp') throw invalid('The local Twilio simulates WhatsApp senders only');
    return answer(c, page(c, 'senders', phoneNumbers.senders()));
  });
  return app;
}

function shortCodeOf({ FriendlyName: friendly_name, ShortCode: short_code }: Record<string, string>) {
  return { friendly_name, short_code };
}

function sidOf(file: string): string {
  return file.replace(/\.json$/, '');
}

function newPhoneNumber(accountSid: string, phoneNumber: string) {
  const sid = newSid('PN');
  return {
    account_sid: accountSid,
    address_sid: null,
    address_requirements: 'none',
    api_version: '2010-04-01',
    beta: false,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    date_created: date,
    date_updated: date,
    friendly_name: phoneNumber,
    identity_sid: null,
    phone_number: phoneNumber,
    origin: 'twilio',
    sid,
    sms_application_sid: null as string | null,
    sms_fallback_method: 'POST',
    sms_fallback_url: null,
    sms_method: 'POST',
    sms_url: null as string | null,
    status_callback: null,
    status_callback_method: 'POST',
    trunk_sid: null,
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
    voice_receive_mode: 'voice',
    voice_application_sid: null,
    voice_caller_id_lookup: false,
    voice_fallback_method: 'POST',
    voice_fallback_url: null,
    voice_method: 'POST',
    voice_url: null,
    emergency_status: 'Active',
    emergency_address_sid: null,
    emergency_address_status: 'unregistered',
    bundle_sid: null,
    status: 'in-use',
  };
}

function newShortCode(accountSid: string, shortCode: string) {
  const sid = newSid('SC');
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    date_created: date,
    date_updated: date,
    friendly_name: shortCode,
    short_code: shortCode,
    sid,
    sms_fallback_method: 'POST',
    sms_fallback_url: null,
    sms_method: 'POST',
    sms_url: null,
    uri: `/2010-04-01/Accounts/${accountSid}/SMS/ShortCodes/${sid}.json`,
  };
}

function newSender(senderId: string) {
  const sid = newSid('XE');
  return {
    sid,
    status: 'ONLINE',
    sender_id: senderId,
    configuration: null,
    webhook: null,
    profile: null,
    properties: { quality_rating: 'HIGH', messaging_limit: '10K Customers/24hr' },
    offline_reasons: null as { code: string; message: string; more_info: string }[] | null,
    compliance: null,
    url: `https://messaging.twilio.com/v2/Channels/Senders/${sid}`,
  };
}
