import { request } from 'node:http';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { deployOneFunction } from './deploy-one-function';
import { useLocal } from './local-over-http';
import { json } from './stand-in-functions';

const { running, api } = useLocal();
let deployed: string;
beforeAll(async () => {
  deployed = `http://${await deployOneFunction(running.local.rest.serverless)}`;
});

/** `fetch` would send its own Host. */
function ask(
  url: string,
  { method = 'GET', body = '', ...headers }: Record<string, string> = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.once('error', reject).end(body);
  });
}

const signed = (url: string) =>
  getExpectedTwilioSignature(running.local.account().authToken, url, { Location: 'GetCustomersList' });
const form = { method: 'POST', body: 'Location=GetCustomersList' };
const type = { 'content-type': 'application/x-www-form-urlencoded' };

describe('another name for this machine, as DNS rebinding gives it', () => {
  const rebound = { host: 'rebound.example.com:3000' };

  it.each([
    ['the gateway', () => `${running.functions}/callbacks/crm`],
    ['its public function', () => `${running.functions}/flex/outbound-message`],
    ['the page', () => `${running.console}/`],
    ['the control API', () => `${running.console}/api/account`],
    ['what is deployed', () => `${deployed}/hello`],
    ['the proxy', () => `${running.local.snapshot().urls.proxy}/`],
  ])('does not reach %s', async (_title, url) => {
    const { status, text } = await ask(url(), rebound);
    expect(status).toBe(403);
    expect(text).not.toContain(running.local.account().authToken);
  });

  it('does not get past a signature that is right for it', async () => {
    const url = `${running.functions}/callbacks/crm`;
    const rightly = {
      ...type,
      'x-twilio-signature': signed('http://rebound.example.com:3000/callbacks/crm'),
    };
    expect((await ask(url, { ...form, ...rebound, ...rightly })).text).toContain('is not of this machine');
    const own = await ask(url, { ...form, ...type, 'x-twilio-signature': signed(url) });
    expect(own.status).not.toBe(403);
  });
});

describe('a page of another site', () => {
  const pages: [string, Record<string, string>][] = [
    ['a script', { origin: 'https://example.com' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['an image or a link', { 'sec-fetch-site': 'cross-site' }],
  ];

  it.each(pages)('changes nothing by %s', async (_title, headers) => {
    const asked = await Promise.all([
      ask(`${running.functions}/callbacks/routing?EventType=onConversationRoute`, headers),
      ask(`${running.functions}/callbacks/crm`, { ...form, ...type, ...headers }),
      ask(`${running.console}/api/reset`, { method: 'POST', ...headers }),
      ask(`${running.console}/api/app/customers?worker=alice@example.com`, headers),
      ask(`${deployed}/hello`, headers),
    ]);
    expect(asked.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(running.local.timeline.entries()).toEqual([]);
  });

  it('reaches public functions, which check who calls', async () => {
    const url = `${running.functions}/flex/outbound-message`;
    const origin = 'https://flex.twilio.com';
    const answer = await ask(url, {
      method: 'POST',
      body: '{}',
      'content-type': 'application/json',
      'sec-fetch-site': 'cross-site',
      origin,
    });
    expect(answer).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': origin } });
  });

  it('can lead to the console, and not show it in a frame', async () => {
    const { status, headers } = await ask(`${running.console}/`, { 'sec-fetch-site': 'cross-site' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('the credentials', () => {
  it('are new at each start, and known to programs of this machine without a key', async () => {
    const { authToken, variables } = running.local.account();
    expect(await api('GET', '/api/account')).toEqual(running.local.account());
    expect(authToken).toMatch(/^[0-9a-f]{32}$/);
    expect(variables.OUTBOUND_API_KEY).toMatch(/^[0-9a-f]{64}$/);
    const { startLocal } = await import('./local');
    const other = await startLocal();
    const second = other.local.account();
    await other.stop();
    expect(second.authToken).not.toBe(authToken);
    expect(second.variables.OUTBOUND_API_KEY).not.toBe(variables.OUTBOUND_API_KEY);
    expect(second.accountSid).toBe(running.local.account().accountSid);
  });
});

it('a webhook follows no redirect away from this machine', async () => {
  const { createServer } = await import('node:http');
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    asked.push(incoming.url ?? '');
    if (incoming.url === '/away') json({})(response, new URLSearchParams());
    else response.writeHead(307, { Location: '/away' }).end();
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  const { port } = server.address() as { port: number };
  const { settings } = running.local.parts;
  const crm = `http://localhost:${port}/here`;
  await settings.changeDuring({ frontlineUrls: { crm } }, async () => {
    const { entry } = await running.local.parts.app.customers('alice@example.com', {}, 'trace');
    expect(entry).toMatchObject({ status: 307, state: 'failed' });
  });
  server.close();
  expect(asked).toEqual(['/here']);
});
