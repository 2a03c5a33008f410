/**
 * Loaded into the process of another project's functions before anything else. A handler that rejects would end that
 * process, and with it every other request: Twilio has one process for each. What Twilio answers then is not documented
 * (unsure): this is what it answers for `callback(error)`.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const http = require('node:http');

const answering = new AsyncLocalStorage();

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, ...args) {
  if (event !== 'request') return emit.call(this, event, ...args);
  return answering.run(args[1], () => emit.call(this, event, ...args));
};

process.on('unhandledRejection', (reason) => {
  console.error(reason);
  const response = answering.getStore();
  if (!response || response.headersSent) return;
  const message = reason instanceof Error ? reason.message : String(reason);
  response.writeHead(500, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
});
