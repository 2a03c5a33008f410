import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAllowed } from '../../simulator/network/hosts';
import { NetworkPolicy, type Refusal } from '../../simulator/network/policy';
import { networkPreload, networkVariable } from '../../simulator/network/preload';
import { reportRefusal } from '../../simulator/network/report-refusals';
import { Timeline } from '../../simulator/timeline';
import { type RunningProxy, startProxy } from '../../simulator/twilio/http/proxy';
import { accountSid, authToken, useRestApi } from './rest-api';

const api = useRestApi();
const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');

let proxy: RunningProxy;
let refusals: Refusal[];
let service: Server;
let port: number;
beforeAll(async () => {
  // Stands for a service that is not Twilio's.
  service = createServer((request, response) => response.end(`${request.headers.host} answers`)).listen(
    0,
    '127.0.0.1',
  );
  await once(service, 'listening');
  port = (service.address() as AddressInfo).port;
});
afterAll(() => service.close());
beforeEach(async () => {
  refusals = [];
  proxy = await startProxy(api.rest, {
    port: 0,
    open: ['allowed.test'],
    onRefused: (refusal) => refusals.push(refusal),
  });
});
afterEach(() => proxy.close());

/** Runs a program with these variables, and returns what it prints. */
async function run(command: string, args: string[], env: Record<string, string>): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  await once(child, 'close');
  return output.trim();
}
/** A script in a process like that of the functions, where no library uses a proxy. */
const confined = (script: string): Promise<string> =>
  run(process.execPath, ['--require', networkPreload, '-e', script], {
    NODE_EXTRA_CA_CERTS: proxy.caFile,
    [networkVariable]: proxy.url,
  });
const curl = (...args: string[]): Promise<string> =>
  run('curl', ['-s', ...args], {
    HTTPS_PROXY: proxy.url,
    http_proxy: proxy.url,
    CURL_CA_BUNDLE: proxy.caFile,
  });
/** Sends a request with this text in place of the path. */
async function getThroughProxy(path: string): Promise<string> {
  const { hostname, port: at } = new URL(proxy.url);
  const sent = request({ hostname, port: at, path, headers: { authorization: `Basic ${basic}` } }).end();
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
  let text = '';
  for await (const chunk of response) text += chunk.toString();
  return text;
}

describe("the functions' process", () => {
  const conversations = 'https://conversations.twilio.com/v1/Conversations';
  const headers = `{ headers: { authorization: 'Basic ${basic}' } }`;

  it.each([
    [
      'https',
      `require('https').get('${conversations}', ${headers}, (r) => r.on('data', (d) => process.stdout.write(d)))`,
    ],
    ['fetch', `fetch('${conversations}', ${headers}).then((r) => r.text()).then(console.log)`],
    [
      'axios',
      `require('axios').get('${conversations}', ${headers}).then((r) => console.log(JSON.stringify(r.data)))`,
    ],
    [
      'its own socket',
      `const s = require('tls').connect({ port: 443, host: 'conversations.twilio.com', servername: 'conversations.twilio.com' });
      s.write('GET /v1/Conversations HTTP/1.1\\r\\nHost: conversations.twilio.com\\r\\nAuthorization: Basic ${basic}\\r\\nConnection: close\\r\\n\\r\\n');
      s.on('data', (d) => process.stdout.write(d))`,
    ],
  ])('reaches the local Twilio by %s, without a proxy setting', async (_title, script) => {
    expect(await confined(script)).toContain('"conversations":[]');
    expect(refusals).toEqual([]);
  });

  it.each([
    [
      'https',
      "require('https').get('https://crm.example.com/x').on('error', (e) => console.log(e.code, e.message))",
    ],
    ['fetch', "fetch('https://crm.example.com/x').catch(({ cause: e }) => console.log(e.code, e.message))"],
    [
      'axios',
      "require('axios').post('https://crm.example.com/x', {}).catch((e) => console.log(e.code, e.message))",
    ],
    [
      'its own socket',
      "new (require('net').Socket)().connect(443, 'crm.example.com').on('error', (e) => console.log(e.code, e.message))",
    ],
  ])('is told by %s that another host may not be reached, and what to do', async (_title, script) => {
    const text =
      'The local Twilio lets nothing out to crm.example.com:443. To allow it, start with ' +
      '--allow-net=crm.example.com, or with --allow-net for every host.';
    expect(await confined(script)).toBe(`ECONNREFUSED ${text}`);
    expect(refusals).toEqual([{ host: 'crm.example.com', port: 443, text }]);
    expect(proxy.escapes).toEqual(['crm.example.com:443']);
  });

  it('reaches an allowed host, and this machine', async () => {
    const get = (host: string): string =>
      `require('http').get({ host: '${host}', port: ${port}, lookup: (h, o, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
        (r) => r.on('data', (d) => console.log(String(d))))`;
    expect(await confined(get('allowed.test'))).toBe(`allowed.test:${port} answers`);
    expect(await confined(get('localhost'))).toBe(`localhost:${port} answers`);
    expect(refusals).toEqual([]);
  });

  it('sees nothing of this in its environment', async () => {
    expect(await confined(`console.log(process.env.${networkVariable})`)).toBe('undefined');
  });
});

describe('the proxy, with curl', () => {
  it.each([
    'conversations.twilio.com',
    'conversations.ashburn.us1.twilio.com',
    'conversations.us1.twilio.com',
  ])('answers in the place of %s', async (host) => {
    const answer = JSON.parse(
      await curl('-u', `${accountSid}:${authToken}`, `https://${host}/v1/Conversations`),
    );
    expect(answer).toMatchObject({ conversations: [], meta: { key: 'conversations' } });
  });

  it('passes strict checks of its certificates', async () => {
    const { hostname, port: at } = new URL(proxy.url);
    const output = await run(
      'openssl',
      [
        ...`s_client -connect ${hostname}:${at} -servername api.dublin.ie1.twilio.com -x509_strict`.split(
          ' ',
        ),
        '-verify_hostname',
        'api.dublin.ie1.twilio.com',
        '-CAfile',
        proxy.caFile,
      ],
      {},
    );
    expect(output).toContain('Verify return code: 0 (ok)');
  });

  it('answers 501 for what it does not simulate on any of Twilio’s hosts, and forwards nothing', async () => {
    const url = 'https://content.twilio.com/v1/ContentAndApprovals';
    const refused = {
      status: 501,
      code: 20501,
      message: `The local Twilio does not simulate ListContentAndApprovals: GET ${url}`,
    };
    expect(JSON.parse(await curl('-u', `${accountSid}:${authToken}`, url))).toMatchObject(refused);
    // Some clients send a proxy the whole URL, even for https.
    expect(JSON.parse(await getThroughProxy(url))).toMatchObject(refused);
    expect(await getThroughProxy('/')).toBe(
      'This is the proxy of the local Twilio: see npm run proxy-env.\n',
    );
    expect(await curl('-w', '%{http_connect}', 'https://api.twilio.com:8443/')).toBe('403');
    expect(await curl('-w', '%{http_connect}', 'https://api.ie1.twilio.com/')).toBe('403');
    expect(refusals.map(({ text }) => text)).toEqual([
      'api.twilio.com:8443 is not simulated, and nothing is sent to Twilio: its API is at port 443.',
      'Twilio has switched off api.ie1.twilio.com: use api.twilio.com, or name the edge too.',
    ]);
  });

  it('forwards to this machine, and refuses other hosts, plain or in a tunnel', async () => {
    expect(await curl(`http://127.0.0.1:${port}/`)).toBe(`127.0.0.1:${port} answers`);
    expect(await curl('--proxytunnel', `http://127.0.0.1:${port}/`)).toBe(`127.0.0.1:${port} answers`);
    expect(await curl('http://crm.example.com/')).toContain('lets nothing out to crm.example.com:80');
    expect(await curl('-w', '%{http_connect}', 'https://crm.example.com/')).toBe('403');
    expect(proxy.escapes).toEqual(['crm.example.com:80', 'crm.example.com:443']);
  });

  it('says that an allowed host cannot be reached', async () => {
    expect(await curl('http://allowed.test:1/')).toContain('allowed.test:1 cannot be reached');
    expect(await curl('-w', '%{http_connect}', 'https://allowed.test:1/')).toBe('502');
  });
});

describe('which hosts are let through', () => {
  it.each([
    ['api.example.com', ['api.example.com'], true],
    ['API.example.com', ['api.example.com'], true],
    ['api.example.com', ['*.example.com'], true],
    ['example.com', ['*.example.com'], false],
    ['notexample.com', ['example.com'], false],
    ['api.example.com', [], false],
    ['api.example.com', true as const, true],
  ])('%s with --allow-net %j: %s', (host, allowed, expected) => {
    expect(isAllowed(host, allowed)).toBe(expected);
  });

  it('Twilio is never among them, even when every host is', () => {
    const policy = new NetworkPolicy({ open: true });
    expect(policy.check('crm.example.com', 443, undefined)).toBeUndefined();
    expect(policy.check('api.twilio.com', 80, undefined)).toMatchObject({ host: 'api.twilio.com', port: 80 });
  });
});

it('a refusal is a note in the timeline, once for each cause', () => {
  const timeline = new Timeline();
  timeline.addNote('trace-1', 'A webhook', { conversationSid: 'CH1' });
  const [entry] = timeline.entries();
  const refusal = { host: 'crm.example.com', port: 443, text: 'No.', webhookId: entry?.id ?? 0 };
  for (const one of [refusal, refusal, { ...refusal, host: 'mail.example.com' }])
    reportRefusal(one, timeline);
  expect(timeline.entries('trace-1').slice(1)).toMatchObject([
    {
      kind: 'note',
      state: 'warning',
      title: 'Nothing is sent to crm.example.com',
      text: 'No.',
      conversationSid: 'CH1',
    },
    { kind: 'note', state: 'warning', title: 'Nothing is sent to mail.example.com' },
  ]);
});
