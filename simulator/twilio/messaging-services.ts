import { Hono } from 'hono';
import { answer, type RestEnv } from './http/app';
import { notFound } from './http/errors';
import { page } from './http/paging';
import { newDates } from './http/resource';
import { fixedSid } from './http/sids';

/** A Messaging Service, as served. */
export type MessagingService = ReturnType<typeof newService>;

/**
 * Messaging Services with their phone numbers: a service can answer messages to its numbers.
 *
 * @see https://www.twilio.com/docs/messaging/api/service-resource
 */
export class MessagingServices {
  readonly #accountSid: string;
  #services = new Map<string, { service: MessagingService; phoneNumbers: object[] }>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** Adds a service with phone numbers. */
  add(given: Partial<MessagingService>, phoneNumbers: readonly string[]): MessagingService {
    const service = { ...newService(this.#accountSid, fixedSid('MG', this.#services.size + 2)), ...given };
    const numbers = phoneNumbers.map((phoneNumber, index) =>
      newSender(service, fixedSid('PN', index + 1), phoneNumber),
    );
    this.#services.set(service.sid, { service, phoneNumbers: numbers });
    return service;
  }

  list(): MessagingService[] {
    return [...this.#services.values()].map(({ service }) => service);
  }

  /** @throws TwilioError 404 */
  phoneNumbers(serviceSid: string): object[] {
    const found = this.#services.get(serviceSid);
    if (found) return found.phoneNumbers;
    throw notFound(`/Services/${serviceSid}`);
  }
}

/** Messaging Services, and the phone numbers in each. */
export function messagingServiceRoutes(services: MessagingServices): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Services', (c) => answer(c, page(c, 'services', services.list())));
  app.get('/Services/:service/PhoneNumbers', (c) =>
    answer(c, page(c, 'phone_numbers', services.phoneNumbers(c.req.param('service')))),
  );
  return app;
}

function newService(accountSid: string, sid: string) {
  const url = `https://messaging.twilio.com/v1/Services/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    friendly_name: 'Messaging Service',
    inbound_request_url: null as string | null,
    inbound_method: 'POST',
    fallback_url: null as string | null,
    fallback_method: 'POST',
    status_callback: null as string | null,
    use_inbound_webhook_on_number: false,
    sticky_sender: true,
    mms_converter: true,
    smart_encoding: true,
    scan_message_content: 'inherit',
    fallback_to_long_code: true,
    area_code_geomatch: true,
    synchronous_validation: false,
    validity_period: 36_000,
    usecase: 'undeclared',
    us_app_to_person_registered: false,
    ...newDates(new Date('2026-01-01T00:00:00Z')),
    url,
    links: { phone_numbers: `${url}/PhoneNumbers` },
  };
}

function newSender(
  { sid: serviceSid, account_sid, url }: MessagingService,
  sid: string,
  phoneNumber: string,
) {
  return {
    sid,
    account_sid,
    service_sid: serviceSid,
    phone_number: phoneNumber,
    country_code: 'US',
    capabilities: ['SMS', 'MMS', 'Voice'],
    ...newDates(new Date('2026-01-01T00:00:00Z')),
    url: `${url}/PhoneNumbers/${sid}`,
  };
}
