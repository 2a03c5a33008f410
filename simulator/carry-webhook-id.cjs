/**
 * Loaded into the functions' process before anything else: what a function logs and asks of Twilio while it handles a
 * webhook carries that webhook's id. The id comes in a header that no function sees, stays with everything that the
 * request starts (AsyncLocalStorage), and leaves in front of each log line and in a header of each request to Twilio,
 * which the proxy takes off again. `webhook-id.ts` is the other end.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const http = require('node:http');
const https = require('node:https');

const header = 'x-local-twilio-webhook';
const current = new AsyncLocalStorage();

// For other preloads.
module.exports = { header, current };

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, ...args) {
  const id = event === 'request' ? takeHeader(args[0]) : undefined;
  if (id === undefined) return emit.call(this, event, ...args);
  return current.run(id, () => emit.call(this, event, ...args));
};

for (const name of ['request', 'get']) {
  const original = https[name];
  https[name] = (...args) => {
    const request = original(...args);
    const id = current.getStore();
    if (id !== undefined && /\.twilio\.com$/.test(request.host) && !request.headersSent) {
      request.setHeader(header, id);
    }
    return request;
  };
}

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write;
  stream.write = (chunk, ...args) => {
    const id = current.getStore();
    const isLogLine = id !== undefined && typeof chunk === 'string' && chunk.startsWith('{"level":');
    return write.call(stream, isLogLine ? `@${id} ${chunk}` : chunk, ...args);
  };
}

/** Takes the header off as if it had never been sent. */
function takeHeader(request) {
  const id = request.headers[header];
  if (id === undefined) return undefined;
  delete request.headers[header];
  const at = request.rawHeaders.findIndex((name) => name.toLowerCase() === header);
  request.rawHeaders.splice(at, 2);
  return id;
}
