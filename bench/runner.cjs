/**
 * One instance of one function, as the cloud starts it: the function and the assets are single files without
 * extension. Answers one event and says so on standard output; with a count, goes on and reports the time of a call.
 *
 * Arguments: the function's file, the assets' folder, the event as JSON, how many warm calls to time, and among how
 * many customers (numbered from 0) the event's CustomerId jumps about.
 */
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const [, , file, assetsFolder, eventText, warmCalls, customers] = process.argv;

class Response {
  setStatusCode(status) {
    this.status = status;
  }
  setBody(body) {
    this.body = body;
  }
  appendHeader() {}
}

/** The SDK's client, answering at once: what is measured is our code. */
const participant = { sid: 'MB1', identity: null, attributes: '{}', dateCreated: new Date(0) };
const participants = Object.assign(
  () => ({ fetch: async () => participant, update: async () => participant, remove: async () => true }),
  { list: async () => [participant], create: async () => participant },
);
const client = {
  request: async () => ({}),
  conversations: { v1: { conversations: () => ({ participants }) } },
  frontlineApi: { v1: { users: () => ({ fetch: async () => ({ isAvailable: true, state: 'active' }) }) } },
};

const assets = {};
for (const name of readdirSync(assetsFolder)) {
  const path = join(assetsFolder, name);
  assets[`/${name}.json`] = { path, open: () => readFileSync(path, 'utf8') };
}
globalThis.Runtime = { getAssets: () => assets };
globalThis.Twilio = { Response };
const context = { ACCOUNT_SID: 'AC1', AUTH_TOKEN: 'x', getTwilioClient: () => client };
const event = { request: { headers: {}, cookies: {} }, ...JSON.parse(eventText) };
console.log = () => {};

const { handler } = require(file);
let turn = 0;
const call = () => {
  const CustomerId = customers && String((turn++ * 7_919) % Number(customers));
  const sent = customers ? { ...event, CustomerId } : event;
  return new Promise((resolve) => handler(context, sent, (_error, payload) => resolve(payload)));
};

call().then(async (payload) => {
  process.stdout.write(`answered ${payload.status ?? 200}\n`);
  const calls = Number(warmCalls ?? 0);
  if (calls === 0) return process.exit(0);
  for (let i = 0; i < calls; i++) await call();
  const started = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await call();
  process.stdout.write(`warm ${Number(process.hrtime.bigint() - started) / calls / 1e6}\n`);
  process.exit(0);
});
