/**
 * `Twilio.Response` as the deployed runtime has it.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation#twilio-response-methods
 */
class TwilioResponse {
  constructor() {
    this.statusCode = 200;
    this.body = null;
    this.headers = {};
  }

  setStatusCode(statusCode) {
    this.statusCode = statusCode;
    return this;
  }

  setBody(body) {
    this.body = body;
    return this;
  }

  setHeaders(headers) {
    this.headers = {};
    for (const [name, value] of Object.entries(headers)) this.appendHeader(name, value);
    return this;
  }

  appendHeader(name, value) {
    if (typeof value === 'object' && !Array.isArray(value))
      throw new Error('Header value cannot be an object');
    const existing = this.headers[name];
    this.headers[name] = existing === undefined ? value : [existing, value].flat();
    return this;
  }
}

/**
 * Turns what a function called back with into an HTTP answer. Deployed, the body is made JSON when the function set
 * the JSON content type, and only then.
 *
 * @returns `{ status, headers, body }`, header names in lower case, body as text
 */
function toHttp(error, payload) {
  if (error) {
    const { name, message, stack } = error;
    return json(500, error instanceof Error || message ? { name, message, stack } : error);
  }
  if (payload instanceof TwilioResponse) {
    const headers = {};
    for (const [name, value] of Object.entries(payload.headers)) headers[name.toLowerCase()] = String(value);
    const isJson = String(headers['content-type'] ?? '').startsWith('application/json');
    const body = isJson ? JSON.stringify(payload.body) : String(payload.body ?? '');
    return { status: payload.statusCode, headers: { 'content-type': 'text/plain', ...headers }, body };
  }
  if (typeof payload === 'string')
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: payload };
  return payload === undefined ? { status: 200, headers: {}, body: '' } : json(200, payload);
}

function json(status, body) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

module.exports = { TwilioResponse, toHttp };
