/** A field of a resource. */
type Value = string | boolean | readonly string[] | null;

/** The fields of a resource that setup reads or writes. */
export type Fields = Readonly<Record<string, Value>>;

/**
 * What a change applies to:
 *
 * - `webhooks`: Conversations webhooks; the id is `account` or the service's SID
 * - `address`: autocreation for an address; the id is the type and the address, e.g. `sms:+15550100`
 * - `frontline`: the simulated Frontline Console; the id is `console`
 * - `env`: the project's variables; the id is `.env`
 */
export type Kind = 'webhooks' | 'address' | 'frontline' | 'env';

/** @returns the id of an address: Twilio's own form has the channel already, except for SMS */
export function addressId({ type, address }: { type: string; address: string }): string {
  return type === 'sms' ? `sms:${address}` : address;
}

/** A change of one resource. `before` and `after` have the same fields. */
export interface Change {
  kind: Kind;
  id: string;
  /** null: the resource does not exist, and is created. */
  before: Fields | null;
  /** null: the resource is removed. */
  after: Fields | null;
}

/** @returns whether two changes are of one resource */
export function isSameResource(a: Pick<Change, 'kind' | 'id'>, b: Pick<Change, 'kind' | 'id'>): boolean {
  return a.kind === b.kind && a.id === b.id;
}

/** @returns whether a resource has these fields; null for a resource that does not exist */
export function hasFields(resource: Fields | null, fields: Fields | null): boolean {
  if (resource === null || fields === null) return resource === fields;
  return Object.entries(fields).every(([name, value]) => isSameValue(resource[name], value));
}

/** Twilio answers an empty text or null for a URL that is not set; lists have no order. */
export function isSameValue(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(normalize(a)) === JSON.stringify(normalize(b));
}

/** @returns a field as a list */
export function listOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

function normalize(value: Value | undefined): Value {
  if (Array.isArray(value)) return [...(value as string[])].sort();
  return value === '' || value === undefined ? null : value;
}
