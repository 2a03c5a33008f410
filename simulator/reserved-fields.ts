/**
 * The runtime spreads query and body over the event, whose `request` holds the request's headers: a field `request`
 * would replace them. Express reads `request[…]` and `[request]…` in a query as such a field, too.
 *
 * @see https://github.com/twilio-labs/serverless-toolkit/blob/main/packages/runtime-handler/src/dev-runtime/route.ts
 */
const reservedName = /^\[?request(\[|\]|$)/;

const formType = 'application/x-www-form-urlencoded';
const jsonType = 'application/json';

/** @returns a Content-Type without its parameters, in lower case */
function mediaType(contentType: string): string {
  return (contentType.split(';')[0] as string).trim().toLowerCase();
}

/** @returns whether a body is a form, by its Content-Type */
export function isForm(contentType: string): boolean {
  return mediaType(contentType) === formType;
}

/** @returns whether the runtime would parse a body that cannot be checked for reserved fields */
export function isUncheckable(contentType: string, contentEncoding: string): boolean {
  if (![formType, jsonType].includes(mediaType(contentType))) return false;
  const parameters = contentType.split(';').slice(1).join(';');
  return !/^\s*(charset="?utf-8"?\s*)?$/i.test(parameters) || !/^(identity)?$/i.test(contentEncoding);
}

/** @returns a query or a form without reserved fields; the other fields stay as they are written */
export function stripFields(text: string): string {
  const isReserved = (pair: string): boolean => {
    const [name = ''] = new URLSearchParams(`?${pair}`).keys();
    return reservedName.test(name);
  };
  return text
    .split('&')
    .filter((pair) => !isReserved(pair))
    .join('&');
}

/** @returns a body without reserved fields; the same bytes when there are none */
export function stripBody(body: Buffer, contentType: string): Buffer {
  const type = mediaType(contentType);
  if (type !== formType && type !== jsonType) return body;
  const text = new TextDecoder().decode(body);
  const stripped = type === formType ? stripFields(text) : stripJson(text);
  return stripped === text ? body : Buffer.from(stripped);
}

function stripJson(text: string): string {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || !('request' in value)) return text;
  const { request: _request, ...rest } = value;
  return JSON.stringify(rest);
}

/** @returns undefined for what is not JSON, which the runtime refuses itself */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
