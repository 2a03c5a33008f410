/**
 * Loaded into `twilio-run` before anything else. `twilio-run` would listen on every network interface, check no
 * signatures, and read its variables from a file. So its server listens on a socket that only this user can open, and
 * its variables come in the environment: no file has them.
 */
const fs = require('node:fs');
const net = require('node:net');

const { LOCAL_TWILIO_SOCKET: socket, LOCAL_TWILIO_ENV_FILE: envFile, LOCAL_TWILIO_ENV: text } = process.env;
for (const name of ['LOCAL_TWILIO_SOCKET', 'LOCAL_TWILIO_ENV_FILE', 'LOCAL_TWILIO_ENV'])
  delete process.env[name];

// Each request can have a process of its own, which listens nowhere and reads no variables.
if (socket !== undefined) {
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (...args) {
    net.Server.prototype.listen = listen;
    return listen.call(this, socket, ...args.filter((one) => typeof one === 'function'));
  };

  const { access, readFileSync } = fs;
  fs.access = (file, ...args) => (file === envFile ? args.at(-1)(null) : access(file, ...args));
  fs.readFileSync = (file, ...args) => (file === envFile ? text : readFileSync(file, ...args));
}
