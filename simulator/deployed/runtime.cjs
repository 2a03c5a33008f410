const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { extname, join } = require('node:path');
const { parse } = require('node:querystring');
const { TwilioResponse, toHttp } = require('./twilio-response.cjs');

const timeLimitMs = 10_000;
const types = {
  css: 'text/css',
  gif: 'image/gif',
  html: 'text/html',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'application/javascript',
  json: 'application/json',
  mp3: 'audio/mpeg',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};

/**
 * Stands in for the cloud's runtime in the working directory, which is laid out as there: each function and asset is a
 * file by itself, and packages are beside them in `node_modules`. A function has ten seconds.
 *
 * @param settings `env`: the variables; `functions` and `assets`: files by path; `served`: files that are answered as they
 *   are, by path; `context`: what the runtime adds to the
 *   variables, e.g. `DOMAIN_NAME`
 * @param onCall called with each request and its `call`, whose `callbacks` counts, and whose `end` is the handler's promise
 * @returns the HTTP listener
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
 */
function createRuntime({ env, functions, assets, served = {}, context }, onCall = () => {}) {
  const twilio = createRequire(join(process.cwd(), 'handlers', 'function'))('twilio');
  globalThis.Twilio = { ...twilio, Response: TwilioResponse };
  globalThis.Runtime = {
    getAssets: () => mapValues(assets, (path) => ({ path, open: () => readFileSync(path, 'utf8') })),
    getFunctions: () => mapValues(functions, (path) => ({ path })),
    getSync: ({ serviceName = 'default', ...options } = {}) =>
      twilio(env.ACCOUNT_SID, env.AUTH_TOKEN, options).sync.v1.services(serviceName),
  };
  const contextOf = (path) => ({
    PATH: path,
    ...context,
    ...env,
    getTwilioClient: (options) => twilio(env.ACCOUNT_SID, env.AUTH_TOKEN, { lazyLoading: true, ...options }),
  });
  return (request, response) => void answer(request, response, { functions, served, contextOf, onCall });
}

async function answer(request, response, { functions, served, contextOf, onCall }) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url, 'http://deployed');
  const file = functions[url.pathname];
  const send = ({ status, headers, body }) => {
    if (!response.headersSent) response.writeHead(status, headers).end(body);
  };
  const asset = served[url.pathname];
  if (asset)
    return send({
      status: 200,
      headers: { 'Content-Type': typeOf(url.pathname) },
      body: readFileSync(asset),
    });
  if (!file) return send({ status: 404, headers: {}, body: '' });

  const timer = setTimeout(
    () => send({ status: 504, headers: {}, body: 'Runtime application timed out' }),
    timeLimitMs,
  );
  const call = { callbacks: 0 };
  onCall(request, call);
  const callback = (error, payload) => {
    call.callbacks += 1;
    clearTimeout(timer);
    send(toHttp(error, payload));
  };
  const event = {
    request: { headers: visibleHeaders(request.headers), cookies: {} },
    ...parse(url.search.slice(1)),
    ...parseBody(Buffer.concat(chunks).toString(), request.headers['content-type']),
  };
  try {
    // A rejection is left unhandled on purpose: it ends the process, as in the cloud.
    call.end = Promise.resolve(require(file).handler(contextOf(url.pathname), event, callback)).then(
      () => {},
    );
  } catch (error) {
    callback(error);
  }
}

/** Unsure: the toolkit sends a type with each upload, and Twilio probably answers that one. */
function typeOf(path) {
  return types[extname(path).slice(1).toLowerCase()] ?? 'application/octet-stream';
}

function parseBody(text, type = '') {
  return type.startsWith('application/json') ? JSON.parse(text || '{}') : parse(text);
}

function visibleHeaders(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('i-twilio-')));
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

module.exports = { createRuntime };
