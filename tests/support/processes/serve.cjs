const { AsyncLocalStorage } = require('node:async_hooks');
const { createServer } = require('node:http');
const { format } = require('node:util');

/**
 * What both runtime processes share: an HTTP server on the loopback interface, what functions write to the console, and
 * the parent's questions. The process ends when its parent does.
 *
 * @param configure called with `{ env, functions, assets }` and the port, returns the HTTP listener of a new instance
 * @param settle given a call's number, returns (a promise of) how often its function called back
 */
function serve({ configure, settle }) {
  /** By the number of the call that wrote them; those of no call are told to the next that settles. */
  const lines = new Map();
  const calls = new AsyncLocalStorage();
  const takeLines = (call) => {
    const taken = lines.get(call) ?? [];
    lines.delete(call);
    return taken;
  };
  const kept = { ...process.env };
  let listener = (_request, response) => response.writeHead(503).end();

  for (const method of ['debug', 'error', 'info', 'log', 'warn']) {
    console[method] = (...values) => {
      const call = lines.has(calls.getStore()) ? calls.getStore() : undefined;
      if (!lines.has(call)) lines.set(call, []);
      lines.get(call).push(format(...values));
    };
  }

  const server = createServer((request, response) => {
    const call = Number(request.headers['i-twilio-call']);
    lines.set(call, []);
    calls.run(call, () => listener(request, response));
  });
  const answer = async ({ type, call, ...settings }) => {
    if (type === 'settle') {
      const callbacks = await settle?.(call);
      return { callbacks, lines: [...takeLines(undefined), ...takeLines(call)] };
    }
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, kept, settings.env);
    listener = await configure(settings, server.address().port);
    return {};
  };

  process.on('disconnect', () => process.exit());
  process.on('message', (message) => {
    answer(message).then(
      (result) => process.send({ id: message.id, ...result }),
      (error) => process.send({ id: message.id, error: String(error?.stack) }),
    );
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

module.exports = { serve };
