/**
 * An instance of a function as the cloud starts it: functions and assets are single files without extension. It answers
 * each subject's event once and prints that, then does what the order says.
 *
 * Argument: the order as JSON, `{ assets, subjects: [{ name, file, event }], warm?, among? }`. `warm` is
 * `{ passes, milliseconds }`: time warm calls of all subjects. `among` is `{ customers, calls }`: call the first
 * subject, each time with the CustomerId of another customer (numbered from 0), and tell what the process has used.
 */
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const { assets: folder, subjects, warm, among } = JSON.parse(process.argv[2]);

class Response {
  setStatusCode(status) {
    this.status = status;
  }
  setBody(body) {
    this.body = body;
  }
  appendHeader() {}
}

/** A stub of the SDK's client that answers at once: only our code is measured. */
const customerParticipant = { sid: 'MB1', identity: null, attributes: '{}', dateCreated: new Date(0) };

/** The participants of a new conversation for each event. */
function participantsOf() {
  const list = [{ ...customerParticipant }];
  return {
    get: () => ({
      fetch: async () => list[0],
      update: async (change) => Object.assign(list[0], change),
      remove: async () => true,
    }),
    list: async () => [...list],
    create: async (given) => {
      const made = { ...customerParticipant, sid: `MB${list.length + 1}`, ...given };
      list.push(made);
      return made;
    },
  };
}
const sid = (prefix) => prefix + '0'.repeat(32);
const interaction = {
  sid: sid('KD'),
  channel: { sid: sid('UO') },
  routing: { properties: { sid: sid('WT'), attributes: JSON.stringify({ conversationSid: sid('CH') }) } },
};
const channels = { list: async () => [{ sid: sid('UO'), status: 'active' }] };
const worker = { sid: sid('WK'), friendlyName: 'alice@example.com', attributes: '{}' };
const messages = { create: async () => ({ sid: sid('IM') }) };
const participantConversations = { list: async () => [] };
const apis = {
  flexApi: {
    v1: { interaction: Object.assign(() => ({ channels }), { create: async () => interaction }) },
  },
  taskrouter: { v1: { workspaces: () => ({ workers: { list: async () => [worker] } }) } },
  frontlineApi: { v1: { users: () => ({ fetch: async () => ({ isAvailable: true, state: 'active' }) }) } },
};

/** A client can be made from another one, as our functions do to limit its time: the conversation stays the same. */
class Client {
  constructor(username, password, opts = {}) {
    opts.participants ??= participantsOf();
    const { participants } = opts;
    const service = { conversations: () => ({ participants, messages }), participantConversations };
    Object.assign(this, apis, { username, password, opts, httpClient: opts.httpClient ?? {} });
    this.conversations = { v1: { ...service, services: () => service } };
  }
}

const assets = {};
for (const name of readdirSync(folder)) {
  const path = join(folder, name);
  // Packed customers are `customers-1.bin` …
  assets[`/${name}.${name.startsWith('customers-') ? 'bin' : 'json'}`] = {
    path,
    open: () => readFileSync(path, 'utf8'),
  };
}
globalThis.Runtime = { getAssets: () => assets };
globalThis.Twilio = { Response };
// A new client for each event, as the runtime does.
const key = 'a-key-that-is-long-enough-for-a-key';
const context = {
  ACCOUNT_SID: 'AC1',
  AUTH_TOKEN: 'x',
  OUTBOUND_API_KEY: key,
  FLEX_WORKSPACE_SID: sid('WS'),
  FLEX_WORKFLOW_SID: sid('WW'),
  FLEX_QUEUE_SID: sid('WQ'),
  getTwilioClient: (options) => new Client('AC1', 'x', { ...options }),
};
const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };

console.log = () => {};
// A callback that warns has not done its work: its time would mean nothing.
console.warn = console.error = (line) => {
  throw new Error(line);
};

function call({ handler, event }, changes) {
  const sent = { request: { headers, cookies: {} }, ...event, ...changes };
  return new Promise((resolve, reject) => {
    const ended = handler(context, sent, (_error, payload) => resolve(payload));
    Promise.resolve(ended).catch(reject);
  });
}

/** @returns milliseconds of a call, by the subject's name: the median of each pass */
async function timeWarm(functions, { passes, milliseconds }) {
  const { Bench } = await import('tinybench');
  const times = Object.fromEntries(functions.map(({ name }) => [name, []]));
  for (let pass = 0; pass < passes; pass++) {
    const bench = new Bench({
      time: milliseconds,
      warmupTime: milliseconds / 2,
      retainSamples: true,
      throws: true,
    });
    for (const one of functions) bench.add(one.name, () => call(one));
    await bench.run();
    for (const { name, result } of bench.tasks) times[name].push(result.latency.p50);
  }
  return times;
}

/** @returns what the process has used to its first answer, and its memory after the calls */
async function callAmong(one, { customers, calls }) {
  const { user, system } = process.cpuUsage();
  const rss = process.memoryUsage.rss() / 1e6;
  let seed = 1;
  for (let i = 0; i < calls; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    await call(one, { CustomerId: String((seed >>> 8) % customers) });
  }
  return { cpu: (user + system) / 1e3, rss, rssLater: process.memoryUsage.rss() / 1e6 };
}

async function main() {
  const functions = [];
  for (const subject of subjects) {
    const one = { ...subject, handler: require(subject.file).handler };
    const payload = await call(one);
    process.stdout.write(`answered ${payload.status ?? 200}\n`);
    functions.push(one);
  }
  if (warm) process.stdout.write(`result ${JSON.stringify(await timeWarm(functions, warm))}\n`);
  if (among) process.stdout.write(`result ${JSON.stringify(await callAmong(functions[0], among))}\n`);
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
