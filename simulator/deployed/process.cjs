/**
 * The process of one deployed build. Its parent says what it serves and where and, whenever the variables change, which
 * they are; it tells when it listens, that it still runs, and each line that a function writes. It ends with its parent, and removes its folder.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { rmSync } = require('node:fs');
const { createServer } = require('node:http');
const { format } = require('node:util');
const { createRuntime } = require('./runtime.cjs');

const levels = { debug: 'debug', error: 'error', info: 'info', log: 'info', warn: 'warn' };
const paths = new AsyncLocalStorage();
const kept = { ...process.env };
let listener = (_request, response) => response.writeHead(503).end();

for (const [method, level] of Object.entries(levels)) {
  const write = console[method];
  console[method] = (...values) => {
    write.apply(console, values);
    const path = paths.getStore();
    if (path !== undefined && process.connected) {
      process.send({ line: { level, message: format(...values), path } });
    }
  };
}

const server = createServer((request, response) => {
  const [path] = request.url.split('?');
  paths.run(path, () => listener(request, response));
});

process.on('disconnect', () => {
  rmSync(process.cwd(), { recursive: true, force: true });
  process.exit();
});
process.on('message', ({ ping, ...settings }) => {
  if (ping !== undefined) return void process.send({ pong: ping });
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, settings.env, kept);
  listener = createRuntime(settings);
  if (!server.listening) server.listen(settings.socket, () => process.send({ listening: true }));
});
