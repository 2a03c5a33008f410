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
  const lines = [];
  const kept = { ...process.env };
  let listener = (_request, response) => response.writeHead(503).end();

  for (const method of ['debug', 'error', 'info', 'log', 'warn']) {
    console[method] = (...values) => void lines.push(format(...values));
  }

  const server = createServer((request, response) => listener(request, response));
  const answer = async ({ type, call, ...settings }) => {
    if (type === 'settle') return { callbacks: await settle?.(call), lines: lines.splice(0) };
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
