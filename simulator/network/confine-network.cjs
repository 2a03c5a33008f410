/**
 * Loaded into the functions' process before anything else: keeps it from reaching other hosts than Twilio's, whatever
 * library it uses. A variable such as `HTTP_PROXY` would not do: the SDK respects it, `https`, `fetch` and axios do not.
 * A connection to Twilio goes to the local Twilio, one to this machine is let through, and about any other one the
 * proxy is asked, which decides and reports what it refuses.
 */
const http = require('node:http');
const net = require('node:net');
const { current, header } = require('../carry-webhook-id.cjs');

const proxy = process.env.LOCAL_TWILIO_PROXY && new URL(process.env.LOCAL_TWILIO_PROXY);
// Not for the functions.
delete process.env.LOCAL_TWILIO_PROXY;

if (proxy) {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const { options, callback } = read(args);
    const { host, path, port } = options;
    if (path || !host || isLoopback(host)) return connect.apply(this, args);
    if (/(^|\.)twilio\.com\.?$/i.test(host) && Number(port) === 443) {
      const { lookup, family, localAddress, ...others } = options;
      return connect.call(this, { ...others, host: proxy.hostname, port: Number(proxy.port) }, callback);
    }
    // Until the answer, the socket looks like one that connects: writes wait.
    this.connecting = true;
    ask(`${net.isIPv6(host) ? `[${host}]` : host}:${port}`, (refusal) => {
      // To connect a socket that was destroyed would revive it.
      if (this.destroyed) return;
      if (refusal) this.destroy(refusal);
      else connect.call(this, options, callback);
    });
    return this;
  };
}

/** Asks the proxy whether a host may be reached. */
function ask(target, done) {
  const id = current.getStore();
  const headers = { 'x-local-twilio-ask': '1', ...(id !== undefined && { [header]: id }) };
  const { hostname, port } = proxy;
  http
    .request({ host: hostname, port, method: 'CONNECT', path: target, headers, agent: false })
    .on('connect', (response, socket, head) => {
      socket.destroy();
      if (response.statusCode === 200) return done();
      const reason = head.toString().trim() || `The local Twilio lets nothing out to ${target}`;
      done(Object.assign(new Error(reason), { code: 'ECONNREFUSED', syscall: 'connect', address: target }));
    })
    .on('error', done)
    .end();
}

/** The arguments of `connect` in each of their forms; `net.connect` and `tls.connect` pass the first one. */
function read(args) {
  if (Array.isArray(args[0])) return { options: args[0][0], callback: args[0][1] };
  const callback = args.find((one) => typeof one === 'function');
  if (typeof args[0] === 'object') return { options: args[0], callback };
  if (typeof args[0] === 'string' && !/^\d+$/.test(args[0])) return { options: { path: args[0] }, callback };
  const host = typeof args[1] === 'string' ? args[1] : undefined;
  return { options: { port: args[0], host }, callback };
}

function isLoopback(host) {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1|0\.0\.0\.0)$/i.test(host);
}
