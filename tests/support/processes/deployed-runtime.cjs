/**
 * A stand-in for the cloud: functions and assets are single files without extension, `twilio` is the only package
 * beside them, and a function has ten seconds.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
 */
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { parse } = require('node:querystring');
const { serve } = require('./serve.cjs');
const { TwilioResponse, toHttp } = require('./twilio-response.cjs');

const timeLimitMs = 10_000;
const twilio = createRequire(join(process.cwd(), 'handlers', 'function'))('twilio');
const calls = new Map();

serve({
  configure({ env, functions, assets }) {
    for (const file of Object.values(functions)) delete require.cache[file];
    globalThis.Twilio = { ...twilio, Response: TwilioResponse };
    globalThis.Runtime = {
      getAssets: () => mapValues(assets, (path) => ({ path, open: () => readFileSync(path, 'utf8') })),
      getFunctions: () => mapValues(functions, (path) => ({ path })),
      getSync: ({ serviceName = 'default', ...options } = {}) =>
        twilio(env.ACCOUNT_SID, env.AUTH_TOKEN, options).sync.v1.services(serviceName),
    };
    return (request, response) => void answer(request, response, env, functions);
  },

  async settle(number) {
    const call = calls.get(number);
    if (!call) return 0;
    await Promise.race([call.end, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    await new Promise(setImmediate);
    calls.delete(number);
    return call.callbacks;
  },
});

async function answer(request, response, env, functions) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url, 'http://deployed');
  const file = functions[url.pathname];
  const send = ({ status, headers, body }) => {
    if (!response.headersSent) response.writeHead(status, headers).end(body);
  };
  if (!file) return send({ status: 404, headers: {}, body: '' });

  const timer = setTimeout(
    () => send({ status: 504, headers: {}, body: 'Runtime application timed out' }),
    timeLimitMs,
  );
  const call = { callbacks: 0 };
  calls.set(Number(request.headers['i-twilio-call']), call);
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
    // A rejection is left unhandled on purpose: it ends the process, which the test then sees.
    call.end = Promise.resolve(require(file).handler(makeContext(env, url.pathname), event, callback)).then(
      () => {},
    );
  } catch (error) {
    callback(error);
  }
}

function parseBody(text, type = '') {
  return type.startsWith('application/json') ? JSON.parse(text || '{}') : parse(text);
}

function makeContext(env, path) {
  return {
    PATH: path,
    DOMAIN_NAME: 'callbacks-0000-test.twil.io',
    SERVICE_SID: `ZS${'0'.repeat(32)}`,
    ENVIRONMENT_SID: `ZE${'0'.repeat(32)}`,
    ...env,
    getTwilioClient: (options) => twilio(env.ACCOUNT_SID, env.AUTH_TOKEN, { lazyLoading: true, ...options }),
  };
}

function visibleHeaders(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('i-twilio-')));
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}
