import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The form fields of one request from Twilio. */
export type Fields = Readonly<Record<string, string>>;

/** The requests in `tests/fixtures`. */
export type FixtureName =
  | 'get-proxy-address'
  | 'get-customers-list'
  | 'get-customer-details'
  | 'get-templates'
  | 'on-conversation-route'
  | 'on-conversation-route-group-mms'
  | 'on-conversation-add-group-mms'
  | 'on-conversation-add-inbound'
  | 'on-conversation-add-outbound'
  | 'on-conversation-add-whatsapp'
  | 'on-conversation-added'
  | 'on-participant-added-customer'
  | 'on-participant-added-group-member'
  | 'on-participant-added-projected'
  | 'on-participant-added-worker';

/**
 * A fresh copy of a request, complete and valid: spoil one field and send it. `evidence` in the file says who saw
 * Twilio send this shape; it is no field of the request.
 */
export function fixture(name: FixtureName): Record<string, string> {
  const file = join(__dirname, '..', 'fixtures', `${name}.json`);
  const { evidence: _, ...fields } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return fields;
}

/** The same fields but for those named. */
export function without(fields: Fields, ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
